package dev.apparmoradmission.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The header lines for people: kept on request, and harmless to the decision. */
class NodeNotesTest {

    private static final String NOTED = """
            # apparmor: enabled
            # observed-at: 2026-11-22T19:00:00Z
            # kernel: 6.8.0-31-generic
            # changed: 2026-11-22T18:59:00Z MongoDB (x) -> (y) (enforce) -> (complain)
            # changed: 2026-11-22T18:00:00Z k8s-db (kill) -> removed
            # changed: yesterday k8s-db (kill) -> removed
            # changed: 2026-11-22T18:00:00Z k8s-db
            # sha1: 0a4d55a8d778e5022fab701977c5d840bbc486d0 MongoDB (x) -> (y)
            # sha1: nothing
            k8s-web (enforce)
            # sha1: 1111111111111111111111111111111111111111 below the list
            """;

    private final InventoryReader deciding = new InventoryReader(new ProfileLists());
    private final InventoryReader noting = InventoryReader.withNotes(new ProfileLists());

    @Test
    void kernel_changes_and_hashes_are_read_and_what_makes_no_sense_is_passed_over() {
        NodeNotes notes = Inventory.join(List.of(read(noting, NOTED))).notes().get("n1");

        assertThat(notes)
                .isEqualTo(new NodeNotes(
                        Optional.empty(),
                        Optional.of("6.8.0-31-generic"),
                        Map.of("MongoDB (x) -> (y)", "0a4d55a8d778e5022fab701977c5d840bbc486d0"),
                        List.of(
                                new ProfileChange(
                                        Instant.parse("2026-11-22T18:59:00Z"),
                                        "MongoDB (x) -> (y)",
                                        "enforce",
                                        "complain"),
                                new ProfileChange(
                                        Instant.parse("2026-11-22T18:00:00Z"),
                                        "k8s-db",
                                        "kill",
                                        ProfileChange.REMOVED))));
    }

    @Test
    void the_webhook_keeps_none_of_them_and_reads_the_same_list() {
        InventoryPart part = read(deciding, NOTED);

        assertThat(part.notes()).isEmpty();
        assertThat(part.nodes()).isEqualTo(read(noting, NOTED).nodes());
        assertThat(part.nodes().get("n1").orElseThrow().profiles().modes()).containsOnlyKeys("k8s-web");
    }

    @Test
    void a_node_that_tells_of_a_problem_has_reported_nothing_whatever_else_it_says() {
        String value = "# apparmor: enabled\n# problem: the list is larger\tthan 1 MiB\nk8s-web (enforce)\n";

        InventoryPart part = read(deciding, value);

        assertThat(part.nodes().get("n1")).isEmpty();
        assertThat(part.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.describe())
                        .contains("\"the list is larger\\tthan 1 MiB\"", "reported nothing"));
        Inventory joined = Inventory.join(List.of(read(noting, value)));
        assertThat(joined.unreadable()).containsExactly("n1");
        assertThat(joined.notes().get("n1").problem()).contains("the list is larger\tthan 1 MiB");
    }

    @Test
    void that_apparmor_is_off_is_believed_beside_a_problem() {
        InventoryPart part = read(deciding, "# apparmor: disabled\n# problem: no list\n");

        assertThat(part.nodes().get("n1").orElseThrow().enabled()).isFalse();
    }

    @Test
    void a_profile_may_be_called_like_a_problem() {
        InventoryPart part = read(deciding, "a (enforce)\n# problem: x (enforce)\n");

        assertThat(part.nodes().get("n1").orElseThrow().profiles().modes()).containsOnlyKeys("a", "# problem: x");
    }

    @Test
    void nodes_that_are_alike_share_their_hashes() {
        String value = "# sha1: 0a4d55a8d778e5022fab701977c5d840bbc486d0 a\na (enforce)\n";
        InventoryPart both =
                noting.read(new InventoryConfigMap("", "", "", Map.of(), Map.of(), Map.of("n1", value, "n2", value)));

        assertThat(both.notes().get("n1").contents())
                .isSameAs(both.notes().get("n2").contents())
                .hasSize(1);
    }

    private static InventoryPart read(InventoryReader reader, String value) {
        return reader.read(new InventoryConfigMap("", "", "", Map.of(), Map.of(), Map.of("n1", value)));
    }
}
