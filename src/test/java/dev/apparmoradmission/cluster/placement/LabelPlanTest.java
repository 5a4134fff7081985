package dev.apparmoradmission.cluster.placement;

import static dev.apparmoradmission.cluster.placement.Fleet.list;
import static dev.apparmoradmission.cluster.placement.Fleet.policy;
import static dev.apparmoradmission.decision.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.World;
import dev.apparmoradmission.node.NodeIdentity;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.node.ProfileLabels;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.DefaultProfile;
import dev.apparmoradmission.policy.AppArmorPolicy.OnUnsupportedNode;
import dev.apparmoradmission.policy.AppArmorPolicy.Placement;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LabelPlanTest {

    private static final AppArmorPolicy STEER = policy(Placement.STEER, "*");

    private final Fleet fleet = new Fleet();

    @Test
    void a_node_gets_a_label_with_the_mode_for_each_profile_that_a_steering_policy_allows() {
        fleet.node("n1", Map.of()).holds("n1", "k8s-web (enforce)", "k8s-learn (complain)", "other (enforce)");

        assertThat(labels(policy(Placement.STEER, "k8s-*")))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        ProfileLabels.keyOf("k8s-web"), Optional.of("enforce"),
                        ProfileLabels.keyOf("k8s-learn"), Optional.of("complain")));
    }

    @Test
    void only_policies_that_steer_count() {
        fleet.node("n1", Map.of()).holds("n1", "a (enforce)", "b (enforce)", "c (enforce)");

        assertThat(labels(policy(Placement.STEER, "a"), policy(Placement.PROVE, "b"), policy(Placement.HOLD, "c")))
                .containsOnlyKeys(ProfileLabels.keyOf("a"));
    }

    @Test
    void a_name_that_no_pod_can_mean_gets_no_label() {
        fleet.node("n1", Map.of()).holds("n1", ":ns:inner (enforce)", "unconf (enforce)", "plain (enforce)");

        assertThat(labels(STEER)).containsOnlyKeys(ProfileLabels.keyOf("plain"));
    }

    @Test
    void a_name_that_no_label_can_have_gets_one_by_its_hash() {
        fleet.node("n1", Map.of()).holds("n1", "MongoDB Compass (enforce)");

        assertThat(labels(STEER).keySet())
                .singleElement()
                .asString()
                .matches("profile\\.apparmor-admission\\.node-restriction\\.kubernetes\\.io/sha256-[0-9a-f]{40}");
    }

    @Test
    void only_the_difference_is_written() {
        fleet.node("n1", Map.of(ProfileLabels.keyOf("a"), "enforce", ProfileLabels.keyOf("b"), "complain"))
                .holds("n1", "a (enforce)", "b (enforce)");

        assertThat(labels(STEER)).isEqualTo(Map.of(ProfileLabels.keyOf("b"), Optional.of("enforce")));
    }

    @Test
    void a_forged_label_is_taken_away_and_foreign_ones_are_left_alone() {
        fleet.node(
                        "n1",
                        Map.of(
                                ProfileLabels.keyOf("missing"),
                                "enforce",
                                ProfileLabels.ENABLED,
                                "true",
                                "apparmor-admission.dev/team",
                                "a",
                                "kubernetes.io/os",
                                "linux"))
                .holds("n1", "a (enforce)");

        assertThat(labels(policy(Placement.STEER, "x")))
                .isEqualTo(Map.of(
                        ProfileLabels.keyOf("missing"), Optional.empty(), ProfileLabels.ENABLED, Optional.empty()));
    }

    @Test
    void a_node_that_carries_what_it_should_is_not_written() {
        fleet.node("n1", Map.of(ProfileLabels.keyOf("a"), "enforce")).holds("n1", "a (enforce)");

        assertThat(plan(STEER).changes()).isEmpty();
    }

    @Test
    void without_a_policy_that_needs_them_all_labels_go() {
        fleet.node("n1", Map.of(ProfileLabels.keyOf("a"), "enforce")).holds("n1", "a (enforce)");

        assertThat(labels()).isEqualTo(Map.of(ProfileLabels.keyOf("a"), Optional.empty()));
    }

    @Test
    void a_node_that_reported_nothing_or_apparmor_off_keeps_no_label() {
        Map<String, String> claims = Map.of(ProfileLabels.keyOf("a"), "enforce");
        fleet.node("off", claims)
                .reported("off", new NodeInventory(false, Optional.empty(), NodeIdentity.UNKNOWN, ProfileList.EMPTY))
                .node("silent", claims);

        assertThat(plan(STEER).changes()).extracting(LabelPlan.Change::node).containsExactlyInAnyOrder("off", "silent");
    }

    @Test
    void a_list_from_before_the_reboot_or_of_an_earlier_node_of_that_name_earns_no_label() {
        fleet.node("rebooted", Map.of())
                .reported("rebooted", inventory(Fleet.identity("uid-rebooted", "boot-0")))
                .node("replaced", Map.of())
                .reported("replaced", inventory(Fleet.identity("uid-before", "boot-1")))
                .node("true", Map.of())
                .reported("true", inventory(Fleet.identity("uid-true", "boot-1")));

        assertThat(plan(STEER).changes()).extracting(LabelPlan.Change::node).containsExactly("true");
    }

    @Test
    void the_least_patient_policy_says_when_a_list_is_too_old_and_the_plan_says_when_the_next_one_will_be() {
        Instant observed = NOW.minus(Duration.ofMinutes(50));
        fleet.node("old", Map.of(ProfileLabels.keyOf("a"), "enforce"))
                .holds("old", NOW.minus(Duration.ofHours(2)), "a (enforce)")
                .node("aging", Map.of(ProfileLabels.keyOf("a"), "enforce"))
                .holds("aging", observed, "a (enforce)")
                .node("ageless", Map.of(ProfileLabels.keyOf("a"), "enforce"))
                .holds("ageless", "a (enforce)");
        AppArmorPolicy patient =
                World.policy("patient", Map.of(), Fleet.terms(Placement.STEER, Optional.of(Duration.ofDays(1)), "*"));
        AppArmorPolicy hasty =
                World.policy("hasty", Map.of(), Fleet.terms(Placement.PROVE, Optional.of(Duration.ofHours(1)), "*"));

        LabelPlan plan = plan(patient, hasty);

        assertThat(plan.changes()).extracting(LabelPlan.Change::node).containsExactly("old");
        assertThat(plan.nextExpiry())
                .contains(observed.plus(Duration.ofHours(1)).plusMillis(1));
        LabelPlan then = LabelPlan.of(
                fleet.cluster(),
                new WantedLabels(Fleet.needs(patient, hasty)),
                plan.nextExpiry().orElseThrow());
        assertThat(then.changes()).extracting(LabelPlan.Change::node).containsExactly("aging", "old");
        assertThat(plan(patient).changes()).isEmpty();
    }

    @Test
    void nodes_with_apparmor_are_told_only_where_a_policy_pins() {
        fleet.node("n1", Map.of()).holds("n1", "a (enforce)");
        AppArmorPolicy usual = World.strict();
        AppArmorPolicy pin = new AppArmorPolicy(
                "pin",
                usual.mode(),
                usual.match(),
                new DefaultProfile(Profile.RuntimeDefault.SHARED, OnUnsupportedNode.PIN),
                usual.rules(),
                usual.localhost(),
                usual.exceptions(),
                usual.templates());

        assertThat(labels(pin)).isEqualTo(Map.of(ProfileLabels.ENABLED, Optional.of("true")));
        assertThat(labels(usual)).isEmpty();
    }

    @Test
    void what_keeps_pods_off_a_node_is_written_before_what_lets_them_on() {
        fleet.node("a", Map.of())
                .holds("a", "p (enforce)")
                .node("b", Map.of(ProfileLabels.keyOf("p"), "enforce"))
                .holds("b", "q (enforce)")
                .node("c", Map.of())
                .holds("c", "p (enforce)");

        assertThat(plan(STEER).changes()).extracting(LabelPlan.Change::node).containsExactly("b", "a", "c");
    }

    @Test
    void a_change_names_the_uid_of_the_node_that_it_means() {
        fleet.node("n1", Map.of()).holds("n1", "a (enforce)");

        assertThat(plan(STEER).changes()).extracting(LabelPlan.Change::uid).containsExactly(Optional.of("uid-n1"));
    }

    @Test
    void a_node_with_too_many_profiles_gets_the_first_ones_by_name_and_the_plan_tells_how_many_are_left_out() {
        Map<String, ProfileMode> many = new HashMap<>();
        for (int i = 0; i < WantedLabels.MOST_PROFILES + 3; i++) {
            many.put("p%03d".formatted(i), ProfileMode.ENFORCE);
        }
        fleet.node("n1", Map.of())
                .reported("n1", new NodeInventory(true, Optional.empty(), NodeIdentity.UNKNOWN, ProfileList.of(many)));

        assertThat(labels(STEER))
                .hasSize(WantedLabels.MOST_PROFILES)
                .containsKey(ProfileLabels.keyOf("p255"))
                .doesNotContainKey(ProfileLabels.keyOf("p256"));
        assertThat(plan(STEER).crowded()).isEqualTo(Map.of("n1", 3));
    }

    @Test
    void policies_ask_for_a_leader_only_if_they_steer_pin_or_hold() {
        assertThat(Fleet.needs().isIdle()).isTrue();
        assertThat(Fleet.needs(World.strict()).isIdle()).isTrue();
        assertThat(Fleet.needs(World.strict(), STEER).isIdle()).isFalse();
        assertThat(Fleet.needs(policy(Placement.HOLD, "*")).isIdle()).isFalse();
    }

    private static NodeInventory inventory(NodeIdentity observedOn) {
        return new NodeInventory(true, Optional.empty(), observedOn, list("a (enforce)"));
    }

    private LabelPlan plan(AppArmorPolicy... policies) {
        return LabelPlan.of(fleet.cluster(), new WantedLabels(Fleet.needs(policies)), NOW);
    }

    private Map<String, Optional<String>> labels(AppArmorPolicy... policies) {
        List<LabelPlan.Change> changes = plan(policies).changes();
        assertThat(changes).hasSizeLessThanOrEqualTo(1);
        return changes.isEmpty() ? Map.of() : changes.get(0).labels();
    }
}
