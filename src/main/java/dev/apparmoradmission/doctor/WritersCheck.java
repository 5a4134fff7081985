package dev.apparmoradmission.doctor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who, beside the agents, may write ConfigMaps where inventory and policies are: each of them decides what the webhook believes. Who
 * may do everything is left out, and so are the control plane's own accounts.
 */
final class WritersCheck implements Check {

    private static final Set<String> WRITES = Set.of("*", "create", "update", "patch");
    private static final Set<String> ANYBODY =
            Set.of("Group system:authenticated", "Group system:unauthenticated", "Group system:serviceaccounts");

    @Override
    public Area area() {
        return Area.INVENTORY;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        List<Source> needed =
                List.of(Source.CLUSTER_ROLES, Source.CLUSTER_ROLE_BINDINGS, Source.ROLES, Source.ROLE_BINDINGS);
        if (!needed.stream().allMatch(facts::isRead)) {
            return;
        }
        Map<String, ApiObject> roles = new HashMap<>();
        facts.objects(Source.CLUSTER_ROLES).forEach(role -> roles.put("ClusterRole " + role.name(), role));
        facts.objects(Source.ROLES).forEach(role -> roles.put("Role " + role.name(), role));
        List<ApiObject> bindings = new ArrayList<>(facts.objects(Source.CLUSTER_ROLE_BINDINGS));
        bindings.addAll(facts.objects(Source.ROLE_BINDINGS));
        Set<String> writers = new TreeSet<>();
        for (ApiObject binding : bindings) {
            ApiObject role = roles.get(binding.text("/roleRef/kind") + " " + binding.text("/roleRef/name"));
            if (role != null && writes(role) && !isMaster(role)) {
                binding.items("/subjects").stream()
                        .filter(subject -> !isExpected(subject, facts.namespace()))
                        .forEach(subject -> writers.add(name(subject, facts.namespace())));
            }
        }
        if (!writers.isEmpty()) {
            boolean anybody = writers.stream()
                    .anyMatch(writer -> ANYBODY.contains(writer)
                            || writer.equals("Group system:serviceaccounts:" + facts.namespace()));
            sheet.add(
                    anybody ? Severity.ERROR : Severity.NOTE,
                    "more-writers",
                    "ConfigMaps in namespace " + facts.namespace(),
                    "can be written, beside by agents and administrators, by " + Words.list(writers)
                            + ": who does decides what nodes are believed to hold, and what the policies are",
                    "kubectl get clusterrolebindings,rolebindings -A -o wide | grep -e "
                            + Fix.quoted(shortest(writers)));
        }
    }

    private static String shortest(Set<String> writers) {
        String first = writers.iterator().next();
        return first.substring(first.indexOf(' ') + 1);
    }

    private static boolean writes(ApiObject role) {
        return role.items("/rules").stream()
                .anyMatch(rule -> contains(rule.list("/apiGroups"), "")
                        && contains(rule.list("/resources"), "configmaps")
                        && rule.list("/verbs").stream().anyMatch(WRITES::contains)
                        // By name it is one object, such as the lock of somebody's election.
                        && rule.list("/resourceNames").isEmpty());
    }

    private static boolean isMaster(ApiObject role) {
        return role.items("/rules").stream()
                .anyMatch(rule -> rule.list("/apiGroups").contains("*")
                        && rule.list("/resources").contains("*")
                        && rule.list("/verbs").contains("*"));
    }

    private static boolean contains(List<String> list, String wanted) {
        return list.contains("*") || list.contains(wanted);
    }

    private static boolean isExpected(ApiObject subject, String namespace) {
        String name = subject.text("/name");
        return switch (subject.text("/kind")) {
            case "ServiceAccount" ->
                subject.text("/namespace").equals("kube-system")
                        || subject.text("/namespace").equals(namespace) && name.equals("apparmor-admission-agent");
            case "Group" -> name.equals("system:masters") || name.equals("system:nodes");
            default -> name.startsWith("system:");
        };
    }

    private static String name(ApiObject subject, String namespace) {
        String kind = subject.text("/kind");
        String where = subject.given("/namespace").orElse(namespace);
        return kind + " " + (kind.equals("ServiceAccount") ? where + "/" : "") + subject.text("/name");
    }
}
