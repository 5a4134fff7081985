package dev.apparmoradmission.policylint;

import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.policy.AppArmorPolicy.Match;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.PolicySchemas.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The policies and grants, and what is known of the cluster that they are for.
 *
 * @param policies the policies
 * @param grants the grants
 * @param namespaces its namespaces, as far as they are known
 * @param nodes its nodes, as far as they are known
 * @param usage what its workloads use grants for; absent where no workload is known
 * @param now the instant
 * @param withinDays a grant that ends in so many days is about to end
 */
record Facts(
        List<Placed<AppArmorPolicy>> policies,
        List<Placed<AppArmorException>> grants,
        Namespaces namespaces,
        ClusterNodes nodes,
        Optional<Usage> usage,
        Instant now,
        int withinDays) {

    /** Copies the lists. */
    Facts {
        policies = List.copyOf(policies);
        grants = List.copyOf(grants);
    }

    /** The facts about policies that were read. */
    static Facts of(
            PolicyReading.Accepted reading, Snapshot snapshot, Optional<Usage> usage, Instant now, int withinDays) {
        List<Placed<AppArmorPolicy>> policies = new ArrayList<>();
        List<Placed<AppArmorException>> grants = new ArrayList<>();
        reading.documents().forEach(document -> {
            if (document.kind() == Kind.POLICY) {
                reading.set().policies().stream()
                        .filter(policy -> policy.name().equals(document.name()))
                        .forEach(policy -> policies.add(new Placed<>(policy, document)));
            } else {
                Optional.ofNullable(reading.set().grants().get(document.name()))
                        .ifPresent(grant -> grants.add(new Placed<>(grant, document)));
            }
        });
        return new Facts(policies, grants, snapshot.namespaces(), snapshot.nodes(), usage, now, withinDays);
    }

    /** What is not examined because nothing is known of it, a line each. */
    List<String> unexamined() {
        List<String> lines = new ArrayList<>();
        if (namespaces.labels().isEmpty()) {
            lines.add("whether namespaces are there that policies and grants match (--namespaces, or a cluster)");
        }
        if (profileLists().isEmpty()) {
            lines.add("whether profiles are there that policies allow (--inventory, or a cluster)");
        }
        if (usage.isEmpty() && !grants.isEmpty()) {
            lines.add("what grants are used for (manifests, or a cluster)");
        }
        return lines;
    }

    /** The names of the namespaces, sorted; none where they are not known. */
    Set<String> namespaceNames() {
        return new TreeSet<>(namespaces.labels().keySet());
    }

    /** The lists of the nodes that are believed and have AppArmor on. */
    List<ProfileList> profileLists() {
        return nodes.members().stream()
                .map(Member::appArmor)
                .filter(node -> node.state() == NodeAppArmor.State.ENABLED)
                .map(NodeAppArmor::profiles)
                .toList();
    }

    /** The policies that read grants, and may hold in a namespace of this one. */
    List<AppArmorPolicy> readers(AppArmorException grant) {
        return policies.stream()
                .map(Placed::value)
                .filter(policy -> policy.exceptions().source() == ExceptionSource.GRANT)
                .filter(policy -> mayShare(policy.match(), grant.namespaces()))
                .toList();
    }

    /** Whether a policy may hold in a namespace that one of the globs matches. */
    boolean mayShare(Match match, List<Glob> globs) {
        return match.namespaceSelector().contradiction().isEmpty()
                && globs.stream()
                        .anyMatch(glob -> match.namespaces().stream().anyMatch(own -> mayShare(match, own, glob)));
    }

    private boolean mayShare(Match match, Glob own, Glob glob) {
        if (glob.isLiteral()) {
            return match.includes(glob.pattern(), namespaces);
        }
        if (own.isLiteral()) {
            return glob.matches(own.pattern()) && match.includes(own.pattern(), namespaces);
        }
        return own.overlaps(glob)
                && match.excludeNamespaces().stream()
                        .noneMatch(excluded -> excluded.covers(own) || excluded.covers(glob));
    }
}
