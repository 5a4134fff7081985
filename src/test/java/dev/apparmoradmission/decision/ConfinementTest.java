package dev.apparmoradmission.decision;

import static dev.apparmoradmission.decision.PodBuilder.NOTHING;
import static dev.apparmoradmission.decision.PodBuilder.RUNTIME_DEFAULT;
import static dev.apparmoradmission.decision.PodBuilder.UNCONFINED;
import static dev.apparmoradmission.decision.PodBuilder.localhost;
import static dev.apparmoradmission.decision.PodBuilder.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.LocalhostTerms;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Workload;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What becomes of a profile on nodes of which the tables and the measured cases do not speak. */
class ConfinementTest {

    private static final AppArmorPolicy LENIENT_WITH_PRIVILEGED =
            World.policy("baseline", Map.of(), LocalhostTerms.USUAL);

    private static World one(ContainerRuntime runtime, String... lines) {
        return new World().node("n", runtime, List.of(), lines);
    }

    private static Confinement confinement(Workload pod, World world) {
        return World.review(pod, world.under(World.strict()))
                .containers()
                .get(0)
                .confinement();
    }

    private static List<Rule> denied(Workload pod, World world, AppArmorPolicy policy) {
        return World.review(pod, world.under(policy)).findings(Action.ENFORCE).stream()
                .map(Finding::rule)
                .toList();
    }

    @Test
    void aPrivilegedContainerWhoseProfileIsNotLoadedIsDeniedWhereTheRuntimeIsNotKnown() {
        Workload pod = pod().privileged("c", localhost("no-such-profile")).build();

        assertThat(confinement(pod, one(ContainerRuntime.UNKNOWN, "k8s-web (enforce)")))
                .isEqualTo(Confinement.of(Level.WILL_NOT_START, Cause.PROFILE_NOT_LOADED));
        for (ContainerRuntime runtime : ContainerRuntime.values()) {
            assertThat(denied(pod, one(runtime, "k8s-web (enforce)"), LENIENT_WITH_PRIVILEGED))
                    .as(runtime.name())
                    .contains(Rule.LOCALHOST_NOT_LOADED);
        }
    }

    @Test
    void aPrivilegedContainerWhoseProfileOnlyLogsIsDeniedWhateverTheRuntime() {
        Workload pod = pod().privileged("c", localhost("learn")).build();

        for (ContainerRuntime runtime : ContainerRuntime.values()) {
            assertThat(denied(pod, one(runtime, "learn (complain)"), LENIENT_WITH_PRIVILEGED))
                    .as(runtime.name())
                    .contains(Rule.LOCALHOST_MODE);
        }
    }

    @Test
    void aPrivilegedContainerWithALoadedProfileRunsUnconfinedUnlessItIsKnownToBeContainerd() {
        Workload pod = pod().privileged("c", localhost("k8s-web")).build();

        assertThat(confinement(pod, one(ContainerRuntime.CONTAINERD, "k8s-web (enforce)"))
                        .level())
                .isEqualTo(Level.ENFORCED);
        assertThat(List.of(ContainerRuntime.CRI_O, ContainerRuntime.DOCKER, ContainerRuntime.UNKNOWN))
                .allSatisfy(runtime -> assertThat(confinement(pod, one(runtime, "k8s-web (enforce)")))
                        .isEqualTo(Confinement.of(Level.UNCONFINED, Cause.PRIVILEGED)));
    }

    @Test
    void theRuntimeOfANodeThatDoesNotSayIsReadFromItsDefaultProfile() {
        Workload pod = pod().privileged("c", localhost("k8s-web")).build();

        assertThat(confinement(
                                pod,
                                one(
                                        ContainerRuntime.UNKNOWN,
                                        "k8s-web (enforce)",
                                        "cri-containerd.apparmor.d (enforce)"))
                        .level())
                .isEqualTo(Level.ENFORCED);
        assertThat(confinement(
                        pod,
                        one(
                                ContainerRuntime.UNKNOWN,
                                "k8s-web (enforce)",
                                "cri-containerd.apparmor.d (enforce)",
                                "crio-default (enforce)")))
                .isEqualTo(Confinement.of(Level.UNCONFINED, Cause.PRIVILEGED));
    }

    @Test
    void theRuntimesOwnProfileCountsInTheModeInWhichTheNodeListsIt() {
        Workload pod = pod().container("c", RUNTIME_DEFAULT).build();

        assertThat(confinement(pod, one(ContainerRuntime.CRI_O, "crio-default (complain)"))
                        .level())
                .isEqualTo(Level.COMPLAIN);
        assertThat(confinement(pod, one(ContainerRuntime.DOCKER, "docker-default (unconfined)")))
                .isEqualTo(new Confinement(
                        Level.UNCONFINED,
                        Optional.of(Cause.PROFILE_MODE),
                        "docker-default",
                        Optional.of(ProfileMode.UNCONFINED)));
        // Another runtime's profile says nothing about this one.
        assertThat(confinement(pod, one(ContainerRuntime.CRI_O, "docker-default (complain)"))
                        .level())
                .isEqualTo(Level.ENFORCED);
    }

    @Test
    void anEnforcedDefaultProfileSatisfiesAPolicyThatAcceptsOnlyKillModeForNamedOnes() {
        AppArmorPolicy killOnly = World.policy(
                "kill",
                Map.of(),
                new LocalhostTerms(
                        List.of(new Glob("*")),
                        true,
                        Set.of(ProfileMode.KILL),
                        Optional.empty(),
                        AppArmorPolicy.Placement.PROVE));
        World world = one(ContainerRuntime.CONTAINERD, "cri-containerd.apparmor.d (enforce)", "k8s-web (enforce)");

        assertThat(denied(pod().container("c", RUNTIME_DEFAULT).build(), world, killOnly))
                .isEmpty();
        assertThat(denied(pod().container("c", localhost("k8s-web")).build(), world, killOnly))
                .containsExactly(Rule.LOCALHOST_MODE);
    }

    @Test
    void theKubeletRefusesAnEmptyNameBeforeAnyRuntimeSeesIt() {
        Workload pod = pod().container("c", NOTHING).beta("c", "localhost/").build();

        for (ContainerRuntime runtime : ContainerRuntime.values()) {
            assertThat(confinement(pod, one(runtime)).level())
                    .as(runtime.name())
                    .isEqualTo(Level.WILL_NOT_START);
        }
    }

    @Test
    void ofSeveralEligibleNodesTheWorstDecidesAndIsNamed() {
        World world = World.fixed().withoutInventory("n2");
        ContainerVerdict missing = World.review(
                        pod().container("c", localhost("learn")).build(), world.under(World.strict()))
                .containers()
                .get(0);

        assertThat(missing.confinement().level()).isEqualTo(Level.UNKNOWN);
        assertThat(missing.nodes()).containsExactly("n2");
    }

    @Test
    void onANodeWithoutAppArmorOneRestrainedContainerKeepsTheWholePodFromStarting() {
        World off = new World().nodeWithoutAppArmor("n", List.of());
        Decision decision = World.create(
                pod().container("a", RUNTIME_DEFAULT).container("b", UNCONFINED).build(), off.under(World.strict()));

        assertThat(decision.containers())
                .extracting(ContainerVerdict::confinement)
                .containsOnly(Confinement.of(Level.WILL_NOT_START, Cause.NODE_WITHOUT_APPARMOR));
    }

    @Test
    void onANodeWithoutAppArmorAnEphemeralContainerFailsAlone() {
        World off = new World().nodeWithoutAppArmor("n", List.of());
        Workload stored = pod().container("c", NOTHING).nodeName("n").build();
        Workload requested = pod().container("c", NOTHING)
                .container(ContainerKind.EPHEMERAL, "e", RUNTIME_DEFAULT, false)
                .container(ContainerKind.EPHEMERAL, "f", UNCONFINED, false)
                .nodeName("n")
                .build();
        Decision decision = Decider.decide(
                requested,
                new Operation.AddEphemeralContainers(Requester.ANYONE, stored),
                off.under(World.strict()),
                World.NOW);

        assertThat(decision.containers())
                .extracting(ContainerVerdict::confinement)
                .containsExactly(
                        Confinement.of(Level.WILL_NOT_START, Cause.NODE_WITHOUT_APPARMOR),
                        Confinement.of(Level.UNCONFINED, Cause.DECLARED));
    }
}
