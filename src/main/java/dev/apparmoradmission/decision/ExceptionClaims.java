package dev.apparmoradmission.decision;

import dev.apparmoradmission.decision.ExceptionFault.Kind;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorException.Documentation;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.policy.Control;
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
    record Outcome(Optional<AcceptedException> accepted, List<ExceptionFault> faults) {
        static final Outcome NOT_CLAIMED = new Outcome(Optional.empty(), List.of());

        static Outcome refused(List<ExceptionFault> faults) {
            return new Outcome(Optional.empty(), faults);
        }
    }

    private final Workload workload;
    private final Map<String, String> claims;
    private final AppArmorPolicy policy;
    private final PolicySet policies;
    private final Instant now;
    private final Set<String> claimedNames;
    private List<ExceptionStanding> standings = List.of();

    ExceptionClaims(
            Workload workload, Map<String, String> claims, AppArmorPolicy policy, PolicySet policies, Instant now) {
        this.workload = workload;
        this.claims = claims;
        this.policy = policy;
        this.policies = policies;
        this.now = now;
        // Once, not for each container: a pod may have many of them and a claim as long as annotations may be.
        this.claimedNames = claimedNames(claims.getOrDefault(ExceptionKeys.UNCONFINED, ""));
    }

    private static Set<String> claimedNames(String claim) {
        // Most pods claim nothing.
        return claim.isEmpty()
                ? Set.of()
                : Arrays.stream(claim.split(","))
                        .map(String::strip)
                        .filter(name -> !name.isEmpty())
                        .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether the pod claims anything at all. */
    boolean anyClaim() {
        return claims.containsKey(ExceptionKeys.UNCONFINED) || claims.containsKey(ExceptionKeys.EXCEPTION);
    }

    /** The faults of the claim itself, whatever it is for; empty where there is no claim, or none that is at fault. */
    List<ExceptionFault> faults() {
        if (!anyClaim()) {
            return List.of();
        }
        return switch (policy.exceptions().source()) {
            case NONE -> notTaken("accepts no exceptions");
            case ANNOTATION -> annotationFaults();
            case GRANT -> grantFaults();
        };
    }

    private List<ExceptionFault> notTaken(String how) {
        return List.of(new ExceptionFault(Kind.SOURCE, "policy " + Quoted.of(policy.name()) + " " + how));
    }

    /** What becomes of a finding of this rule about this container; an absent container is the pod level. */
    Outcome judge(Rule rule, Optional<JudgedContainer> container) {
        return switch (policy.exceptions().source()) {
            case NONE -> anyClaim() && BY_ANNOTATION.contains(rule) ? refused(rule, container) : Outcome.NOT_CLAIMED;
            case ANNOTATION -> byAnnotation(rule, container);
            case GRANT -> byGrant(rule, container);
        };
    }

    /** Everything that was looked at, once all findings of the policy have been judged. */
    List<ExceptionStanding> standings() {
        return standings;
    }

    /** All findings of the policy have been judged: a claim that none of them needed is kept in mind as well. */
    void conclude() {
        if (anyClaim() && standings.stream().noneMatch(ExceptionStanding::claimed)) {
            keep(new ExceptionStanding(
                    policy.name(),
                    grantOfClaim(),
                    true,
                    Optional.empty(),
                    claimedDocumentation(),
                    faults(),
                    List.of(),
                    List.of()));
        }
    }

    private void keep(ExceptionStanding standing) {
        if (standings.isEmpty()) {
            // Most pods need no exception: nothing is made for those.
            standings = new ArrayList<>();
        }
        standings.add(standing);
    }

    private ExceptionStanding.Need need(Rule rule, Optional<JudgedContainer> container) {
        return new ExceptionStanding.Need(
                rule,
                container.map(JudgedContainer::name).orElse(""),
                container.map(JudgedContainer::path).orElseGet(workload::podLevelPath));
    }

    /** Refuses the claim for what is wrong with it whatever it is for. */
    private Outcome refused(Rule rule, Optional<JudgedContainer> container) {
        List<ExceptionFault> faults = faults();
        if (!faults.isEmpty()) {
            keep(new ExceptionStanding(
                    policy.name(),
                    grantOfClaim(),
                    true,
                    Optional.of(need(rule, container)),
                    claimedDocumentation(),
                    faults,
                    List.of(),
                    List.of()));
        }
        return Outcome.refused(faults);
    }

    /** The grant that the claim names; empty where the annotation is what counts under this policy, or is all that there is. */
    private Optional<String> grantOfClaim() {
        boolean annotation = claims.containsKey(ExceptionKeys.UNCONFINED)
                && (policy.exceptions().source() == ExceptionSource.ANNOTATION
                        || !claims.containsKey(ExceptionKeys.EXCEPTION));
        return annotation ? Optional.empty() : Optional.of(claimedGrant());
    }

    private Documentation claimedDocumentation() {
        return grantOfClaim()
                .map(name -> Optional.ofNullable(policies.grants().get(name))
                        .map(AppArmorException::documentation)
                        .orElse(Documentation.NONE))
                .orElseGet(() -> ExceptionKeys.documentation(claims));
    }

    private Outcome byAnnotation(Rule rule, Optional<JudgedContainer> container) {
        if (!BY_ANNOTATION.contains(rule) || !anyClaim()) {
            return Outcome.NOT_CLAIMED;
        }
        if (!claims.containsKey(ExceptionKeys.UNCONFINED)) {
            return refused(rule, container);
        }
        if (!claimedFor(container)) {
            return Outcome.NOT_CLAIMED;
        }
        Documentation documentation = ExceptionKeys.documentation(claims);
        List<ExceptionFault> faults = new ArrayList<>(annotationFaults());
        Set<Control> controls = policy.exceptions().controls();
        List<String> unmet = unmet(controls, container);
        faults.addAll(controlFaults(unmet));
        keep(new ExceptionStanding(
                policy.name(),
                Optional.empty(),
                true,
                Optional.of(need(rule, container)),
                documentation,
                faults,
                names(controls),
                unmet));
        return faults.isEmpty()
                ? new Outcome(Optional.of(new AcceptedException(Optional.empty(), documentation)), List.of())
                : Outcome.refused(faults);
    }

    private boolean claimedFor(Optional<JudgedContainer> container) {
        return claimedNames.contains(ALL)
                || container.isPresent()
                        && claimedNames.contains(container.get().name());
    }

    private List<ExceptionFault> annotationFaults() {
        if (!claims.containsKey(ExceptionKeys.UNCONFINED)) {
            return notTaken("takes exceptions by annotation " + ExceptionKeys.UNCONFINED + ", not by grant");
        }
        List<ExceptionFault> faults = new ArrayList<>();
        if (claimedNames.isEmpty()) {
            faults.add(new ExceptionFault(Kind.SCOPE, "it names no container"));
        }
        faults.addAll(DocumentationFaults.of(ExceptionKeys.documentation(claims), policy.exceptions(), now));
        return faults;
    }

    private List<ExceptionFault> grantFaults() {
        if (!claims.containsKey(ExceptionKeys.EXCEPTION)) {
            return notTaken("takes exceptions by grant only: name one in " + ExceptionKeys.EXCEPTION);
        }
        AppArmorException grant = policies.grants().get(claimedGrant());
        if (grant == null) {
            return List.of(new ExceptionFault(Kind.NO_SUCH_GRANT, "there is no grant " + Quoted.of(claimedGrant())));
        }
        List<ExceptionFault> faults = new ArrayList<>(GrantScope.faults(grant, workload));
        faults.addAll(DocumentationFaults.of(grant.documentation(), policy.exceptions(), now));
        return faults;
    }

    private Outcome byGrant(Rule rule, Optional<JudgedContainer> container) {
        if (!BY_GRANT.contains(rule)) {
            return Outcome.NOT_CLAIMED;
        }
        List<ExceptionFault> faults = new ArrayList<>();
        for (AppArmorException grant : candidates()) {
            if (!grant.permits().contains(rule)) {
                continue;
            }
            boolean named = grant.name().equals(claimedGrant());
            List<ExceptionFault> found = new ArrayList<>(GrantScope.faults(grant, workload));
            found.addAll(GrantScope.faults(grant, container));
            // A grant that was not asked for and is about something else is no fault of this pod.
            if (!named && !found.isEmpty()) {
                continue;
            }
            found.addAll(DocumentationFaults.of(grant.documentation(), policy.exceptions(), now));
            Set<Control> controls = EnumSet.noneOf(Control.class);
            controls.addAll(grant.controls());
            controls.addAll(policy.exceptions().controls());
            List<String> unmet = unmet(controls, container);
            found.addAll(controlFaults(unmet));
            keep(new ExceptionStanding(
                    policy.name(),
                    Optional.of(grant.name()),
                    named,
                    Optional.of(need(rule, container)),
                    grant.documentation(),
                    found,
                    names(controls),
                    unmet));
            if (found.isEmpty()) {
                return new Outcome(
                        Optional.of(new AcceptedException(Optional.of(grant.name()), grant.documentation())),
                        List.of());
            }
            found.forEach(fault -> faults.add(fault.of(grant.name())));
        }
        return faults.isEmpty() && anyClaim() ? refused(rule, container) : Outcome.refused(faults);
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

    /** At the pod level every container must show the controls, for each may inherit. */
    private List<String> unmet(Collection<Control> controls, Optional<JudgedContainer> container) {
        if (controls.isEmpty()) {
            return List.of();
        }
        List<Container> subjects = container
                .map(judged -> List.of(judged.container()))
                .orElseGet(() -> workload.spec().containers());
        return subjects.stream()
                .flatMap(subject -> UnmetControls.of(controls, subject, workload.spec()).stream())
                .distinct()
                .toList();
    }

    private static List<ExceptionFault> controlFaults(List<String> unmet) {
        return unmet.stream()
                .map(control -> new ExceptionFault(Kind.CONTROLS, "the container lacks control " + control))
                .toList();
    }

    private static List<String> names(Collection<Control> controls) {
        return controls.isEmpty()
                ? List.of()
                : controls.stream().map(Control::policyName).sorted().toList();
    }
}
