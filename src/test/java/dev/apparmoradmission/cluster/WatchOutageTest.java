package dev.apparmoradmission.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.cluster.WatchOutage.Change;
import org.junit.jupiter.api.Test;

/** When the API server counts as away, and when as back. */
class WatchOutageTest {

    private final WatchOutage outage = new WatchOutage();

    @Test
    void a_watch_that_ends_and_comes_back_is_no_outage() {
        assertThat(looks(true, false, false, true, false, true)).containsOnly(Change.NONE);
    }

    @Test
    void an_outage_is_told_once_at_its_beginning_and_once_at_its_end() {
        assertThat(looks(true, false, false, false, false, false))
                .containsExactly(Change.NONE, Change.NONE, Change.NONE, Change.BEGAN, Change.NONE, Change.NONE);
        assertThat(looks(true, true, true)).containsExactly(Change.NONE, Change.ENDED, Change.NONE);
    }

    @Test
    void an_attempt_that_fails_is_no_return() {
        looks(false, false, false);

        assertThat(looks(true, false, false, true, false)).containsOnly(Change.NONE);
    }

    @Test
    void what_an_error_told_already_is_not_told_again() {
        assertThat(outage.began()).isTrue();
        assertThat(outage.began()).isFalse();
        assertThat(looks(false, false, false, false)).containsOnly(Change.NONE);
        assertThat(looks(true, true)).containsExactly(Change.NONE, Change.ENDED);
        assertThat(outage.began()).as("another outage").isTrue();
    }

    private Change[] looks(boolean... watching) {
        Change[] changes = new Change[watching.length];
        for (int i = 0; i < watching.length; i++) {
            changes[i] = outage.look(watching[i]);
        }
        return changes;
    }
}
