package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeldConnectionsTest {

    private final HeldConnections<String> held = new HeldConnections<>(3);

    private String openedBy(String peer, long now) {
        return held.opened(peer, "to " + peer, now).orElse("nobody goes");
    }

    @Test
    void the_oldest_that_never_brought_a_review_goes_for_a_new_one() {
        assertThat(openedBy("server", 1)).isEqualTo("nobody goes");
        assertThat(openedBy("a", 2)).isEqualTo("nobody goes");
        assertThat(openedBy("b", 3)).isEqualTo("nobody goes");
        held.answered("server", 4);

        assertThat(openedBy("c", 5)).isEqualTo("to a");
        assertThat(openedBy("d", 6)).isEqualTo("to b");
        assertThat(held.size()).isEqualTo(3);
    }

    @Test
    void where_all_brought_reviews_the_one_goes_whose_last_is_the_longest_ago() {
        openedBy("a", 1);
        openedBy("b", 2);
        openedBy("c", 3);
        held.answered("c", 4);
        held.answered("a", 5);
        held.answered("b", 6);
        held.answered("c", 7);

        assertThat(openedBy("d", 8)).isEqualTo("to a");
        assertThat(openedBy("e", 9)).isEqualTo("to d");
    }

    @Test
    void a_closed_one_makes_room_and_counts_no_more() {
        openedBy("a", 1);
        openedBy("b", 2);
        openedBy("c", 3);
        held.closed("b", "to b");
        held.answered("b", 4);

        assertThat(held.size()).isEqualTo(2);
        assertThat(openedBy("d", 5)).isEqualTo("nobody goes");
    }

    @Test
    void another_that_came_from_the_same_port_meanwhile_stays() {
        openedBy("a", 1);
        held.opened("a", "another to a", 2);
        held.closed("a", "to a");

        assertThat(held.size()).isEqualTo(1);
    }

    @Test
    void those_without_a_review_for_too_long_go_whoever_they_were() {
        openedBy("a", 10);
        openedBy("b", 11);
        openedBy("c", 12);
        held.answered("a", 13);
        held.answered("b", 20);

        assertThat(held.removeQuiet(14)).containsExactly("to c", "to a");
        assertThat(held.size()).isEqualTo(1);
        assertThat(held.removeQuiet(14)).isEmpty();
    }
}
