package dev.apparmoradmission.decision;

import static dev.apparmoradmission.decision.PodBuilder.NOTHING;
import static dev.apparmoradmission.decision.PodBuilder.UNCONFINED;
import static dev.apparmoradmission.decision.PodBuilder.localhost;
import static dev.apparmoradmission.decision.PodBuilder.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy.LocalhostTerms;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Hardening;
import dev.apparmoradmission.workload.Workload;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class MessageTest {

    private static final Snapshot FIXED = World.fixed().under(World.strict());

    private static String denial(Workload pod, Snapshot snapshot) {
        Decision decision = World.create(pod, snapshot);
        assertThat(decision.allowed()).isFalse();
        return Message.denial(decision);
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    @Test
    void aDenialNamesContainerPathReasonRuleNodeAndWayOut() {
        String message = denial(
                pod().profile(PodBuilder.RUNTIME_DEFAULT)
                        .container("web", NOTHING)
                        .container("db", localhost("k8s-db"))
                        .build(),
                FIXED);

        assertThat(message)
                .isEqualTo(
                        "AppArmor: container \"db\" (spec.containers[1]): Localhost profile \"k8s-db\" is not loaded on"
                                + " 1 of 2 eligible nodes (n2) [localhost-not-loaded] - load it there, or keep the pod to nodes"
                                + " that have it with a nodeSelector");
    }

    @Test
    void aSlipOfTheFingerIsGuessed() {
        assertThat(denial(pod().container("c", localhost("k8s-wev")).build(), FIXED))
                .contains("did you mean \"k8s-web\"?");
        assertThat(denial(pod().container("c", localhost("entirely-else")).build(), FIXED))
                .doesNotContain("did you mean");
    }

    @Test
    void atMostFiveContainersAreToldAndTheRestCounted() {
        PodBuilder pod = pod();
        for (int i = 0; i < 9; i++) {
            pod.container("c" + i, UNCONFINED);
        }
        String message = denial(pod.build(), FIXED);

        assertThat(message)
                .contains("\"c0\"", "\"c4\"")
                .doesNotContain("\"c5\"")
                .endsWith("; and 4 more");
        assertThat(message.split("use RuntimeDefault", -1))
                .as("the way out, once")
                .hasSize(2);
    }

    @Test
    void atMostThreeNodesAreToldAndTheRestCounted() {
        World world = new World();
        for (int i = 1; i <= 12; i++) {
            world.node("node-" + i, ContainerRuntime.CONTAINERD, List.of(), i == 12 ? "a (enforce)" : "b (enforce)");
        }
        assertThat(denial(pod().container("c", localhost("a")).build(), world.under(World.strict())))
                .contains("is not loaded on 11 of 12 eligible nodes (node-1, node-10, node-11 and 8 more)");
    }

    @Test
    void aDenialStaysUnderTheLimitHoweverLongTheNames() {
        PodBuilder pod = pod();
        for (int i = 0; i < 40; i++) {
            pod.container(("name-of-a-container-" + i + "-").repeat(9), localhost(i + "\uD83D\uDE00\n\"".repeat(200)));
        }
        String message = denial(pod.build(), FIXED);

        assertThat(bytes(message)).isLessThan(900);
        assertThat(message)
                .contains("spec.containers[0]", "localhost-not-allowed")
                .endsWith("; and 39 more");
        assertThat(message.chars()).noneMatch(Character::isISOControl);
    }

    @Test
    void theOrderOfTheNodesDoesNotShowInTheText() {
        World world = World.fixed()
                .node("a1", ContainerRuntime.CONTAINERD, List.of(), "k8s-wex (enforce)", "odd (prompt)")
                .node("b1", ContainerRuntime.CONTAINERD, List.of(), "k8s-wey (enforce)", "odd (unconfined)");
        Workload pod = pod().container("c", localhost("k8s-wez"))
                .container("d", localhost("odd"))
                .build();
        Snapshot forwards = world.under(World.strict());
        Snapshot backwards = new Snapshot(forwards.policies(), world.reversed(), forwards.namespaces(), false);

        assertThat(denial(pod, backwards)).isEqualTo(denial(pod, forwards));
    }

    @Test
    void theSameRequestGetsTheSameTextWhateverThePodIsCalled() {
        Workload first = pod().container("c", UNCONFINED).build();
        Workload retry = new Workload(
                first.kind(), first.namespace(), "p-x7f2k", false, first.labels(), first.annotations(), first.spec());

        assertThat(denial(retry, FIXED)).isEqualTo(denial(first, FIXED));
        Decision later =
                Decider.decide(first, new Operation.Create(Requester.ANYONE), FIXED, World.NOW.plusSeconds(86_400));
        assertThat(Message.denial(later)).isEqualTo(denial(first, FIXED));
    }

    @Test
    void warningsAreFewShortAndPrintable() {
        PodBuilder pod = pod();
        for (int i = 0; i < 30; i++) {
            pod.container("c" + i, localhost((i % 2 == 0 ? "x" : "") + "\uD835\uDCB3".repeat(300)));
        }
        Snapshot warned = World.fixed()
                .under(World.policy(
                        "warned",
                        Map.of(
                                Rule.LOCALHOST_NOT_ALLOWED, Action.WARN,
                                Rule.LOCALHOST_NOT_LOADED, Action.WARN),
                        LocalhostTerms.USUAL));
        List<String> warnings = Message.warnings(World.create(pod.build(), warned));

        assertThat(warnings).hasSize(15);
        assertThat(warnings.get(14)).isEqualTo("AppArmor: and 16 more");
        assertThat(warnings).allSatisfy(warning -> {
            assertThat(warning.codePointCount(0, warning.length())).isLessThanOrEqualTo(256);
            assertThat(warning.chars()).noneMatch(Character::isISOControl);
            assertThat(new String(warning.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .isEqualTo(warning);
        });
        assertThat(warnings.subList(0, 14))
                .allSatisfy(warning -> assertThat(warning).containsPattern("\\[localhost-(not-allowed|not-loaded)]"));
    }

    @Test
    void anAllowedPodHasNoWarnings() {
        assertThat(Message.warnings(World.create(
                        pod().container("c", PodBuilder.RUNTIME_DEFAULT).build(), FIXED)))
                .isEmpty();
    }

    /** Whatever names come from a manifest: one printable line under the limit that starts where the first fault is. */
    @Property(tries = 300)
    void everyDenialIsOneShortPrintableLine(
            @ForAll @Size(min = 1, max = 12) List<String> names,
            @ForAll String profile,
            @ForAll String claim,
            @ForAll @IntRange(max = 6) int nodes) {
        PodBuilder pod = pod().annotation(ExceptionKeys.UNCONFINED, claim).annotation(ExceptionKeys.EXPIRES, profile);
        for (String name : names) {
            pod.container(ContainerKind.INIT, name, name, localhost(profile + name), true, Hardening.NONE);
        }
        World world = new World();
        for (int i = 0; i < nodes; i++) {
            world.node(names.get(0) + i, ContainerRuntime.CRI_O, List.of(), profile + " (complain)");
        }
        Workload workload = pod.container("c", UNCONFINED).build();
        Decision decision = World.create(workload, world.under(World.strict()));
        String message = Message.denial(decision);

        assertThat(bytes(message)).isLessThan(900);
        assertThat(message).startsWith("AppArmor: ");
        assertThat(message.chars()).noneMatch(Character::isISOControl);
        assertThat(Message.denial(World.create(workload, world.under(World.strict()))))
                .isEqualTo(message);
        assertThat(Message.warnings(decision))
                .allSatisfy(warning -> assertThat(warning.chars()).noneMatch(Character::isISOControl));
    }
}
