package dev.apparmoradmission.decision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steer, Hold and Pin (semantics §6.6), in the fixed world: n1 holds k8s-web and k8s-db, n2 only k8s-web, n3 has AppArmor off. */
class PlacingTest {

    private static final String KEY = "profile.apparmor-admission.node-restriction.kubernetes.io/k8s-db";
    private static final String DB = "{key: " + KEY + ", operator: In, values: [enforce, kill]}";
    private static final String STEER = "{localhost: {placement: Steer}}";
    private static final String HOLD = "{localhost: {placement: Hold}}";
    private static final String PIN = "{defaultProfile: {type: RuntimeDefault, onUnsupportedNode: Pin}}";
    private static final String CONTAINER =
            "containers: [{name: c, securityContext: {appArmorProfile: {type: Localhost, localhostProfile: k8s-db}}}]";
    private static final String TERMS =
            "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: " + "{nodeSelectorTerms: %s}}}";

    @Test
    void a_pod_without_affinity_is_kept_to_nodes_that_hold_its_profile() {
        assertThat(patched(STEER, CONTAINER)).isEqualTo(pod(TERMS.formatted("[{matchExpressions: [" + DB + "]}]")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "affinity: null                        | affinity: %s",
                "affinity: {}                          | affinity: %s",
                "affinity: {nodeAffinity: {}}          | affinity: %s",
                "affinity: {nodeAffinity: null}        | affinity: %s",
                "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: null}} | affinity: %s",
            })
    void affinity_that_is_begun_is_completed(String before, String after) {
        String required = "{nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: "
                + "[{matchExpressions: [" + DB + "]}]}}}";

        assertThat(patched(STEER, before + ", " + CONTAINER)).isEqualTo(pod(after.formatted(required)));
    }

    @Test
    void other_affinity_stays() {
        String zone = "podAntiAffinity: {}, nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: []%s}";
        String required = ", requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: ["
                + DB + "]}]}";

        assertThat(patched(STEER, "affinity: {" + zone.formatted("") + "}, " + CONTAINER))
                .isEqualTo(pod("affinity: {" + zone.formatted(required) + "}"));
    }

    @Test
    void every_alternative_gets_the_requirement_and_an_empty_one_stays_empty() {
        String zone = "{key: zone, operator: In, values: [a]}";
        String name = "{key: metadata.name, operator: NotIn, values: [n2]}";
        String before = "[{matchExpressions: [" + zone + "]}, {}, {matchFields: [" + name + "]},"
                + " {matchExpressions: [], matchFields: [" + name + "]}]";
        String after = "[{matchExpressions: [" + zone + ", " + DB + "]}, {}, {matchFields: [" + name
                + "], matchExpressions: [" + DB + "]}, {matchExpressions: [" + DB + "], matchFields: [" + name + "]}]";

        assertThat(patched(STEER, TERMS.formatted(before) + ", " + CONTAINER)).isEqualTo(pod(TERMS.formatted(after)));
    }

    @Test
    void what_is_required_already_is_not_required_twice() {
        JsonNode once = patched(STEER, CONTAINER);

        assertThat(decide(STEER, once).patch()).isEmpty();
    }

    @Test
    void a_list_of_no_alternatives_is_left_to_the_api_server_to_refuse() {
        assertThat(decide(STEER, pod(TERMS.formatted("[]"))).patch()).isEmpty();
    }

    @Test
    void odd_names_become_hashes_and_modes_are_those_of_the_policy() {
        JsonNode patched = patched(
                "{localhost: {placement: Steer, modes: [complain]}}",
                "containers: [{name: c, securityContext: {appArmorProfile: {type: Localhost, localhostProfile: my prof}}}]");
        JsonNode expression = patched.at("/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution"
                + "/nodeSelectorTerms/0/matchExpressions/0");

        // printf 'my prof' | sha256sum | cut -c1-40
        assertThat(expression.path("key").textValue())
                .isEqualTo("profile.apparmor-admission.node-restriction.kubernetes.io/"
                        + "sha256-37a3ebdd4022763cafe4f23f30cbda3062abdb3f");
        assertThat(expression.path("values")).hasSize(1);
        assertThat(expression.at("/values/0").textValue()).isEqualTo("complain");
    }

    @Test
    void pods_that_cannot_be_moved_are_not_steered_but_judged_where_they_land() {
        String daemon = TERMS.formatted("[{matchFields: [{key: metadata.name, operator: In, values: [n2]}]}]");
        for (String bound : List.of("nodeName: n2", daemon)) {
            Decision decision = decide(STEER, pod(bound));
            assertThat(decision.patch()).isEmpty();
            assertThat(decision.findings(Action.ENFORCE))
                    .extracting(Finding::rule)
                    .containsExactly(Rule.LOCALHOST_NOT_LOADED);
        }
    }

    @Test
    void names_that_are_denied_anyway_are_not_looked_for() {
        assertThat(patched("{localhost: {placement: Steer, allowed: [k8s-web]}}", CONTAINER))
                .isEqualTo(pod(""));
    }

    @Test
    void a_steered_pod_is_judged_by_the_nodes_that_are_left() {
        Decision decision = decide(STEER, patched(STEER, CONTAINER));

        assertThat(decision.allowed()).isTrue();
        assertThat(decision.findings()).isEmpty();
        assertThat(decision.containers().get(0).confinement().level()).isEqualTo(Confinement.Level.ENFORCED);
    }

    @Test
    void a_manifest_is_judged_as_the_pod_that_will_be_steered() {
        Decision decision = World.review(read(pod("")), World.fixed().under(policy(STEER)));

        assertThat(decision.findings()).isEmpty();
        assertThat(decision.containers().get(0).confinement().level()).isEqualTo(Confinement.Level.ENFORCED);
    }

    @Test
    void a_steered_pod_waits_where_no_node_holds_its_profile() {
        World world = new World().node("n1", ContainerRuntime.CONTAINERD, List.of(), "k8s-db (complain)");
        JsonNode pod = pod("");
        Snapshot snapshot = world.under(policy(STEER));
        Decision decision = World.create(
                read(Manifests.patched(pod, World.create(read(pod), snapshot).patch())), snapshot);

        assertThat(decision.allowed()).isTrue();
        assertThat(Message.warnings(decision))
                .containsExactly(
                        "AppArmor: container \"c\" (spec.containers[0]): no node that the pod may use holds Localhost"
                                + " profile \"k8s-db\" in an accepted mode; it will wait for one [no-eligible-node] - load it there,"
                                + " and check its name, nodeSelector, affinity and tolerations");
    }

    @Test
    void a_stale_list_does_not_hold_up_a_steered_pod_that_has_another_node() {
        World world = new World()
                .node("n1", ContainerRuntime.CONTAINERD, List.of(), "k8s-db (enforce)")
                .node("n2", ContainerRuntime.CONTAINERD, List.of())
                .inventory(
                        "n2",
                        ProfileList.of(Map.of("k8s-db", ProfileMode.ENFORCE)),
                        World.NOW.minus(Duration.ofHours(2)));
        Snapshot snapshot = world.under(policy("{localhost: {placement: Steer, maxAge: 1h}}"));

        assertThat(World.review(read(pod("")), snapshot).findings()).isEmpty();
    }

    @Test
    void a_pod_is_held_while_a_node_where_it_may_land_lacks_its_profile() {
        JsonNode held = patched(HOLD, CONTAINER);
        Decision decision = decide(HOLD, held);

        assertThat(held.at("/spec/schedulingGates").toString())
                .isEqualTo("[{\"name\":\"apparmor-admission.dev/profiles-loaded\"}]");
        assertThat(decision.patch()).isEmpty();
        assertThat(decision.allowed()).isTrue();
        assertThat(Message.warnings(decision))
                .containsExactly(
                        "AppArmor: container \"c\" (spec.containers[0]): Localhost profile \"k8s-db\" is not loaded on"
                                + " 1 of 2 eligible nodes (n2); a scheduling gate holds the pod until that is right"
                                + " [localhost-not-loaded]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Warn", "Enforce"})
    void a_template_is_told_that_its_pods_will_be_held_whatever_may_come_of_the_template(String templates) {
        String policy = "{localhost: {placement: Hold}, templates: " + templates + "}";
        JsonNode template =
                Manifests.yaml("{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {template: {spec: {"
                        + CONTAINER + "}}}}");

        assertThat(decide(policy, template).findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.action()).isEqualTo(Action.WARN))
                .satisfies(finding -> assertThat(finding.message())
                        .endsWith("; a scheduling gate holds the pod until that is right"));
    }

    @Test
    void the_gate_stands_behind_those_of_others() {
        assertThat(patched(HOLD, "schedulingGates: [{name: example.com/quota}], " + CONTAINER)
                        .at("/spec/schedulingGates")
                        .toString())
                .isEqualTo("[{\"name\":\"example.com/quota\"},{\"name\":\"apparmor-admission.dev/profiles-loaded\"}]");
    }

    @Test
    void a_pod_that_may_start_everywhere_is_not_held() {
        assertThat(decide(HOLD, pod("nodeSelector: {host: n1}")).patch()).isEmpty();
    }

    @Test
    void a_pod_that_cannot_be_held_is_denied() {
        for (String bound : List.of(
                "nodeName: n2",
                TERMS.formatted("[{matchFields: [{key: metadata.name, operator: In, values: [n2]}]}]"))) {
            Decision decision = decide(HOLD, pod(bound));
            assertThat(decision.patch()).isEmpty();
            assertThat(decision.allowed()).isFalse();
        }
    }

    @Test
    void a_gate_that_somebody_wrote_excuses_nothing_under_a_policy_that_holds_nothing() {
        Decision decision = decide(
                "{localhost: {placement: Prove}}",
                pod("schedulingGates: [{name: apparmor-admission.dev/profiles-loaded}]"));

        assertThat(decision.allowed()).isFalse();
    }

    @Test
    void taking_the_gate_off_is_judged_as_what_it_does() {
        Workload held = read(patched(HOLD, CONTAINER));
        Workload released = held.withPlacement(held.spec().placement().released());
        Operation release = new Operation.Update(Requester.ANYONE, held);

        assertThat(Decider.decide(released, release, World.fixed().under(policy(HOLD)), World.NOW)
                        .allowed())
                .isFalse();
        World loaded = World.fixed()
                .node("n2", ContainerRuntime.CONTAINERD, List.of(), "k8s-web (enforce)", "k8s-db (enforce)");
        assertThat(Decider.decide(released, release, loaded.under(policy(HOLD)), World.NOW)
                        .allowed())
                .isTrue();
    }

    @Test
    void a_default_is_pinned_to_nodes_with_apparmor() {
        String tolerant = "tolerations: [{key: lsm, operator: Exists}], containers: [{name: c}]";
        JsonNode patched = patched(PIN, tolerant);

        assertThat(patched.at("/spec/securityContext/appArmorProfile/type").textValue())
                .isEqualTo("RuntimeDefault");
        assertThat(patched.at("/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution"
                                + "/nodeSelectorTerms/0/matchExpressions/0")
                        .toString())
                .isEqualTo("{\"key\":\"apparmor-admission.node-restriction.kubernetes.io/enabled\",\"operator\":\"In\","
                        + "\"values\":[\"true\"]}");
        assertThat(decide(PIN, patched).findings()).isEmpty();
        assertThat(decide(PIN, patched).patch()).isEmpty();
    }

    @Test
    void a_default_that_every_node_supports_is_not_pinned() {
        assertThat(patched(PIN, "containers: [{name: c}]").at("/spec/affinity").isMissingNode())
                .isTrue();
    }

    @Test
    void a_pod_that_has_only_nodes_without_apparmor_left_is_denied_not_pinned() {
        for (String only :
                List.of("nodeName: n3", "nodeSelector: {host: n3}, tolerations: [{key: lsm, operator: Exists}]")) {
            Decision decision = decide(PIN, manifest(only + ", containers: [{name: c}]"));
            assertThat(decision.patch()).isEmpty();
            assertThat(decision.findings(Action.ENFORCE))
                    .extracting(Finding::rule)
                    .contains(Rule.APPARMOR_UNAVAILABLE);
        }
    }

    private static JsonNode patched(String policy, String spec) {
        JsonNode pod = manifest(spec);
        return Manifests.patched(pod, decide(policy, pod).patch());
    }

    private static Decision decide(String policy, JsonNode pod) {
        return World.create(read(pod), World.fixed().under(policy(policy)));
    }

    private static AppArmorPolicy policy(String spec) {
        return TableRow.policy(Manifests.yaml(spec));
    }

    private static Workload read(JsonNode pod) {
        return Manifests.read(pod).orElseThrow();
    }

    /** A pod with a container that asks for k8s-db, and whatever else its spec says. */
    private static JsonNode pod(String more) {
        return manifest(more.isEmpty() ? CONTAINER : more + ", " + CONTAINER);
    }

    private static JsonNode manifest(String spec) {
        return Manifests.yaml("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {" + spec + "}}");
    }
}
