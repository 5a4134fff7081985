package dev.apparmoradmission.decision;

import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.Control;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The exceptions that a workload claims, judged by one policy (contract §3, §4).
 */
final class ExceptionClaims {

    /** What an exception by annotation can set aside; a profile that is not loaded stays denied, for the pod could not start. */
    private static final Set<Rule> BY_ANNOTATION = EnumSet.of(Rule.UNCONFINED, Rule.PRIVILEGED, Rule.LOCALHOST_MODE);

    /** What a grant can permit (contract §3). */
    private static final Set<Rule> BY_GRANT =
            EnumSet.of(Rule.UNCONFINED, Rule.PRIVILEGED, Rule.LOCALHOST_MODE, Rule.APPARMOR_UNAVAILABLE);

    private static final String ALL = "*";

    /** What came of a claim: accepted, or refused for these faults; neither where nothing is claimed. */
    record Outcome(Optional<AcceptedException> accepted, List<String> faults) {
        static final Outcome NOT_CLAIMED = new Outcome(Optional.empty(), List.of());

        static Outcome refused(List<String> faults) {
            return new Outcome(Optional.empty(), faults);
        }
    }

    private final Workload workload;
    private final Map<String, String> claims;
    private final AppArmorPolicy policy;
    private final PolicySet policies;
    private final Instant now;
    private final Set<String> claimedNames;

    ExceptionClaims(
            Workload workload, Map<String, String> claims, AppArmorPolicy policy, PolicySet policies, Instant now) {
        this.workload = workload;
        this.claims = claims;
        this.policy = policy;
        this.policies = policies;
        this.now = now;
        // Once, not for each container: a pod may have many of them and a claim as long as annotations may be.
        this.claimedNames = Arrays.stream(
                        claims.getOrDefault(ExceptionKeys.UNCONFINED, "").split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether the pod claims anything at all. */
    boolean anyClaim() {
        return claims.containsKey(ExceptionKeys.UNCONFINED) || claims.containsKey(ExceptionKeys.EXCEPTION);
    }

    /** The faults of the claim itself, whatever it is for; empty where there is no claim, or none that is at fault. */
    List<String> faults() {
        if (!anyClaim()) {
            return List.of();
        }
        return switch (policy.exceptions().source()) {
            case NONE -> List.of("policy " + Quoted.of(policy.name()) + " accepts no exceptions");
            case ANNOTATION -> annotationFaults();
            case GRANT -> grantFaults();
        };
    }

    /** What becomes of a finding of this rule about this container; an absent container is the pod level. */
    Outcome judge(Rule rule, Optional<JudgedContainer> container) {
        return switch (policy.exceptions().source()) {
            case NONE -> anyClaim() && BY_ANNOTATION.contains(rule) ? Outcome.refused(faults()) : Outcome.NOT_CLAIMED;
            case ANNOTATION -> byAnnotation(rule, container);
            case GRANT -> byGrant(rule, container);
        };
    }

    private Outcome byAnnotation(Rule rule, Optional<JudgedContainer> container) {
        if (!BY_ANNOTATION.contains(rule) || !anyClaim()) {
            return Outcome.NOT_CLAIMED;
        }
        if (claims.containsKey(ExceptionKeys.UNCONFINED) && !claimedFor(container)) {
            return Outcome.NOT_CLAIMED;
        }
        List<String> faults = new ArrayList<>(annotationFaults());
        faults.addAll(controlFaults(policy.exceptions().controls(), container));
        return faults.isEmpty()
                ? new Outcome(
                        Optional.of(new AcceptedException(Optional.empty(), ExceptionKeys.documentation(claims))),
                        List.of())
                : Outcome.refused(faults);
    }

    private boolean claimedFor(Optional<JudgedContainer> container) {
        return claimedNames.contains(ALL)
                || container.isPresent()
                        && claimedNames.contains(container.get().name());
    }

    private List<String> annotationFaults() {
        if (!claims.containsKey(ExceptionKeys.UNCONFINED)) {
            return List.of("policy " + Quoted.of(policy.name()) + " takes exceptions by annotation "
                    + ExceptionKeys.UNCONFINED + ", not by grant");
        }
        List<String> faults = new ArrayList<>();
        if (claimedNames.isEmpty()) {
            faults.add("it names no container");
        }
        faults.addAll(DocumentationFaults.of(ExceptionKeys.documentation(claims), policy.exceptions(), now));
        return faults;
    }

    private List<String> grantFaults() {
        Optional<String> claimed =
                Optional.ofNullable(claims.get(ExceptionKeys.EXCEPTION)).map(String::strip);
        if (claimed.isEmpty()) {
            return List.of("policy " + Quoted.of(policy.name()) + " takes exceptions by grant only: name one in "
                    + ExceptionKeys.EXCEPTION);
        }
        AppArmorException grant = policies.grants().get(claimed.get());
        if (grant == null) {
            return List.of("there is no grant " + Quoted.of(claimed.get()));
        }
        List<String> faults = new ArrayList<>(scopeFaults(grant));
        faults.addAll(DocumentationFaults.of(grant.documentation(), policy.exceptions(), now));
        return faults;
    }

    private Outcome byGrant(Rule rule, Optional<JudgedContainer> container) {
        if (!BY_GRANT.contains(rule)) {
            return Outcome.NOT_CLAIMED;
        }
        List<String> faults = new ArrayList<>();
        for (AppArmorException grant : candidates()) {
            if (!grant.permits().contains(rule)) {
                continue;
            }
            boolean named = grant.name().equals(claimedGrant());
            List<String> scope = new ArrayList<>(scopeFaults(grant));
            scope.addAll(containerFaults(grant, container));
            List<String> others =
                    new ArrayList<>(DocumentationFaults.of(grant.documentation(), policy.exceptions(), now));
            Set<Control> controls = EnumSet.noneOf(Control.class);
            controls.addAll(grant.controls());
            controls.addAll(policy.exceptions().controls());
            others.addAll(controlFaults(controls, container));
            if (scope.isEmpty() && others.isEmpty()) {
                return new Outcome(
                        Optional.of(new AcceptedException(Optional.of(grant.name()), grant.documentation())),
                        List.of());
            }
            // A grant that was not asked for and is about something else is no fault of this pod.
            if (named || scope.isEmpty()) {
                Stream.concat(scope.stream(), others.stream())
                        .map(fault -> "grant " + Quoted.of(grant.name()) + ": " + fault)
                        .forEach(faults::add);
            }
        }
        if (faults.isEmpty() && anyClaim()) {
            faults.addAll(grantFaults());
        }
        return Outcome.refused(faults);
    }

    private String claimedGrant() {
        return claims.getOrDefault(ExceptionKeys.EXCEPTION, "").strip();
    }

    /** The named grant first, then by name those that need no claim. */
    private List<AppArmorException> candidates() {
        List<AppArmorException> candidates = new ArrayList<>();
        AppArmorException named = policies.grants().get(claimedGrant());
        if (named != null) {
            candidates.add(named);
        }
        policies.grants().values().stream()
                .filter(grant -> !grant.claimRequired() && !grant.equals(named))
                .sorted(Comparator.comparing(AppArmorException::name))
                .forEach(candidates::add);
        return candidates;
    }

    private List<String> scopeFaults(AppArmorException grant) {
        List<String> faults = new ArrayList<>();
        if (!Glob.any(grant.namespaces(), workload.namespace())) {
            faults.add("it does not hold in namespace " + Quoted.of(workload.namespace()));
        }
        if (!grant.podSelector().matches(workload.labels())) {
            faults.add("its podSelector does not match the pod's labels");
        }
        String account = workload.spec().serviceAccountName();
        if (!grant.serviceAccounts().isEmpty() && !grant.serviceAccounts().contains(account)) {
            faults.add("it does not hold for service account " + Quoted.of(account));
        }
        return faults;
    }

    private List<String> containerFaults(AppArmorException grant, Optional<JudgedContainer> container) {
        List<String> faults = new ArrayList<>();
        if (container.isEmpty()) {
            if (grant.containers().stream().noneMatch(glob -> glob.pattern().equals(ALL))) {
                faults.add("it covers named containers, not the pod level");
            }
            return faults;
        }
        Container subject = container.get().container();
        if (!Glob.any(grant.containers(), subject.name())) {
            faults.add("it does not cover the container");
        }
        if (!grant.images().isEmpty() && !Glob.any(grant.images(), subject.image())) {
            faults.add("it does not cover image " + Quoted.of(subject.image()));
        }
        return faults;
    }

    /** At the pod level every container must show the controls, for each may inherit. */
    private List<String> controlFaults(Collection<Control> controls, Optional<JudgedContainer> container) {
        if (controls.isEmpty()) {
            return List.of();
        }
        List<Container> subjects = container
                .map(judged -> List.of(judged.container()))
                .orElseGet(() -> workload.spec().containers());
        return subjects.stream()
                .flatMap(subject -> UnmetControls.of(controls, subject, workload.spec()).stream())
                .distinct()
                .map(control -> "the container lacks control " + control)
                .toList();
    }
}
