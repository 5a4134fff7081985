package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    @Test
    void one_body_may_always_be_as_long_as_there_can_be() {
        BodyBudget budget = new BodyBudget(1);

        assertThat(budget.take(ReviewBody.LONGEST)).isTrue();
        assertThat(budget.take(1)).isFalse();
    }

    @Test
    void what_is_given_back_can_be_taken_again_and_a_refusal_takes_nothing() {
        BodyBudget budget = new BodyBudget(2L * ReviewBody.LONGEST);
        assertThat(budget.take(ReviewBody.LONGEST)).isTrue();
        assertThat(budget.take(2L * ReviewBody.LONGEST)).isFalse();
        assertThat(budget.take(ReviewBody.LONGEST)).isTrue();

        budget.giveBack(ReviewBody.LONGEST);

        assertThat(budget.take(ReviewBody.LONGEST)).isTrue();
        assertThat(budget.take(1)).isFalse();
    }
}
