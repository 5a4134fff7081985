package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    private final AtomicLong clock = new AtomicLong();
    private final List<String> gone = new ArrayList<>();
    private final BodyBudget.Guest first = () -> gone.add("first");
    private final BodyBudget.Guest second = () -> gone.add("second");
    private final BodyBudget.Guest third = () -> gone.add("third");

    private BodyBudget budget(long limit) {
        return new BodyBudget(limit, clock::get);
    }

    @Test
    void one_body_of_the_greatest_length_fits_into_the_smallest_heap() {
        BodyBudget budget = budget(1);

        assertThat(budget.take(first, ReviewBody.LONGEST)).isTrue();
        assertThat(budget.take(second, 1)).isFalse();
    }

    @Test
    void what_is_given_back_can_be_taken_again_and_a_refusal_takes_nothing() {
        BodyBudget budget = budget(2L * ReviewBody.LONGEST);
        assertThat(budget.take(first, ReviewBody.LONGEST)).isTrue();
        assertThat(budget.take(second, 2L * ReviewBody.LONGEST)).isFalse();
        assertThat(budget.take(second, ReviewBody.LONGEST)).isTrue();

        budget.giveBack(first);

        assertThat(budget.take(third, ReviewBody.LONGEST)).isTrue();
        assertThat(budget.take(first, 1)).isFalse();
        assertThat(gone).isEmpty();
    }

    @Test
    void a_body_that_has_been_coming_for_long_gives_way_and_the_oldest_first() {
        BodyBudget budget = budget(0);
        assertThat(budget.take(first, ReviewBody.LONGEST / 2)).isTrue();
        assertThat(budget.take(second, ReviewBody.LONGEST / 2)).isTrue();
        clock.addAndGet(BodyBudget.SLOW_NANOSECONDS);

        assertThat(budget.take(third, 10)).isTrue();
        assertThat(gone).containsExactly("first");
        budget.giveBack(first);
        assertThat(budget.take(third, ReviewBody.LONGEST / 2)).isTrue();
        assertThat(gone).containsExactly("first", "second");
    }

    @Test
    void bodies_that_have_just_begun_do_not_take_each_others_place() {
        BodyBudget budget = budget(0);
        clock.addAndGet(5 * BodyBudget.SLOW_NANOSECONDS);
        assertThat(budget.take(first, ReviewBody.LONGEST)).isTrue();
        clock.addAndGet(BodyBudget.SLOW_NANOSECONDS - 1);

        assertThat(budget.take(second, 1)).isFalse();
        assertThat(gone).isEmpty();
    }

    @Test
    void a_slow_body_does_not_give_way_to_itself() {
        BodyBudget budget = budget(0);
        assertThat(budget.take(first, ReviewBody.LONGEST)).isTrue();
        clock.addAndGet(BodyBudget.SLOW_NANOSECONDS);

        assertThat(budget.take(first, 1)).isFalse();
        assertThat(gone).isEmpty();
    }
}
