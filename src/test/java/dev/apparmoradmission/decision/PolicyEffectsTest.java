package dev.apparmoradmission.decision;

import static dev.apparmoradmission.decision.PodBuilder.NOTHING;
import static dev.apparmoradmission.decision.PodBuilder.RUNTIME_DEFAULT;
import static dev.apparmoradmission.decision.PodBuilder.UNCONFINED;
import static dev.apparmoradmission.decision.PodBuilder.localhost;
import static dev.apparmoradmission.decision.PodBuilder.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.NodeIdentity;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Workload;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What single settings of a policy, and what is or is not known of the nodes, make of a decision. */
class PolicyEffectsTest {

    private static final Instant LONG_AGO = World.NOW.minusSeconds(7 * 86_400);
    private static final ProfileList WEB = ProfileList.of(Map.of("k8s-web", ProfileMode.ENFORCE));

    private static AppArmorPolicy policy(String spec) {
        return TableRow.policy(Manifests.yaml(spec));
    }

    private static AppArmorPolicy named(String name, AppArmorPolicy policy) {
        return new AppArmorPolicy(
                name,
                policy.mode(),
                policy.match(),
                policy.defaultProfile(),
                policy.rules(),
                policy.localhost(),
                policy.exceptions(),
                policy.templates());
    }

    private static List<Rule> denied(Decision decision) {
        return decision.findings(Action.ENFORCE).stream().map(Finding::rule).toList();
    }

    private static Decision withNodes(Workload pod, ClusterNodes nodes) {
        Snapshot any = World.fixed().under(World.strict());
        return World.review(pod, new Snapshot(any.policies(), nodes, any.namespaces(), false));
    }

    private static ClusterNodes nodes(boolean inventoried, ContainerRuntime runtime) {
        Node node = new Node("n", Map.of(), List.of(), runtime, NodeIdentity.UNKNOWN);
        return ClusterNodes.of(List.of(node), Map.of(), inventoried, TransientTaints.WELL_KNOWN);
    }

    // ---- localhost.nodes: Any

    @Test
    void anyNodeSufficesOnlyIfItHoldsAllProfilesOfThePodInAnAcceptedMode() {
        AppArmorPolicy any = policy("{localhost: {nodes: Any}}");
        World world = new World()
                .node("n1", ContainerRuntime.CONTAINERD, List.of(), "a (enforce)", "c (complain)")
                .node("n2", ContainerRuntime.CONTAINERD, List.of(), "b (enforce)");
        Workload both = pod().container("x", localhost("a"))
                .container("y", localhost("b"))
                .build();

        assertThat(World.create(pod().container("x", localhost("a")).build(), world.under(any))
                        .allowed())
                .isTrue();
        assertThat(denied(World.create(both, world.under(any))))
                .containsExactly(Rule.LOCALHOST_NOT_LOADED, Rule.LOCALHOST_NOT_LOADED);
        assertThat(World.create(
                                both,
                                world.node("n3", ContainerRuntime.CONTAINERD, List.of(), "a (kill)", "b (enforce)")
                                        .under(any))
                        .allowed())
                .isTrue();
        assertThat(denied(World.create(pod().container("x", localhost("c")).build(), world.under(any))))
                .as("the one node that has it has it in complain mode")
                .contains(Rule.LOCALHOST_MODE);
    }

    @Test
    void anyNodeSufficesThoughOthersAreNotKnown() {
        World world = new World()
                .node("n1", ContainerRuntime.CONTAINERD, List.of(), "a (enforce)")
                .node("n2", ContainerRuntime.CONTAINERD, List.of())
                .withoutInventory("n2");
        Workload pod = pod().container("x", localhost("a")).build();

        assertThat(World.create(pod, world.under(policy("{localhost: {nodes: Any}}")))
                        .allowed())
                .isTrue();
        assertThat(denied(World.create(pod, world.under(World.strict())))).containsExactly(Rule.INVENTORY_UNKNOWN);
    }

    // ---- what is known of the nodes

    @Test
    void withoutAnyInventoryAFileIsWarnedAboutAndNeverDenied() {
        Workload pod = pod().container("c", localhost("k8s-web")).build();

        for (ClusterNodes nodes : List.of(ClusterNodes.UNKNOWN, nodes(false, ContainerRuntime.CONTAINERD))) {
            Decision decision = withNodes(pod, nodes);
            assertThat(decision.allowed()).isTrue();
            assertThat(decision.findings()).singleElement().satisfies(f -> {
                assertThat(f.rule()).isEqualTo(Rule.INVENTORY_UNKNOWN);
                assertThat(f.action()).isEqualTo(Action.WARN);
            });
            assertThat(decision.containers().get(0).confinement()).isEqualTo(Confinement.UNKNOWN);
        }
    }

    @Test
    void whatIsCertainWithoutAnInventoryIsSaid() {
        Workload pod = pod().privileged("c", localhost("k8s-web")).build();

        assertThat(withNodes(pod, nodes(true, ContainerRuntime.CRI_O))
                        .containers()
                        .get(0)
                        .confinement())
                .isEqualTo(Confinement.of(Level.UNCONFINED, Cause.PRIVILEGED));
        assertThat(withNodes(pod, nodes(true, ContainerRuntime.CONTAINERD))
                        .containers()
                        .get(0)
                        .confinement())
                .isEqualTo(Confinement.UNKNOWN);
        assertThat(withNodes(pod().container("c", UNCONFINED).build(), nodes(true, ContainerRuntime.CRI_O))
                        .containers()
                        .get(0)
                        .confinement())
                .isEqualTo(Confinement.of(Level.UNCONFINED, Cause.DECLARED));
    }

    @Test
    void aNodeThatReportedAppArmorOffStaysSoHoweverOldTheReport() {
        Node node = new Node("n", Map.of(), List.of(), ContainerRuntime.CONTAINERD, NodeIdentity.UNKNOWN);
        NodeInventory off = new NodeInventory(false, Optional.of(LONG_AGO), NodeIdentity.UNKNOWN, ProfileList.EMPTY);
        ClusterNodes nodes = ClusterNodes.of(List.of(node), Map.of("n", off), true, TransientTaints.WELL_KNOWN);
        Snapshot snapshot = new Snapshot(
                World.fixed().under(policy("{localhost: {maxAge: 1h}}")).policies(), nodes, Namespaces.UNKNOWN, false);

        assertThat(denied(
                        World.create(pod().container("c", localhost("k8s-web")).build(), snapshot)))
                .containsExactly(Rule.APPARMOR_UNAVAILABLE);
    }

    @Test
    void aListThatWasKeptByHandHasNoAgeAndOneFromTheFutureIsFresh() {
        Snapshot hourly = World.fixed()
                .inventory("n1", WEB)
                .inventory("n2", WEB, World.NOW.plusSeconds(3600))
                .under(policy("{localhost: {maxAge: 1h}}"));

        assertThat(World.create(pod().container("c", localhost("k8s-web")).build(), hourly)
                        .allowed())
                .isTrue();
    }

    @Test
    void theConfinementIsToldByThePolicyWithTheShortestPatience() {
        World world = World.fixed().inventory("n1", WEB).inventory("n2", WEB, World.NOW.minusSeconds(7200));
        Workload pod = pod().container("c", localhost("k8s-web")).build();
        AppArmorPolicy patient = named("patient", policy("{localhost: {maxAge: 24h}}"));
        AppArmorPolicy impatient = named("impatient", policy("{localhost: {maxAge: 1h}}"));

        for (Snapshot snapshot : List.of(world.under(patient, impatient), world.under(impatient, patient))) {
            Decision decision = World.create(pod, snapshot);
            assertThat(decision.containers().get(0).confinement()).isEqualTo(Confinement.UNKNOWN);
            assertThat(decision.containers().get(0).nodes()).containsExactly("n2");
            assertThat(decision.findings()).extracting(Finding::policy).containsExactly("impatient");
        }
        assertThat(World.create(pod, world.under(patient)).allowed()).isTrue();
    }

    // ---- nodes without AppArmor

    @Test
    void aPodLevelProfileIsFatalThereThoughEveryContainerOverridesIt() {
        Decision decision = World.create(
                pod().profile(RUNTIME_DEFAULT)
                        .container("a", UNCONFINED)
                        .nodeName("n3")
                        .annotation(ExceptionKeys.UNCONFINED, "a")
                        .annotation(ExceptionKeys.REASON, "needs raw sockets")
                        .build(),
                World.fixed().under(World.strict()));

        assertThat(decision.findings(Action.ENFORCE)).singleElement().satisfies(f -> {
            assertThat(f.rule()).isEqualTo(Rule.APPARMOR_UNAVAILABLE);
            assertThat(f.path()).isEqualTo("spec.securityContext");
            assertThat(f.nodes()).containsExactly("n3");
        });
    }

    @Test
    void anEphemeralContainerCannotKeepThePodFromStartingThere() {
        Workload pod = pod().container("c", NOTHING)
                .container(ContainerKind.EPHEMERAL, "e", RUNTIME_DEFAULT, false)
                .nodeName("n3")
                .build();

        assertThat(World.create(pod, World.fixed().under(World.strict())).containers())
                .extracting(ContainerVerdict::confinement)
                .containsExactly(
                        Confinement.of(Level.UNCONFINED, Cause.NODE_WITHOUT_APPARMOR),
                        Confinement.of(Level.WILL_NOT_START, Cause.NODE_WITHOUT_APPARMOR));
    }

    @Test
    void whereThePolicySkipsThemAPodWithoutAProfileRunsThereUnpatchedAndUndenied() {
        Decision decision = World.create(
                pod().container("c", NOTHING).tolerates("lsm").build(),
                World.fixed().under(policy("{defaultProfile: {onUnsupportedNode: Skip}}")));

        assertThat(decision.patch()).isEmpty();
        assertThat(decision.findings()).extracting(Finding::rule).containsExactly(Rule.PROFILE_MISSING);
        assertThat(decision.allowed()).isTrue();
    }

    // ---- privileged

    @Test
    void onCriOAPrivilegedContainerStartsThoughItsProfileIsNotLoadedAndRunsUnconfined() {
        Decision decision = World.create(
                pod().privileged("c", localhost("k8s-db")).nodeName("c1").build(),
                World.fixed().under(World.strict()));

        assertThat(decision.containers().get(0).confinement())
                .isEqualTo(Confinement.of(Level.UNCONFINED, Cause.PRIVILEGED));
        assertThat(denied(decision)).containsExactly(Rule.PRIVILEGED, Rule.LOCALHOST_NOT_LOADED);
    }

    // ---- several policies, and none

    @Test
    void ofSeveralPoliciesTheStrictestActionWinsAndTheFirstByNameOnATie() {
        AppArmorPolicy warns = named("a-warns", policy("{mode: Warn}"));
        AppArmorPolicy denies = named("b-denies", policy("{}"));
        AppArmorPolicy deniesToo = named("c-denies-too", policy("{}"));
        Workload pod = pod().container("c", UNCONFINED).build();

        assertThat(World.create(pod, World.fixed().under(deniesToo, warns, denies))
                        .findings())
                .singleElement()
                .satisfies(f -> {
                    assertThat(f.action()).isEqualTo(Action.ENFORCE);
                    assertThat(f.policy()).isEqualTo("b-denies");
                });
    }

    @Test
    void anExceptionThatOnePolicyAcceptsDoesNotBindAnother() {
        AppArmorPolicy accepts = named("accepts", policy("{}"));
        AppArmorPolicy refuses = named("refuses", policy("{exceptions: {source: None}}"));
        Workload pod = pod().container("c", UNCONFINED)
                .annotation(ExceptionKeys.UNCONFINED, "c")
                .annotation(ExceptionKeys.REASON, "needs raw sockets")
                .build();

        assertThat(World.create(pod, World.fixed().under(accepts)).allowed()).isTrue();
        assertThat(denied(World.create(pod, World.fixed().under(accepts, refuses))))
                .contains(Rule.UNCONFINED);
    }

    @Test
    void aPolicyHoldsWhereItsMatchSays() {
        AppArmorPolicy shops = policy("{match: {namespaces: ['shop*'], excludeNamespaces: [shop-test]}}");
        PodBuilder pod = pod().container("c", UNCONFINED);

        assertThat(World.create(pod.namespace("shop-eu").build(), World.fixed().under(shops))
                        .allowed())
                .isFalse();
        for (String outside : List.of("shop-test", "bank")) {
            Decision decision =
                    World.create(pod.namespace(outside).build(), World.fixed().under(shops));
            assertThat(decision.allowed()).isTrue();
            assertThat(decision.policies()).isEmpty();
            assertThat(decision.containers().get(0).confinement())
                    .as("told all the same")
                    .isEqualTo(Confinement.of(Level.UNCONFINED, Cause.DECLARED));
        }
    }

    @Test
    void aPolicyHoldsForNamespacesWithItsLabels() {
        Snapshot any = World.fixed().under(policy("{match: {namespaceSelector: {matchLabels: {team: a}}}}"));
        Namespaces known = new Namespaces(Map.of("shop", Map.of("team", "b"), "bank", Map.of("team", "a")));
        Snapshot snapshot = new Snapshot(any.policies(), any.nodes(), known, false);
        PodBuilder pod = pod().container("c", UNCONFINED);

        assertThat(World.create(pod.namespace("shop").build(), snapshot).allowed())
                .isTrue();
        assertThat(World.create(pod.namespace("bank").build(), snapshot).allowed())
                .isFalse();
        assertThat(World.create(pod.namespace("brand-new").build(), snapshot).allowed())
                .isFalse();
    }

    @Test
    void aRuleThatIsIgnoredLeavesNoTrace() {
        assertThat(World.create(
                                pod().container("c", UNCONFINED).build(),
                                World.fixed().under(policy("{rules: {unconfined: Ignore}}")))
                        .findings())
                .isEmpty();
    }

    // ---- names

    @Test
    void aVeryShortNameIsNotGuessedAt() {
        World world = new World().node("n", ContainerRuntime.CONTAINERD, List.of(), "xy (enforce)", "abd (enforce)");

        assertThat(Message.denial(
                        World.create(pod().container("c", localhost("ab")).build(), world.under(World.strict()))))
                .doesNotContain("did you mean");
        assertThat(Message.denial(
                        World.create(pod().container("c", localhost("abc")).build(), world.under(World.strict()))))
                .contains("did you mean \"abd\"?");
    }
}
