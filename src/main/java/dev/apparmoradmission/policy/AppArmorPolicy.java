package dev.apparmoradmission.policy;

import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileMode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A policy (contract §3).
 *
 * @param name its name
 * @param mode the ceiling for every rule of this policy
 * @param match what it holds for
 * @param defaultProfile what a container without a profile gets
 * @param rules actions that differ from the built-in ones
 * @param localhost what is asked of Localhost profiles
 * @param exceptions what exceptions are accepted
 * @param templates the ceiling for templates at the webhook: Enforce, Warn or Ignore
 */
public record AppArmorPolicy(
        String name,
        Action mode,
        Match match,
        DefaultProfile defaultProfile,
        Map<Rule, Action> rules,
        LocalhostTerms localhost,
        ExceptionTerms exceptions,
        Action templates) {

    /** Copies the map. */
    public AppArmorPolicy {
        rules = Map.copyOf(rules);
    }

    /** The action of a rule under this policy. */
    public Action action(Rule rule) {
        Action configured = rules.get(rule);
        return (configured == null ? rule.builtIn() : configured).cappedAt(mode);
    }

    /**
     * What a policy holds for: all parts must hold.
     *
     * @param namespaces namespaces that it holds for
     * @param excludeNamespaces namespaces that it does not hold for
     * @param namespaceSelector labels of those namespaces
     * @param runtimeClassesNotApplicable runtime classes whose pods the host's AppArmor does not confine, such as Kata's
     */
    public record Match(
            List<Glob> namespaces,
            List<Glob> excludeNamespaces,
            LabelSelector namespaceSelector,
            Set<String> runtimeClassesNotApplicable) {

        /** Everything. */
        public static final Match EVERYTHING =
                new Match(List.of(new Glob("*")), List.of(), LabelSelector.EVERYTHING, Set.of());

        /** Copies the collections. */
        public Match {
            namespaces = List.copyOf(namespaces);
            excludeNamespaces = List.copyOf(excludeNamespaces);
            runtimeClassesNotApplicable = Set.copyOf(runtimeClassesNotApplicable);
        }

        /** Whether pods of this namespace are meant. */
        public boolean includes(String namespace, Namespaces known) {
            return miss(namespace, known).isEmpty();
        }

        /** Why pods of this namespace are not meant; empty where they are. */
        public Optional<Miss> miss(String namespace, Namespaces known) {
            if (!Glob.any(namespaces, namespace)) {
                return Optional.of(Miss.NOT_NAMED);
            }
            if (Glob.any(excludeNamespaces, namespace)) {
                return Optional.of(Miss.EXCLUDED);
            }
            return known.mayMatch(namespaceSelector, namespace)
                    ? Optional.empty()
                    : Optional.of(Miss.LABELS_DO_NOT_MATCH);
        }
    }

    /** Why a policy does not hold for a namespace: the first part of its match that does not. */
    public enum Miss {
        /** {@code namespaces} does not have it. */
        NOT_NAMED,
        /** {@code excludeNamespaces} has it. */
        EXCLUDED,
        /** {@code namespaceSelector} does not match its labels. */
        LABELS_DO_NOT_MATCH
    }

    /**
     * The default.
     *
     * @param profile the profile to write; {@link Profile.Undeclared} for none
     * @param onUnsupportedNode what to do where an eligible node has AppArmor off
     */
    public record DefaultProfile(Profile profile, OnUnsupportedNode onUnsupportedNode) {
        /** No default. */
        public static final DefaultProfile NONE = new DefaultProfile(Profile.Undeclared.SHARED, OnUnsupportedNode.DENY);
    }

    /** What happens to a pod without a profile where an eligible node has AppArmor off, so that a default would break it there. */
    public enum OnUnsupportedNode {
        /** It is not defaulted, and denied. */
        DENY,
        /** It is not defaulted, and runs unconfined on that node. */
        SKIP,
        /** It is defaulted, and required node affinity keeps it off that node; where it cannot be moved, it is denied. */
        PIN
    }

    /** How a pod with Localhost profiles and the nodes that hold them come together. */
    public enum Placement {
        /** The pod is judged by the nodes where it may land. */
        PROVE,
        /** Required node affinity, added when it is created, keeps it to nodes that hold its profiles. */
        STEER,
        /** A scheduling gate, added when it is created, holds it back while a node where it may land lacks a profile. */
        HOLD
    }

    /**
     * What is asked of Localhost profiles.
     *
     * @param allowed names that may be used
     * @param everyNode whether every eligible node must hold the profile, or one that holds all of the pod
     * @param modes modes that are accepted
     * @param maxAge inventory older than this is stale; absent for never
     * @param placement how pods come to nodes that hold their profiles
     */
    public record LocalhostTerms(
            List<Glob> allowed,
            boolean everyNode,
            Set<ProfileMode> modes,
            Optional<Duration> maxAge,
            Placement placement) {
        /** Any name, on every node, enforcing, however old the inventory. */
        public static final LocalhostTerms USUAL = new LocalhostTerms(
                List.of(new Glob("*")),
                true,
                Set.of(ProfileMode.ENFORCE, ProfileMode.KILL),
                Optional.empty(),
                Placement.PROVE);

        /** Copies the collections. */
        public LocalhostTerms {
            allowed = List.copyOf(allowed);
            modes = Set.copyOf(modes);
        }
    }

    /** Where an exception may come from. */
    public enum ExceptionSource {
        /** The pod's own annotations. */
        ANNOTATION,
        /** A grant among the policy files. */
        GRANT,
        /** Nowhere. */
        NONE
    }

    /** A part of the documentation that an exception may be required to have. */
    public enum RequiredPart {
        /** {@code reason}. */
        REASON,
        /** {@code ticket}. */
        TICKET,
        /** {@code owner}. */
        OWNER,
        /** {@code expires}. */
        EXPIRES
    }

    /**
     * What exceptions are accepted.
     *
     * @param source where they may come from
     * @param require what must document them
     * @param maxDays how many days ahead they may end; absent for no limit
     * @param controls what the container must show itself
     */
    public record ExceptionTerms(
            ExceptionSource source, Set<RequiredPart> require, Optional<Integer> maxDays, Set<Control> controls) {
        /** By annotation, with a reason. */
        public static final ExceptionTerms USUAL =
                new ExceptionTerms(ExceptionSource.ANNOTATION, Set.of(RequiredPart.REASON), Optional.empty(), Set.of());

        /** Copies the collections. */
        public ExceptionTerms {
            require = Set.copyOf(require);
            controls = Set.copyOf(controls);
        }
    }
}
