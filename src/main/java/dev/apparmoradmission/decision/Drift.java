package dev.apparmoradmission.decision;

import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.workload.BetaAnnotation;
import dev.apparmoradmission.workload.BetaAnnotation.Fate;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.ProfileSource;
import dev.apparmoradmission.workload.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A container of a running pod that is not what an admission makes of it: its profile is no longer what it was, or it came in by
 * another way. Of several kinds the one that says most is told.
 *
 * @param kind what happened
 * @param container the container
 * @param message what is known of it, one line
 */
public record Drift(Kind kind, ContainerVerdict container, String message) {

    /** What happened. */
    public enum Kind {
        /** An annotation that came with a Binding, past every admission, outranks the pod level. */
        BY_BINDING,
        /** A profile is declared, and the node of the pod does not hold it, or has AppArmor off. */
        PROFILE_UNLOADED,
        /** A profile is declared, and the node of the pod holds it in a mode that restrains nothing. */
        PROFILE_WEAKENED,
        /** It would not be let in so, and was there before the webhook. */
        BEFORE_ADMISSION,
        /** It would not be let in so: it came while nobody was asked, or when policies were others. */
        NOT_AS_ADMITTED;

        /** The name in reports. */
        public String reportName() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * What became of the containers of a pod as it is stored.
     *
     * @param pod the pod; of a template nothing runs, and so nothing drifts
     * @param decision what was decided about it as a new one, without a change being written into it
     * @param created when it was made, where that is known
     * @param admissionSince since when the API server asks the webhook, where that is known
     */
    public static List<Drift> of(
            Workload pod, Decision decision, Optional<Instant> created, Optional<Instant> admissionSince) {
        if (pod.kind().isTemplate() || pod.isWindows()) {
            return List.of();
        }
        List<Drift> drifts = new ArrayList<>();
        for (ContainerVerdict verdict : decision.containers()) {
            byBinding(pod, verdict)
                    .or(() -> ofProfile(pod, verdict))
                    .or(() -> ofAdmission(pod, decision, verdict, created, admissionSince))
                    .ifPresent(drifts::add);
        }
        return drifts;
    }

    /**
     * The API server writes an annotation of a new pod into the container's field, and lets none be added later; only what a
     * Binding carries it stores as it comes (semantics §2.7). So an annotation that stands there without the field, and says
     * something else than the pod level, came by a Binding.
     */
    private static Optional<Drift> byBinding(Workload pod, ContainerVerdict verdict) {
        if (verdict.source() != ProfileSource.ANNOTATION) {
            return Optional.empty();
        }
        Optional<Container> container = pod.spec().containers().stream()
                .filter(candidate -> pod.path(candidate).equals(verdict.path()))
                .findFirst();
        Optional<Fate> fate = container.flatMap(pod::betaAnnotation).map(BetaAnnotation::fate);
        Profile podLevel = pod.spec().profile();
        Profile instead = podLevel.isDeclared() ? podLevel : Profile.RuntimeDefault.SHARED;
        // With a pod level, a value that is not synced is refused at creation; without one it is not.
        boolean written = fate.filter(Fate.SYNCED::equals).isPresent()
                || podLevel.isDeclared()
                || container
                        .filter(late -> late.kind() == ContainerKind.EPHEMERAL)
                        .isPresent();
        if (!written || verdict.profile().equals(instead)) {
            return Optional.empty();
        }
        return Optional.of(new Drift(
                Kind.BY_BINDING,
                verdict,
                "its annotation says " + Quoted.of(verdict.profile().declared())
                        + " and came with a Binding, past admission"
                        + (podLevel.isDeclared()
                                ? "; the pod level says " + Quoted.of(podLevel.declared())
                                : ", or before Kubernetes 1.30")));
    }

    private static Optional<Drift> ofProfile(Workload pod, ContainerVerdict verdict) {
        boolean declared =
                verdict.profile() instanceof Profile.Localhost || verdict.profile() instanceof Profile.RuntimeDefault;
        // A pod that waits for a node does not run unconfined anywhere.
        Optional<String> node = pod.spec().placement().nodeName();
        if (!declared || node.isEmpty()) {
            return Optional.empty();
        }
        Confinement confinement = verdict.confinement();
        String profile = Quoted.of(verdict.profile().declared());
        if (confinement.isBecause(Cause.PROFILE_NOT_LOADED)) {
            return Optional.of(new Drift(
                    Kind.PROFILE_UNLOADED,
                    verdict,
                    profile + " is not loaded on " + Quoted.of(node.get()) + " any more"));
        }
        if (confinement.isBecause(Cause.NODE_WITHOUT_APPARMOR)) {
            return Optional.of(new Drift(
                    Kind.PROFILE_UNLOADED,
                    verdict,
                    profile + " is declared, and AppArmor is off on " + Quoted.of(node.get())));
        }
        boolean weak = confinement.level() == Level.COMPLAIN || confinement.isBecause(Cause.PROFILE_MODE);
        return weak
                ? Optional.of(new Drift(
                        Kind.PROFILE_WEAKENED,
                        verdict,
                        profile + " is in "
                                + confinement
                                        .mode()
                                        .map(ProfileMode::kernelName)
                                        .orElse("another")
                                + " mode on " + Quoted.of(node.get()) + ": it restrains nothing"))
                : Optional.empty();
    }

    private static Optional<Drift> ofAdmission(
            Workload pod,
            Decision decision,
            ContainerVerdict verdict,
            Optional<Instant> created,
            Optional<Instant> admissionSince) {
        // The kubelet runs a static pod whatever is said to its mirror.
        if (pod.annotations().containsKey(Workload.MIRROR_ANNOTATION)) {
            return Optional.empty();
        }
        boolean wouldBeDefaulted = verdict.source() == ProfileSource.NONE
                && decision.patch().stream().anyMatch(PatchOperation.AddProfile.class::isInstance);
        if (!wouldBeDefaulted && !wouldBeDenied(decision, verdict)) {
            return Optional.empty();
        }
        String how = wouldBeDefaulted ? "no profile is declared" : "Unconfined is declared without an exception";
        if (created.isPresent()
                && admissionSince.filter(created.get()::isBefore).isPresent()) {
            return Optional.of(new Drift(
                    Kind.BEFORE_ADMISSION,
                    verdict,
                    how + ": it was made at " + created.get() + ", before the webhook was there"));
        }
        return Optional.of(new Drift(
                Kind.NOT_AS_ADMITTED,
                verdict,
                how + ": the webhook would not have let it in so by the policies of now"));
    }

    /** An exception that has ended since was good when the pod came. */
    private static boolean wouldBeDenied(Decision decision, ContainerVerdict verdict) {
        boolean claimed = decision.findings().stream()
                .anyMatch(finding -> finding.rule() == Rule.EXCEPTION_INVALID
                        && (finding.path().equals(verdict.path())
                                || finding.container().isEmpty()));
        return !claimed
                && verdict.profile() instanceof Profile.Unconfined
                && decision.findings(Action.ENFORCE).stream()
                        .anyMatch(finding -> finding.rule() == Rule.UNCONFINED
                                && finding.exception().isEmpty()
                                && finding.path().equals(verdict.path()));
    }
}
