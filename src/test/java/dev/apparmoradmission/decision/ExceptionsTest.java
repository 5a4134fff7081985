package dev.apparmoradmission.decision;

import static dev.apparmoradmission.decision.PodBuilder.NOTHING;
import static dev.apparmoradmission.decision.PodBuilder.RUNTIME_DEFAULT;
import static dev.apparmoradmission.decision.PodBuilder.UNCONFINED;
import static dev.apparmoradmission.decision.PodBuilder.localhost;
import static dev.apparmoradmission.decision.PodBuilder.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Hardening;
import dev.apparmoradmission.workload.Workload;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Exceptions by annotation: what they cover, and what keeps one from being accepted. */
class ExceptionsTest {

    private static final Hardening HARDENED =
            new Hardening(Optional.of(true), Optional.of("RuntimeDefault"), true, false, Optional.of(false), true);

    private static AppArmorPolicy policy(String exceptions) {
        return TableRow.policy(Manifests.yaml("{exceptions: " + exceptions + "}"));
    }

    private static PodBuilder claiming(String names) {
        return pod().annotation(ExceptionKeys.UNCONFINED, names).annotation(ExceptionKeys.REASON, "needs raw sockets");
    }

    private static Decision decide(PodBuilder pod, AppArmorPolicy policy) {
        return World.create(pod.build(), World.fixed().under(policy));
    }

    private static Decision decide(PodBuilder pod, Instant now) {
        return Decider.decide(
                pod.build(),
                new Operation.Create(Requester.ANYONE),
                World.fixed().under(World.strict()),
                now);
    }

    @Test
    void namesAreTrimmedAndSeparatedByCommas() {
        assertThat(decide(claiming(" a , ,b,").container("a", UNCONFINED).container("b", UNCONFINED), World.strict())
                        .allowed())
                .isTrue();
        assertThat(decide(claiming("ab").container("a", UNCONFINED), World.strict())
                        .allowed())
                .isFalse();
    }

    @Test
    void onlyTheStarCoversThePodLevel() {
        assertThat(decide(claiming("*").profile(UNCONFINED).container("a", NOTHING), World.strict())
                        .allowed())
                .isTrue();
        assertThat(decide(claiming("a").profile(UNCONFINED).container("a", NOTHING), World.strict())
                        .findings(Action.ENFORCE))
                .extracting(Finding::path)
                .containsExactly("spec.securityContext");
    }

    @Test
    void aProfileThatIsNotLoadedOrNotAllowedStaysDenied() {
        assertThat(decide(claiming("*").container("a", localhost("k8s-db")), World.strict())
                        .findings(Action.ENFORCE))
                .extracting(Finding::rule)
                .containsExactly(Rule.LOCALHOST_NOT_LOADED);
        assertThat(decide(claiming("*").container("a", localhost("localhost/k8s-web")), World.strict())
                        .findings(Action.ENFORCE))
                .extracting(Finding::rule)
                .containsExactly(Rule.LOCALHOST_NOT_ALLOWED);
    }

    @Test
    void aWeakModeIsCovered() {
        Decision decision =
                decide(claiming("a").container("a", localhost("learn")).selector("host", "n1"), World.strict());

        assertThat(decision.allowed()).isTrue();
        assertThat(decision.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.rule()).isEqualTo(Rule.LOCALHOST_MODE);
            assertThat(finding.action()).isEqualTo(Action.WARN);
            assertThat(finding.exception().map(AcceptedException::source)).contains("Annotation");
            assertThat(finding.message()).contains("accepted by annotation, reason \"needs raw sockets\"");
        });
    }

    @ParameterizedTest
    @CsvSource({
        "short,is shorter than 10 characters",
        "123456789,is shorter than 10 characters",
        "'  ',it gives no reason"
    })
    void aReasonSaysSomething(String reason, String fault) {
        Decision decision = decide(
                pod().container("a", UNCONFINED)
                        .annotation(ExceptionKeys.UNCONFINED, "a")
                        .annotation(ExceptionKeys.REASON, reason),
                World.strict());

        assertThat(decision.findings(Action.ENFORCE))
                .extracting(Finding::rule)
                .containsExactly(Rule.UNCONFINED, Rule.EXCEPTION_INVALID);
        assertThat(Message.denial(decision)).contains(fault);
    }

    @Test
    void tenCharactersAreEnoughAndAreNotCountedByHalves() {
        PodBuilder ten = pod().container("a", UNCONFINED).annotation(ExceptionKeys.UNCONFINED, "a");

        assertThat(decide(ten.annotation(ExceptionKeys.REASON, "1234567890"), World.strict())
                        .allowed())
                .isTrue();
        assertThat(decide(ten.annotation(ExceptionKeys.REASON, "\uD83D\uDE00".repeat(5)), World.strict())
                        .allowed())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "2027-03-01,2027-03-01T23:59:59Z,true",
        "2027-03-01,2027-03-02T00:00:00Z,false",
        "2027-03-01,2027-03-02T00:00:01Z,false",
        "2027-03-01T12:00:00Z,2027-03-01T11:59:59Z,true",
        "2027-03-01T12:00:00Z,2027-03-01T12:00:00Z,false",
        "2027-03-01T12:00:00+01:00,2027-03-01T11:00:01Z,false",
    })
    void anExceptionHoldsToTheSecond(String expires, String now, boolean allowed) {
        Decision decision = decide(
                claiming("a").annotation(ExceptionKeys.EXPIRES, expires).container("a", UNCONFINED),
                Instant.parse(now));

        assertThat(decision.allowed()).isEqualTo(allowed);
        if (!allowed) {
            assertThat(Message.denial(decision)).contains("it expired on " + expires);
        }
    }

    @Test
    void itMayNotEndFurtherAheadThanThePolicyAllows() {
        AppArmorPolicy monthly = policy("{maxDays: 30}");

        assertThat(decide(
                                claiming("a")
                                        .annotation(ExceptionKeys.EXPIRES, "2026-12-22")
                                        .container("a", UNCONFINED),
                                monthly)
                        .allowed())
                .isTrue();
        assertThat(Message.denial(decide(
                        claiming("a")
                                .annotation(ExceptionKeys.EXPIRES, "2026-12-23")
                                .container("a", UNCONFINED),
                        monthly)))
                .contains("it expires on 2026-12-23, more than 30 days ahead");
        assertThat(decide(claiming("a").container("a", UNCONFINED), monthly).allowed())
                .as("without an end, unless one is required")
                .isTrue();
    }

    @Test
    void whatThePolicyRequiresMustBeThere() {
        AppArmorPolicy all = policy("{require: [reason, ticket, owner, expires]}");
        PodBuilder pod = claiming("a").container("a", UNCONFINED);

        assertThat(Message.denial(decide(pod, all)))
                .contains("it gives no ticket, it gives no owner, it gives no expires");
        assertThat(decide(
                                pod.annotation(ExceptionKeys.TICKET, "SEC-1")
                                        .annotation(ExceptionKeys.OWNER, "team")
                                        .annotation(ExceptionKeys.EXPIRES, "2026-12-01"),
                                all)
                        .allowed())
                .isTrue();
    }

    @Test
    void anExpiryThatCannotBeReadIsNoExpiry() {
        assertThat(Message.denial(decide(
                        claiming("a")
                                .annotation(ExceptionKeys.EXPIRES, "soon\n")
                                .container("a", UNCONFINED),
                        World.strict())))
                .contains("its expires \"soon\\n\" is neither a date");
    }

    @Test
    void aFaultyClaimThatNothingNeedsIsOnlyWarnedAbout() {
        Decision decision = decide(
                claiming("a").annotation(ExceptionKeys.EXPIRES, "2020-01-01").container("a", RUNTIME_DEFAULT),
                World.strict());

        assertThat(decision.allowed()).isTrue();
        assertThat(decision.findings()).singleElement().satisfies(f -> {
            assertThat(f.rule()).isEqualTo(Rule.EXCEPTION_INVALID);
            assertThat(f.action()).isEqualTo(Action.WARN);
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SeccompProfile",
                "DropAllCapabilities",
                "RunAsNonRoot",
                "NoPrivilegeEscalation",
                "ReadOnlyRootFilesystem"
            })
    void everyControlMustBeShownByTheContainerItself(String control) {
        AppArmorPolicy wanting = policy("{controls: [" + control + "]}");

        assertThat(Message.denial(decide(claiming("a").container("a", UNCONFINED), wanting)))
                .contains("the container lacks control " + control);
        assertThat(decide(
                                claiming("a").container(ContainerKind.REGULAR, "a", "i", UNCONFINED, false, HARDENED),
                                wanting)
                        .allowed())
                .isTrue();
    }

    @Test
    void droppingAllCapabilitiesCountsOnlyWhereNoneIsAddedAgain() {
        Hardening adding =
                new Hardening(Optional.of(true), Optional.of("RuntimeDefault"), true, true, Optional.of(false), true);

        assertThat(decide(
                                claiming("a").container(ContainerKind.REGULAR, "a", "i", UNCONFINED, false, adding),
                                policy("{controls: [DropAllCapabilities]}"))
                        .allowed())
                .isFalse();
    }

    @Test
    void aPrivilegedContainerShowsNoControlThatItsPrivilegeUndoes() {
        PodBuilder privileged =
                claiming("a").container(ContainerKind.REGULAR, "a", "i", RUNTIME_DEFAULT, true, HARDENED);

        for (String undone : List.of("SeccompProfile", "DropAllCapabilities", "NoPrivilegeEscalation")) {
            assertThat(decide(privileged, policy("{controls: [" + undone + "]}"))
                            .allowed())
                    .as(undone)
                    .isFalse();
        }
        assertThat(decide(privileged, policy("{controls: [RunAsNonRoot]}")).allowed())
                .isTrue();
    }

    @Test
    void whatThePodLevelShowsCountsUnlessTheContainerSaysOtherwise() {
        Hardening podLevel =
                new Hardening(Optional.of(true), Optional.of("Localhost"), false, false, Optional.empty(), false);
        Hardening undone =
                new Hardening(Optional.of(false), Optional.of("Unconfined"), false, false, Optional.empty(), false);
        AppArmorPolicy both = policy("{controls: [RunAsNonRoot, SeccompProfile]}");

        assertThat(decide(claiming("a").hardening(podLevel).container("a", UNCONFINED), both)
                        .allowed())
                .isTrue();
        assertThat(Message.denial(decide(
                        claiming("a")
                                .hardening(podLevel)
                                .container(ContainerKind.REGULAR, "a", "i", UNCONFINED, false, undone),
                        both)))
                .contains("lacks control RunAsNonRoot, the container lacks control SeccompProfile");
    }

    /** A pod author must not be able to keep the webhook busy with what the API server would let through to it. */
    @Test
    void aPodMadeToCostIsDecidedAboutAllTheSame() {
        StringBuilder claim = new StringBuilder("a");
        PodBuilder pod = pod();
        for (int i = 0; i < 3_000; i++) {
            pod.container("c" + i, UNCONFINED).beta("d" + i, "unconfined");
            claim.append(",x").append("y".repeat(300)).append(i);
        }
        Workload workload = pod.annotation(ExceptionKeys.UNCONFINED, claim.toString())
                .annotation(ExceptionKeys.REASON, "needs raw sockets")
                .build();
        Decision decision = World.create(workload, World.fixed().under(World.strict()));

        assertThat(decision.findings(Action.ENFORCE)).hasSize(3_001);
        assertThat(Message.denial(decision))
                .contains("d0, d1, d10 ", "and 2997 more")
                .endsWith("; and 2996 more");
    }
}
