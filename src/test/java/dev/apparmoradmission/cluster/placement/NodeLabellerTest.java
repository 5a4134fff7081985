package dev.apparmoradmission.cluster.placement;

import static dev.apparmoradmission.cluster.placement.Fleet.policy;
import static dev.apparmoradmission.decision.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.cluster.leader.Refusal;
import dev.apparmoradmission.cluster.placement.NodeLabeller.Outcome;
import dev.apparmoradmission.cluster.placement.PlacementReports.LabelWrite;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.ProfileLabels;
import dev.apparmoradmission.policy.AppArmorPolicy.Placement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NodeLabellerTest {

    private static final PlacementNeeds STEER = Fleet.needs(policy(Placement.STEER, "*"));
    private static final String A = ProfileLabels.keyOf("a");

    private final Fleet fleet = new Fleet();
    private final RecordedReports reports = new RecordedReports();
    private final List<String> written = new ArrayList<>();
    private Optional<Refusal> answer = Optional.empty();
    private Instant now = NOW;
    private boolean leading = true;
    private final NodeLabeller labeller = new NodeLabeller(this::write, reports, new Troubles(reports), () -> now);

    private void write(LabelPlan.Change change) throws Refusal {
        written.add(change.node());
        if (answer.isPresent()) {
            throw answer.get();
        }
        fleet.apply(change);
    }

    private Outcome round() {
        return labeller.round(fleet.cluster(), STEER, () -> leading);
    }

    private void later(Duration by) {
        now = now.plus(by);
    }

    @Test
    void a_node_is_written_once_though_its_old_picture_is_seen_again() {
        fleet.node("n1", Map.of()).holds("n1", "a (enforce)");
        ClusterNodes before = fleet.cluster();

        labeller.round(before, STEER, () -> true);
        labeller.round(before, STEER, () -> true);
        Outcome settled = round();

        assertThat(written).containsExactly("n1");
        assertThat(settled.settled()).isTrue();
        assertThat(reports.writes).containsExactly(LabelWrite.WRITTEN);
    }

    @Test
    void a_label_that_somebody_takes_away_comes_back() {
        fleet.node("n1", Map.of()).holds("n1", "a (enforce)");
        round();
        fleet.labels("n1").remove(A);

        Outcome soon = round();
        assertThat(soon.settled()).isFalse();
        now = soon.again().orElseThrow();
        round();

        assertThat(fleet.labels("n1")).containsEntry(A, "enforce");
    }

    @Test
    void a_changed_mode_is_written_at_once() {
        fleet.node("n1", Map.of()).holds("n1", "a (enforce)");
        round();
        fleet.holds("n1", "a (complain)");
        round();

        assertThat(fleet.labels("n1")).containsEntry(A, "complain");
    }

    @Test
    void no_more_than_fifty_nodes_are_written_in_a_second() {
        for (int i = 0; i < 120; i++) {
            fleet.node("n" + i, Map.of()).holds("n" + i, "a (enforce)");
        }

        Outcome first = round();
        assertThat(written).hasSize(50);
        assertThat(first.again()).hasValueSatisfying(again -> assertThat(again).isBefore(now.plusSeconds(1)));
        round();
        assertThat(written).hasSize(50);
        later(Duration.ofSeconds(1));
        round();
        assertThat(written).hasSize(100);
        later(Duration.ofSeconds(1));
        assertThat(round().again()).as("nothing is left").isEmpty();
        assertThat(written).hasSize(120).doesNotHaveDuplicates();
    }

    @Test
    void a_missing_right_is_told_once_and_names_the_file_that_gives_it() {
        fleet.node("n1", Map.of())
                .holds("n1", "a (enforce)")
                .node("n2", Map.of())
                .holds("n2", "a (enforce)");
        answer = Optional.of(new Refusal(Refusal.Kind.FORBIDDEN, "nodes \"n1\" is forbidden"));

        round();
        later(Duration.ofMinutes(2));
        round();

        assertThat(written).as("one try a round, for all nodes").hasSize(2);
        assertThat(reports.told)
                .singleElement()
                .asString()
                .startsWith("problem: Cannot write node labels: nodes \"n1\" is forbidden")
                .contains("deploy/placement/rbac-placement.yaml");
        answer = Optional.empty();
        later(Duration.ofMinutes(2));
        round();
        assertThat(fleet.labels("n2")).containsKey(A);
        assertThat(reports.told).hasSize(2).last().isEqualTo("solved: Can write node labels again");
    }

    @Test
    void an_outage_is_waited_out_with_longer_and_longer_pauses() {
        fleet.node("n1", Map.of()).holds("n1", "a (enforce)");
        answer = Optional.of(new Refusal(Refusal.Kind.UNREACHABLE, "connection refused"));

        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Instant again = round().again().orElseThrow();
            pauses.add(Duration.between(now, again).toSeconds());
            now = again;
        }

        assertThat(pauses).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L);
        assertThat(reports.told).hasSize(1);
    }

    @Test
    void a_node_whose_labels_are_refused_does_not_hold_up_the_others() {
        fleet.node("n1", Map.of())
                .holds("n1", "a (enforce)")
                .node("n2", Map.of())
                .holds("n2", "a (enforce)");
        answer = Optional.of(new Refusal(Refusal.Kind.REFUSED, "denied by somebody's policy"));

        round();
        round();

        assertThat(written).containsExactly("n1", "n2");
        assertThat(reports.told).singleElement().asString().contains("denied by somebody's policy");
        fleet.gone("n1").gone("n2");
        assertThat(round().again()).as("nobody is left to try again for").isEmpty();
    }

    @Test
    void a_node_that_went_or_was_replaced_meanwhile_is_no_problem() {
        fleet.node("n1", Map.of()).holds("n1", "a (enforce)");
        answer = Optional.of(new Refusal(Refusal.Kind.GONE, "not found"));

        round();

        assertThat(reports.told).isEmpty();
        assertThat(reports.writes).isEmpty();
    }

    @Test
    void nothing_is_written_by_one_who_leads_no_longer() {
        fleet.node("n1", Map.of()).holds("n1", "a (enforce)");
        leading = false;

        round();

        assertThat(written).isEmpty();
    }

    @Test
    void when_no_policy_needs_labels_any_more_they_are_taken_away() {
        fleet.node("n1", Map.of("kept", "x")).holds("n1", "a (enforce)");
        round();
        later(Duration.ofSeconds(10));

        labeller.round(fleet.cluster(), PlacementNeeds.NONE, () -> true);

        assertThat(fleet.labels("n1")).isEqualTo(Map.of("kept", "x"));
    }

    @Test
    void a_node_with_too_many_profiles_is_told_of_once_with_the_way_out() {
        String[] lines = new String[WantedLabels.MOST_PROFILES + 2];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = "p" + i + " (enforce)";
        }
        fleet.node("n1", Map.of()).holds("n1", lines);

        round();
        round();

        assertThat(reports.withoutLabel).isEqualTo(2);
        assertThat(reports.told)
                .singleElement()
                .asString()
                .startsWith("remark: Node n1 has more than 256 profiles")
                .contains("Narrow localhost.allowed");
        fleet.holds("n1", "p1 (enforce)");
        round();
        assertThat(reports.withoutLabel).isZero();
    }
}
