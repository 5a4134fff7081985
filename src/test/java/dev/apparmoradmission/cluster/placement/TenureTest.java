package dev.apparmoradmission.cluster.placement;

import static dev.apparmoradmission.decision.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TenureTest {

    private static final Instant LATER = NOW.plus(Tenure.LINGER);

    private final Tenure tenure = new Tenure();

    @Test
    void a_leader_that_is_needed_stays() {
        assertThat(tenure.mayEnd(true, true, NOW)).isFalse();
        assertThat(tenure.mayEnd(true, true, LATER)).isFalse();
    }

    @Test
    void one_that_is_not_needed_any_more_goes_after_a_while_in_which_nothing_came_up() {
        assertThat(tenure.mayEnd(false, true, NOW)).isFalse();
        assertThat(tenure.mayEnd(false, true, LATER.minusMillis(1))).isFalse();
        assertThat(tenure.mayEnd(false, true, LATER)).isTrue();
    }

    @Test
    void a_pod_that_came_late_or_a_policy_that_came_back_begins_the_while_anew() {
        assertThat(tenure.mayEnd(false, true, NOW)).isFalse();
        assertThat(tenure.mayEnd(false, false, LATER)).isFalse();
        assertThat(tenure.mayEnd(false, true, LATER)).isFalse();
        assertThat(tenure.mayEnd(true, true, LATER.plus(Tenure.LINGER))).isFalse();
        assertThat(tenure.mayEnd(false, true, LATER.plus(Tenure.LINGER))).isFalse();
    }
}
