package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.Confinement;
import dev.apparmoradmission.decision.Confinements;
import dev.apparmoradmission.decision.ExceptionKeys;
import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.node.EligibleNodes;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One workload under one policy: what the rules look at, and where they put what they see.
 *
 * @param workload the workload, defaults applied where the door asks for it
 * @param policy the policy
 * @param containers the containers to judge
 * @param podLevel whether the pod level is judged, which it is unless only ephemeral containers are added
 * @param eligible where the pod may land, stale inventories set apart
 * @param confinements for each container, in order, its confinement on {@code eligible}
 * @param lookups the same as {@code confinements}, but for what the nodes' lists say of a Localhost profile that a runtime
 *     ignores because its container is privileged
 * @param inventoried whether there is an inventory at all
 * @param writtenPodLevel the pod level's profile as it was written, before the default
 * @param emptyAnnotationsRemoved names of containers whose empty beta annotation the default removed
 * @param now the instant at which the inventory is judged
 * @param observations what was seen so far
 */
public record Examination(
        Workload workload,
        AppArmorPolicy policy,
        List<JudgedContainer> containers,
        boolean podLevel,
        EligibleNodes eligible,
        List<Confinements> confinements,
        List<Confinements> lookups,
        boolean inventoried,
        Profile writtenPodLevel,
        Set<String> emptyAnnotationsRemoved,
        Instant now,
        List<Observation> observations) {

    /** How many nodes a message names. */
    private static final int NODES_SHOWN = 3;

    /** Records what was seen of a container, with no connection to nodes. */
    void see(Rule rule, JudgedContainer container, String message, String fix) {
        observations.add(new Observation(rule, Optional.of(container), message, fix, List.of(), Action.ENFORCE));
    }

    /** Records what was seen of a container on some nodes. */
    void see(Rule rule, JudgedContainer container, String message, String fix, List<String> nodes, Action ceiling) {
        observations.add(new Observation(rule, Optional.of(container), message, fix, nodes, ceiling));
    }

    /** Records what was seen of the pod level. */
    void seePodLevel(Rule rule, String message, String fix, List<String> nodes) {
        observations.add(new Observation(rule, Optional.empty(), message, fix, nodes, Action.ENFORCE));
    }

    /** Whether the policy ignores the rule, so that its work can be spared. */
    boolean ignores(Rule rule) {
        return policy.action(rule) == Action.IGNORE;
    }

    /** The names of the nodes of these parts, sorted. */
    static List<String> names(List<Part> parts) {
        List<String> names = new ArrayList<>();
        for (Part part : parts) {
            part.members().forEach(member -> names.add(member.node().name()));
        }
        names.sort(null);
        return names;
    }

    /** {@code n1, n2, n3 and 4 more}. */
    static String listed(List<String> names) {
        StringJoiner shown = new StringJoiner(", ");
        for (int i = 0; i < names.size() && i < NODES_SHOWN; i++) {
            shown.add(Quoted.bare(names.get(i)));
        }
        return names.size() <= NODES_SHOWN
                ? shown.toString()
                : shown + " and " + (names.size() - NODES_SHOWN) + " more";
    }

    /** {@code 1 of 3 eligible nodes (n3)}. */
    String share(List<String> names) {
        return share(names.size(), listed(names));
    }

    /** {@code 1 of 3 eligible nodes (detail)}. */
    String share(int count, String detail) {
        int all = eligible.size();
        return count + " of " + all + " eligible node" + (all == 1 ? "" : "s") + " (" + detail + ")";
    }

    /** {@code n1: one thing, n2: another and 4 more}, in order of the names. */
    static String detailed(List<Member> members, Function<Member, String> detail) {
        String shown = members.stream()
                .sorted(Comparator.comparing(member -> member.node().name()))
                .limit(NODES_SHOWN)
                .map(member -> Quoted.bare(member.node().name()) + ": " + detail.apply(member))
                .collect(Collectors.joining(", "));
        return members.size() <= NODES_SHOWN ? shown : shown + " and " + (members.size() - NODES_SHOWN) + " more";
    }

    /** How to come by an exception under the policy, to follow another way out; empty where it accepts none. */
    String exceptionHint(String subject) {
        return switch (policy.exceptions().source()) {
            case ANNOTATION ->
                ", or document an exception for " + subject + " (annotations " + ExceptionKeys.UNCONFINED + " and "
                        + ExceptionKeys.REASON + ")";
            case GRANT -> ", or ask for a grant (AppArmorException) that covers " + subject;
            case NONE -> "";
        };
    }

    /** Whether one eligible node holds every Localhost profile of the pod in an accepted mode: enough under {@code nodes: Any}. */
    boolean oneNodeHoldsAll() {
        List<Confinements> rows = new ArrayList<>();
        List<boolean[]> held = new ArrayList<>();
        for (int i = 0; i < containers.size(); i++) {
            if (containers.get(i).profile() instanceof Profile.Localhost) {
                rows.add(confinements.get(i));
                held.add(confinements.get(i).kindsThat(this::holds));
            }
        }
        for (int part = 0; part < eligible.parts().size(); part++) {
            boolean all = true;
            for (int i = 0; i < held.size() && all; i++) {
                all = held.get(i)[rows.get(i).kinds().of(part)];
            }
            if (all) {
                return true;
            }
        }
        return false;
    }

    private boolean holds(Confinement confinement) {
        return confinement.mode().filter(policy.localhost().modes()::contains).isPresent();
    }

    /** Whether the policy is content although some eligible node lacks a profile of the pod. */
    boolean anyNodeSuffices() {
        return !policy.localhost().everyNode() && oneNodeHoldsAll();
    }
}
