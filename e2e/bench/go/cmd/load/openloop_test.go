package main

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// The clock of these tests is synctest's: it moves when all wait, so that what is asserted does not depend on the machine.

func TestReviewsThatWereDueWhileTheServerStalledCarryTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		taken, err := openLoop(1, 20, 10*time.Millisecond, func(_, number int) error {
			if number == 5 {
				time.Sleep(50 * time.Millisecond)
			} else {
				time.Sleep(time.Millisecond)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		// 5 is due at 50 ms and answered at 100; 6 was due at 60 and is answered at 101; and so on until all is caught up with.
		milliseconds := []int{1, 1, 1, 1, 1, 50, 41, 32, 23, 14, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1}
		for number, want := range milliseconds {
			if taken[number] != time.Duration(want)*time.Millisecond {
				t.Errorf("review %d took %s, must be %d ms", number, taken[number], want)
			}
		}
	})
}

func TestAnotherConnectionSendsWhatIsDueWhileOneWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		taken, err := openLoop(2, 10, 10*time.Millisecond, func(_, number int) error {
			if number == 2 {
				time.Sleep(time.Second)
			} else {
				time.Sleep(time.Millisecond)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for number, one := range taken {
			if want := time.Millisecond; number != 2 && one != want {
				t.Errorf("review %d took %s, must be %s", number, one, want)
			}
		}
	})
}

func TestAWrongAnswerEndsTheOpenLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wrong := errors.New("allowed is true, must be false")
		sent := 0
		_, err := openLoop(1, 100, time.Millisecond, func(_, number int) error {
			sent++
			if number == 3 {
				return wrong
			}
			return nil
		})
		if !errors.Is(err, wrong) || sent != 4 {
			t.Errorf("%v after %d reviews", err, sent)
		}
	})
}

func TestAPercentileIsAValueThatWasMeasured(t *testing.T) {
	taken := make([]time.Duration, 1000)
	for i := range taken {
		taken[len(taken)-1-i] = time.Duration(i+1) * time.Second
	}
	if got, want := latencyOf(taken), (latency{Reviews: 1000, P50: 500, P90: 900, P99: 990, P999: 999, Max: 1000}); got != want {
		t.Errorf("got %+v, must be %+v", got, want)
	}
	if got, want := latencyOf(taken[:1]), (latency{Reviews: 1, P50: 1000, P90: 1000, P99: 1000, P999: 1000, Max: 1000}); got != want {
		t.Errorf("got %+v, must be %+v", got, want)
	}
}
