package dev.apparmoradmission.export;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.export.AdmissionPolicy.Judges;
import dev.apparmoradmission.export.AdmissionPolicy.Named;
import dev.apparmoradmission.export.AdmissionPolicy.Patches;
import dev.apparmoradmission.export.AdmissionPolicy.Validation;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.policy.AppArmorPolicy.OnUnsupportedNode;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.BetaAnnotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the API server can enforce of a set of policies by itself. It is never stricter than the webhook, which may deny more:
 * what depends on nodes, on their inventory or on the clock is left to it, and {@link #gaps} says so. What denies or changes
 * leaves out the namespaces that the webhook's registration leaves out: the webhook would not be asked there, and a cluster has to
 * come up again, the webhook with it.
 */
final class Backstop {

    private static final String NAME_PREFIX = "apparmor-admission-backstop-";
    /** Of an object of the API server. */
    private static final int LONGEST_NAME = 253;

    private final PolicySet set;
    private final Optional<String> mutatingVersion;
    private final Set<String> exempt;

    /**
     * A backstop.
     *
     * @param set the policies
     * @param mutatingVersion the version in which the API server serves MutatingAdmissionPolicy; absent for none
     * @param exempt namespaces in which nothing is denied or changed
     */
    Backstop(PolicySet set, Optional<String> mutatingVersion, Set<String> exempt) {
        this.set = set;
        this.mutatingVersion = mutatingVersion;
        this.exempt = Set.copyOf(exempt);
    }

    private Scope scope(AppArmorPolicy policy, Action action) {
        return Scope.of(policy.match(), action == Action.ENFORCE ? exempt : Set.of());
    }

    /** Names that would be longer than the API server takes. */
    List<String> tooLongNames() {
        int longest = LONGEST_NAME - NAME_PREFIX.length() - "-templates-deny".length();
        return set.policies().stream()
                .map(AppArmorPolicy::name)
                .filter(name -> name.length() > longest)
                .toList();
    }

    /** What judges. */
    List<AdmissionPolicy> validating() {
        List<AdmissionPolicy> all = new ArrayList<>();
        for (AppArmorPolicy policy : matchable()) {
            for (Target target : List.of(Target.PODS, Target.TEMPLATES)) {
                PodReading reading = new PodReading(target);
                StaticRules rules = new StaticRules(policy, set, reading);
                for (Action action : List.of(Action.ENFORCE, Action.WARN, Action.AUDIT)) {
                    StaticRules.Group group = rules.of(action);
                    if (!group.validations().isEmpty()) {
                        all.add(judging(policy, target, reading, action, group));
                    }
                }
            }
        }
        return all;
    }

    private AdmissionPolicy judging(
            AppArmorPolicy policy, Target target, PodReading reading, Action action, StaticRules.Group group) {
        Scope scope = scope(policy, action);
        List<Named> conditions = new ArrayList<>(scope.conditions());
        conditions.addAll(reading.conditions(policy.match()));
        List<Named> variables = new ArrayList<>(reading.variables());
        variables.addAll(group.variables());
        return new AdmissionPolicy(
                NAME_PREFIX + policy.name() + "-" + target.word() + "-" + verb(action),
                List.of(),
                target,
                scope,
                conditions,
                variables,
                new Judges(group.validations(), action));
    }

    private static String verb(Action action) {
        return action == Action.ENFORCE ? "deny" : action.policyName().toLowerCase(Locale.ROOT);
    }

    /** What guards Bindings. */
    List<AdmissionPolicy> bindings() {
        List<AdmissionPolicy> all = new ArrayList<>();
        for (AppArmorPolicy policy : matchable()) {
            Action action = policy.action(Rule.ANNOTATION_MALFORMED);
            if (action != Action.IGNORE) {
                Scope scope = scope(policy, action);
                all.add(new AdmissionPolicy(
                        NAME_PREFIX + policy.name() + "-" + Target.BINDINGS.word(),
                        List.of(
                                "The API server copies the annotations of a Binding into the pod without validating it again, and",
                                "the kubelet puts the beta annotation before the pod level."),
                        Target.BINDINGS,
                        scope,
                        scope.conditions(),
                        List.of(),
                        new Judges(
                                List.of(new Validation(
                                        "dyn(object).?metadata.?annotations.orValue({}).all(key,\n!key.startsWith('"
                                                + BetaAnnotation.PREFIX + "'))",
                                        "AppArmor: metadata.annotations: the Binding carries a beta annotation, which would"
                                                + " override the pod's profile [annotation-malformed] - bind without it; a"
                                                + " profile belongs into the pod",
                                        Optional.empty())),
                                action)));
            }
        }
        return all;
    }

    /** What gives the default. */
    List<AdmissionPolicy> mutating() {
        List<AdmissionPolicy> all = new ArrayList<>();
        for (AppArmorPolicy policy : matchable()) {
            if (mutatingVersion.isPresent() && isDefaultExported(policy)) {
                PodReading reading = new PodReading(Target.NEW_PODS);
                Scope scope = scope(policy, Action.ENFORCE);
                List<Named> conditions = new ArrayList<>(scope.conditions());
                conditions.addAll(reading.conditions(policy.match()));
                List<Named> variables = new ArrayList<>(reading.variables());
                variables.addAll(DefaultPatch.variables());
                all.add(new AdmissionPolicy(
                        NAME_PREFIX + policy.name() + "-" + Target.NEW_PODS.word(),
                        List.of(),
                        Target.NEW_PODS,
                        scope,
                        conditions,
                        variables,
                        new Patches(mutatingVersion.get(), DefaultPatch.expression(policy.defaultProfile()))));
            }
        }
        return all;
    }

    /** A policy without namespaces matches nothing, which no selector can say. */
    private List<AppArmorPolicy> matchable() {
        return set.policies().stream()
                .filter(policy -> !policy.match().namespaces().isEmpty())
                .toList();
    }

    /**
     * Whether the default can do without nodes: where the webhook would leave it out or move the pod because a node has AppArmor
     * off, a default given by the API server would break the pod there.
     */
    private boolean isDefaultExported(AppArmorPolicy policy) {
        Profile profile = policy.defaultProfile().profile();
        return profile.isDeclared()
                && policy.defaultProfile().onUnsupportedNode() == OnUnsupportedNode.DENY
                // The first by name wins; the API server has no such order.
                && set.policies().stream()
                        .map(other -> other.defaultProfile().profile())
                        .filter(Profile::isDeclared)
                        .allMatch(profile::equals);
    }

    /** What is not covered, and why, policy by policy, a line each. */
    List<String> gaps() {
        List<String> lines = new ArrayList<>();
        for (AppArmorPolicy policy : set.policies()) {
            lines.add("AppArmorPolicy " + policy.name() + ":");
            gaps(policy).forEach(gap -> lines.add("  " + gap));
        }
        return lines;
    }

    private List<String> gaps(AppArmorPolicy policy) {
        List<String> gaps = new ArrayList<>();
        if (policy.match().namespaces().isEmpty()) {
            return List.of("matches no namespace: nothing is exported");
        }
        inventory(policy, gaps);
        told(policy, Rule.PRIVILEGED, "with a Localhost profile: which runtime applies it depends on the nodes", gaps);
        told(policy, Rule.ANNOTATION_DEPRECATED, "the API server warns of it by itself", gaps);
        told(
                policy,
                Rule.EXCEPTION_INVALID,
                "a claim at fault excuses nothing here; that it is one, the webhook says",
                gaps);
        if (policy.exceptions().source() != ExceptionSource.NONE) {
            gaps.add(
                    "expires and exceptions.maxDays: judged when a pod is created, for that is the only time known here; an"
                            + " exception that ends later still excuses changes of the pod, and debug containers");
        }
        if (policy.defaultProfile().profile().isDeclared()) {
            defaultGap(policy).ifPresent(gaps::add);
        }
        if (policy.localhost().placement() != AppArmorPolicy.Placement.PROVE) {
            gaps.add("localhost.placement: where pods land depends on the nodes");
        }
        return gaps;
    }

    private static void inventory(AppArmorPolicy policy, List<String> gaps) {
        for (Rule rule : List.of(
                Rule.LOCALHOST_NOT_LOADED,
                Rule.LOCALHOST_MODE,
                Rule.APPARMOR_UNAVAILABLE,
                Rule.INVENTORY_UNKNOWN,
                Rule.NO_ELIGIBLE_NODE)) {
            told(policy, rule, "needs the nodes and their inventory", gaps);
        }
    }

    private Optional<String> defaultGap(AppArmorPolicy policy) {
        if (policy.defaultProfile().onUnsupportedNode() != OnUnsupportedNode.DENY) {
            return Optional.of(
                    "defaultProfile: with onUnsupportedNode Skip or Pin, whether a pod gets it depends on the nodes");
        }
        if (!isDefaultExported(policy)) {
            return Optional.of("defaultProfile: policies differ in it, and which one comes first cannot be said here");
        }
        return mutatingVersion.isPresent()
                ? Optional.empty()
                : Optional.of(
                        "defaultProfile: needs MutatingAdmissionPolicy; where it is served, export with --mutating");
    }

    private static void told(AppArmorPolicy policy, Rule rule, String why, List<String> gaps) {
        Action action = policy.action(rule);
        if (action != Action.IGNORE) {
            gaps.add(rule.id() + " (" + action.policyName() + ") " + why);
        }
    }

    /** Where nothing is denied or changed. */
    String exemption() {
        return exempt.stream().sorted().collect(Collectors.joining(", "));
    }

    /** The policies' names and hash, for the first line. */
    String origin() {
        return "policy set " + set.hash() + " ("
                + String.join(
                        ", ",
                        set.policies().stream()
                                .map(policy -> Quoted.bare(policy.name()))
                                .toList()) + ")";
    }
}
