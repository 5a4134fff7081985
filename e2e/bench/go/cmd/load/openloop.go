package main

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// latency is what the reviews of the open loop took, in seconds from the instant at which each was due.
type latency struct {
	Reviews int     `json:"reviews"`
	P50     float64 `json:"p50Seconds"`
	P90     float64 `json:"p90Seconds"`
	P99     float64 `json:"p99Seconds"`
	P999    float64 `json:"p999Seconds"`
	Max     float64 `json:"maxSeconds"`
}

// openLoop has count reviews due at a fixed interval, whatever the server does, and gives for each the time from then to its
// answer. Where every connection still waits for one, the next review goes late, and the wait for its turn is in its latency: a
// server that stalls is charged for all that came meanwhile. send gets the connection's and the review's number.
func openLoop(connections, count int, interval time.Duration, send func(connection, number int) error) ([]time.Duration, error) {
	taken := make([]time.Duration, count)
	failures := make([]error, connections)
	var next atomic.Int64
	var workers sync.WaitGroup
	start := time.Now()
	for over := range connections {
		workers.Go(func() {
			for {
				number := int(next.Add(1) - 1)
				if number >= count {
					return
				}
				due := start.Add(time.Duration(number) * interval)
				time.Sleep(time.Until(due))
				if failures[over] = send(over, number); failures[over] != nil {
					next.Add(int64(count))
					return
				}
				taken[number] = time.Since(due)
			}
		})
	}
	workers.Wait()
	return taken, errors.Join(failures...)
}

// latencyOf takes each percentile by nearest rank: a value that was measured, and at least that share took no longer.
func latencyOf(taken []time.Duration) latency {
	sorted := slices.Sorted(slices.Values(taken))
	if len(sorted) == 0 {
		return latency{}
	}
	// Per mille, in whole numbers: 0.999 as a fraction could round the rank up by one.
	at := func(perMille int) float64 { return sorted[max(1, (len(sorted)*perMille+999)/1000)-1].Seconds() }
	return latency{Reviews: len(sorted), P50: at(500), P90: at(900), P99: at(990), P999: at(999), Max: at(1000)}
}
