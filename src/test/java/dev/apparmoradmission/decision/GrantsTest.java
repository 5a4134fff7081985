package dev.apparmoradmission.decision;

import static dev.apparmoradmission.decision.PodBuilder.RUNTIME_DEFAULT;
import static dev.apparmoradmission.decision.PodBuilder.UNCONFINED;
import static dev.apparmoradmission.decision.PodBuilder.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorException.Documentation;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.Control;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.LabelSelector;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Hardening;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Exceptions by grant: what one covers, who must name it, and what keeps it from being accepted. */
class GrantsTest {

    private static final Hardening HARDENED =
            new Hardening(Optional.of(true), Optional.of("RuntimeDefault"), true, false, Optional.of(false), true);

    private static AppArmorPolicy policy(String exceptions) {
        return TableRow.policy(Manifests.yaml("{exceptions: " + exceptions + "}"));
    }

    private static AppArmorException grant(boolean claimRequired, Rule... permits) {
        return new AppArmorException(
                "exporter",
                List.of(new Glob("shop")),
                new LabelSelector(Map.of("app", "exporter"), List.of()),
                Set.of("exporter"),
                List.of(new Glob("a*")),
                List.of(new Glob("registry.example/*")),
                Set.of(permits),
                claimRequired,
                new Documentation(
                        Optional.of("reads the host's /proc"),
                        Optional.of("team"),
                        Optional.empty(),
                        Optional.of("2026-12-31")),
                Set.of(Control.RUN_AS_NON_ROOT));
    }

    private static PodBuilder exporter(String container) {
        return pod().label("app", "exporter")
                .serviceAccount("exporter")
                .container(ContainerKind.REGULAR, container, "registry.example/x", UNCONFINED, false, HARDENED);
    }

    private static Decision granted(PodBuilder pod, AppArmorException grant) {
        return World.create(pod.build(), World.fixed().withGrants(policy("{source: Grant, require: [reason]}"), grant));
    }

    @Test
    void aGrantMustBeNamedWhereItSaysSo() {
        AppArmorException grant = grant(true, Rule.UNCONFINED);

        assertThat(granted(exporter("agent"), grant).findings(Action.ENFORCE))
                .extracting(Finding::rule)
                .containsExactly(Rule.UNCONFINED);
        Decision accepted = granted(exporter("agent").annotation(ExceptionKeys.EXCEPTION, "exporter"), grant);
        assertThat(accepted.allowed()).isTrue();
        assertThat(accepted.findings()).singleElement().satisfies(f -> {
            assertThat(f.exception().map(AcceptedException::source)).contains("Grant");
            assertThat(f.message()).contains("accepted by grant \"exporter\"", "until 2026-12-31");
        });
        assertThat(granted(exporter("agent"), grant(false, Rule.UNCONFINED)).allowed())
                .isTrue();
    }

    @Test
    void aGrantHoldsForWhatItNamesAndNothingElse() {
        AppArmorException grant = grant(false, Rule.UNCONFINED);

        assertThat(granted(exporter("agent").namespace("other"), grant).allowed())
                .isFalse();
        assertThat(granted(exporter("agent").label("app", "web"), grant).allowed())
                .isFalse();
        assertThat(granted(exporter("agent").serviceAccount("default"), grant).allowed())
                .isFalse();
        assertThat(granted(exporter("b"), grant).allowed()).isFalse();
        assertThat(granted(
                                pod().label("app", "exporter")
                                        .serviceAccount("exporter")
                                        .container(ContainerKind.REGULAR, "a", "evil/x", UNCONFINED, false, HARDENED),
                                grant)
                        .allowed())
                .isFalse();
        assertThat(granted(
                                pod().label("app", "exporter")
                                        .serviceAccount("exporter")
                                        .container("a", UNCONFINED),
                                grant)
                        .allowed())
                .as("without the control")
                .isFalse();
        assertThat(granted(exporter("agent"), grant(false, Rule.PRIVILEGED)).allowed())
                .isFalse();
        assertThat(granted(exporter("agent").profile(UNCONFINED), grant).findings(Action.ENFORCE))
                .extracting(Finding::path)
                .contains("spec.securityContext");
    }

    @Test
    void aNamedGrantThatDoesNotFitSaysWhy() {
        Decision decision = granted(
                exporter("agent").namespace("other").annotation(ExceptionKeys.EXCEPTION, "exporter"),
                grant(true, Rule.UNCONFINED));

        assertThat(Message.denial(decision)).contains("it does not hold in namespace \"other\"");
        assertThat(Message.denial(granted(
                        exporter("agent").annotation(ExceptionKeys.EXCEPTION, "no-such"),
                        grant(true, Rule.UNCONFINED))))
                .contains("there is no grant \"no-such\"");
    }

    @Test
    void whatAnotherGrantExcusesIsNotHeldAgainstTheOneThatWasNamed() {
        Decision decision = granted(
                exporter("agent").annotation(ExceptionKeys.EXCEPTION, "no-such"), grant(false, Rule.UNCONFINED));

        assertThat(decision.allowed()).isTrue();
        assertThat(decision.findings()).extracting(Finding::rule).containsExactly(Rule.UNCONFINED);
    }

    @Test
    void aGrantMayAlsoExcuseANodeWithoutAppArmorWhichAnAnnotationMayNot() {
        PodBuilder bound = pod().label("app", "exporter")
                .serviceAccount("exporter")
                .nodeName("n3")
                .container(ContainerKind.REGULAR, "a", "registry.example/x", RUNTIME_DEFAULT, false, HARDENED);

        assertThat(granted(bound, grant(false, Rule.APPARMOR_UNAVAILABLE)).allowed())
                .isTrue();
        assertThat(World.create(
                                bound.annotation(ExceptionKeys.UNCONFINED, "*")
                                        .annotation(ExceptionKeys.REASON, "needs raw sockets")
                                        .build(),
                                World.fixed().under(World.strict()))
                        .allowed())
                .isFalse();
    }

    @Test
    void aGrantIsHeldToThePolicysControlsToo() {
        Hardening writable = new Hardening(Optional.of(true), Optional.empty(), false, false, Optional.empty(), false);
        PodBuilder pod = pod().label("app", "exporter")
                .serviceAccount("exporter")
                .container(ContainerKind.REGULAR, "a", "registry.example/x", UNCONFINED, false, writable);

        assertThat(granted(pod, grant(false, Rule.UNCONFINED)).allowed()).isTrue();
        assertThat(World.create(
                                pod.build(),
                                World.fixed()
                                        .withGrants(
                                                policy("{source: Grant, controls: [ReadOnlyRootFilesystem]}"),
                                                grant(false, Rule.UNCONFINED)))
                        .allowed())
                .isFalse();
    }
}
