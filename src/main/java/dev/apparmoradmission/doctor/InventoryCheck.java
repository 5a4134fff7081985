package dev.apparmoradmission.doctor;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.inventory.Difference;
import dev.apparmoradmission.inventory.Fleet;
import dev.apparmoradmission.inventory.NodeView;
import dev.apparmoradmission.inventory.Pools;
import dev.apparmoradmission.inventory.Standing;
import dev.apparmoradmission.wire.InventoryProblem;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether it is known of each node what its kernel holds, as the command {@code inventory} sees it. */
final class InventoryCheck implements Check {

    private static final String SUBJECT = "inventory";
    private static final String LOOK = "java -jar quarkus-run.jar inventory --namespace ";
    private static final int MOST_PROBLEMS = 3;

    /** What the command {@code inventory} believes a list for, where no policy says. */
    private static final Duration USUAL_AGE = Duration.ofHours(24);

    @Override
    public Area area() {
        return Area.INVENTORY;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        if (facts.nodes().isEmpty()) {
            sheet.unchecked("what the nodes reported", facts.nodesUnread());
        } else {
            nodes(facts, facts.nodes().get(), sheet);
        }
        agents(facts, sheet);
    }

    private static void nodes(Facts facts, Nodes nodes, Sheet.Column sheet) {
        Fleet fleet = Fleet.of(nodes.view(), new Pools(Optional.empty()), Optional.of(maxAge(facts)), facts.now());
        String look = LOOK + facts.namespace();
        if (nodes.speakers().isEmpty() && agentSets(facts).isEmpty()) {
            sheet.note(
                    "no-inventory",
                    SUBJECT,
                    "nobody reports what the nodes hold: pods with a Localhost profile are refused, all others judged as usual",
                    "kubectl apply -k deploy/overlays/agent");
        } else {
            unknown(facts, fleet, look, sheet);
        }
        List<String> off = names(fleet, Standing.DISABLED);
        if (!off.isEmpty()) {
            sheet.note(
                    "apparmor-off",
                    SUBJECT,
                    "AppArmor is off on " + Words.count(off.size(), "node") + " (" + Words.list(off)
                            + "): nothing there is confined, and a kubelet there refuses pods that name a profile",
                    look);
        }
        fleet.differing().stream()
                .filter(node -> node.differences().stream().noneMatch(one -> one.kind() == Difference.Kind.OFF))
                .limit(MOST_PROBLEMS)
                .forEach(node -> sheet.warning(
                        "node-differs",
                        "Node " + Quoted.bare(node.name()),
                        "is not as its pool: "
                                + node.differences().stream()
                                        .limit(MOST_PROBLEMS)
                                        .map(Difference::describe)
                                        .collect(Collectors.joining(", ")),
                        look));
        twice(facts, nodes, sheet);
        if (!fleet.strangers().isEmpty()) {
            sheet.note(
                    "names-without-node",
                    SUBJECT,
                    "speaks of " + Words.count(fleet.strangers().size(), "node") + " that there is not: "
                            + Words.list(fleet.strangers()),
                    look);
        }
        nodes.view().problems().stream()
                .map(InventoryProblem::describe)
                .sorted()
                .limit(MOST_PROBLEMS)
                .forEach(problem -> sheet.warning("inventory-unreadable", SUBJECT, problem, look));
    }

    private static void unknown(Facts facts, Fleet fleet, String look, Sheet.Column sheet) {
        Map<Standing, List<String>> unknown = new EnumMap<>(Standing.class);
        for (Standing standing : Standing.values()) {
            if (standing.isUnknown() && !names(fleet, standing).isEmpty()) {
                unknown.put(standing, names(fleet, standing));
            }
        }
        unknown.forEach((standing, names) -> sheet.warning(
                "nodes-" + standing.word(),
                SUBJECT,
                Words.count(names.size(), "node") + " " + standing.word() + " (" + Words.list(names) + "): "
                        + standing.meaning() + "; pods with a Localhost profile that may land there are refused",
                agentSets(facts).isEmpty()
                        ? look
                        : Fix.kubectl(
                                facts.namespace(), "get pods -o wide --field-selector spec.nodeName=" + names.get(0))));
    }

    private static List<String> names(Fleet fleet, Standing standing) {
        return fleet.nodes().stream()
                .filter(node -> node.standing() == standing)
                .map(NodeView::name)
                .sorted()
                .toList();
    }

    /** The least patient policy decides, as for the metric {@code apparmor_admission_inventory_nodes}. */
    private static Duration maxAge(Facts facts) {
        return PolicyFacts.set(facts)
                .flatMap(set -> set.policies().stream()
                        .flatMap(policy -> policy.localhost().maxAge().stream())
                        .min(Comparator.naturalOrder()))
                .orElse(USUAL_AGE);
    }

    private static void twice(Facts facts, Nodes nodes, Sheet.Column sheet) {
        List<String> twice = nodes.speakers().entrySet().stream()
                .filter(entry -> entry.getValue().size() > 1)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (!twice.isEmpty()) {
            List<String> maps = nodes.speakers().getOrDefault(twice.get(0), List.of());
            sheet.warning(
                    "two-speak-of-one-node",
                    SUBJECT,
                    "several ConfigMaps speak of " + Words.count(twice.size(), "node") + ", say of "
                            + Quoted.bare(twice.get(0)) + " " + Words.list(maps)
                            + ": the one observed last counts, and who writes the other decides too",
                    Fix.kubectl(facts.namespace(), "get configmaps -l apparmor-admission.dev/inventory=true"));
        }
    }

    private static List<ApiObject> agentSets(Facts facts) {
        return facts.objects(Source.DAEMON_SETS).stream()
                .filter(set -> set.name().startsWith("apparmor-admission-agent"))
                .toList();
    }

    private static void agents(Facts facts, Sheet.Column sheet) {
        List<ApiObject> sets = agentSets(facts);
        int wanted = 0;
        for (ApiObject set : sets) {
            int here = set.number("/status/desiredNumberScheduled", 0);
            int ready = set.number("/status/numberReady", 0);
            wanted += here;
            if (ready < here) {
                sheet.warning(
                        "agents-not-ready",
                        "DaemonSet " + set.name(),
                        ready + " of " + Words.count(here, "agent") + " ready",
                        Fix.kubectl(facts.namespace(), "rollout status daemonset/" + set.name() + " --timeout=10s; ")
                                + Fix.kubectl(facts.namespace(), "get pods -o wide"));
            }
        }
        int all = facts.nodes()
                .map(nodes -> (int) nodes.view().nodes().members().stream()
                        .filter(member -> !member.node().isWindows())
                        .count())
                .orElse(0);
        if (!sets.isEmpty() && wanted < all) {
            sheet.warning(
                    "nodes-without-agent",
                    "DaemonSets apparmor-admission-agent*",
                    "are meant for " + wanted + " of " + Words.count(all, "Linux node")
                            + ": the others are kept out by their affinity, or a taint that is not tolerated",
                    Fix.kubectl(facts.namespace(), "get daemonsets -o wide"));
        }
    }
}
