package dev.apparmoradmission.doctor;

import dev.apparmoradmission.policy.LabelSelector;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Whether the webhook is there, often enough, and can be moved: with failurePolicy Fail no pod starts anywhere while no replica
 * answers. That the control plane and the webhook itself are not asked about is {@link ScopeCheck}'s matter.
 */
final class LockOutCheck implements Check {

    private static final String SUBJECT = "Deployment " + Shipped.NAME;

    private static final int ENOUGH = 2;

    @Override
    public Area area() {
        return Area.LOCK_OUT;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        Optional<ApiObject> deployment = facts.setup().deployment();
        if (deployment.isEmpty()) {
            absent(facts, sheet);
            return;
        }
        replicas(facts, sheet);
        ready(facts, deployment.get(), sheet);
        nodes(facts, sheet);
        budgets(facts, deployment.get(), sheet);
        pod(facts, deployment.get(), sheet);
    }

    private static boolean isFailing(Facts facts) {
        return facts.ownHooks().stream().anyMatch(Hook::isFailing);
    }

    private static void absent(Facts facts, Sheet.Column sheet) {
        boolean outside =
                !facts.ownHooks().isEmpty() && facts.ownHooks().stream().allMatch(Hook::isOutside);
        if (!facts.isRead(Source.DEPLOYMENTS) || outside) {
            return;
        }
        boolean stuck = isFailing(facts);
        sheet.error(
                "not-deployed",
                SUBJECT,
                "is not in namespace " + facts.namespace()
                        + (stuck ? ", and the API server refuses every pod that it cannot ask about" : ""),
                stuck
                        ? facts.setup().reinstall()
                                + "   # or, to go without: kubectl delete mutatingwebhookconfiguration,validatingwebhookconfiguration"
                                + " apparmor-admission"
                        : facts.setup().reinstall());
    }

    private static void replicas(Facts facts, Sheet.Column sheet) {
        int replicas = facts.setup().replicas();
        String fix = Fix.kubectl(facts.namespace(), "scale deployment/" + Shipped.NAME + " --replicas=" + ENOUGH);
        if (replicas == 0) {
            sheet.add(
                    isFailing(facts) ? Severity.ERROR : Severity.WARNING,
                    "no-replicas",
                    SUBJECT,
                    "is scaled to 0: "
                            + (isFailing(facts)
                                    ? "with failurePolicy Fail no pod starts outside of kube-system"
                                    : "nothing is judged"),
                    fix);
        } else if (replicas < ENOUGH && isFailing(facts)) {
            sheet.warning(
                    "one-replica",
                    SUBJECT,
                    "has one replica: with failurePolicy Fail no pod starts while it is replaced or its node is away",
                    fix);
        }
    }

    private static void ready(Facts facts, ApiObject deployment, Sheet.Column sheet) {
        int wanted = facts.setup().replicas();
        int ready = deployment.number("/status/readyReplicas", 0);
        if (wanted > 0 && ready < wanted) {
            sheet.add(
                    ready == 0 ? Severity.ERROR : Severity.WARNING,
                    "not-ready",
                    SUBJECT,
                    ready + " of " + Words.count(wanted, "replica") + " ready"
                            + (ready == 0 && isFailing(facts) ? ": with failurePolicy Fail no pod starts" : ""),
                    Fix.kubectl(facts.namespace(), "describe pods -l app.kubernetes.io/name=apparmor-admission"));
        }
        if (!deployment.text("/metadata/generation").equals(deployment.text("/status/observedGeneration"))
                && deployment.has("/status/observedGeneration")) {
            sheet.note(
                    "roll-out-behind",
                    SUBJECT,
                    "its last change has not been taken up yet",
                    Fix.kubectl(facts.namespace(), "rollout status deployment/" + Shipped.NAME));
        }
    }

    private static void nodes(Facts facts, Sheet.Column sheet) {
        List<ApiObject> running = facts.webhookPods().stream()
                .filter(pod -> pod.text("/status/phase").equals("Running"))
                .filter(pod -> !pod.has("/metadata/deletionTimestamp"))
                .toList();
        Set<String> nodes =
                running.stream().map(pod -> pod.text("/spec/nodeName")).collect(Collectors.toSet());
        // On a cluster of one node there is no other place.
        boolean others = facts.nodes()
                .filter(known -> known.view().nodes().members().size() > 1)
                .isPresent();
        if (running.size() > 1 && nodes.size() == 1 && others) {
            sheet.warning(
                    "one-node",
                    SUBJECT,
                    "all " + running.size() + " replicas run on node " + Words.list(nodes)
                            + ": if it goes, none is left",
                    Fix.kubectl(facts.namespace(), "rollout restart deployment/" + Shipped.NAME)
                            + "   # for good: deploy/components/high-availability");
        }
    }

    private static void budgets(Facts facts, ApiObject deployment, Sheet.Column sheet) {
        LabelSelector pods = new LabelSelector(deployment.texts("/spec/template/metadata/labels"), List.of());
        List<ApiObject> budgets = facts.objects(Source.BUDGETS).stream()
                .filter(budget -> !budget.texts("/spec/selector/matchLabels").isEmpty())
                .filter(budget -> pods.matchLabels()
                        .entrySet()
                        .containsAll(budget.texts("/spec/selector/matchLabels").entrySet()))
                .toList();
        if (facts.isRead(Source.BUDGETS) && budgets.isEmpty() && facts.setup().replicas() > 1) {
            sheet.warning(
                    "no-budget",
                    SUBJECT,
                    "has no PodDisruptionBudget: a drain of several nodes may take all replicas at once",
                    facts.setup().reinstall());
        }
        for (ApiObject budget : budgets) {
            boolean stiff = budget.text("/spec/maxUnavailable").matches("0|0%")
                    || budget.text("/spec/minAvailable").equals("100%")
                    || budget.number("/spec/minAvailable", 0)
                            >= Math.max(1, facts.setup().replicas());
            if (stiff) {
                sheet.warning(
                        "budget-forbids-eviction",
                        "PodDisruptionBudget " + budget.name(),
                        "lets no replica go: nodes with one cannot be drained, and upgrades of the cluster hang",
                        Fix.kubectl(
                                facts.namespace(),
                                "patch poddisruptionbudget " + budget.name()
                                        + " --type=merge -p '{\"spec\":{\"minAvailable\":null,\"maxUnavailable\":1}}'"));
            }
        }
    }

    private static void pod(Facts facts, ApiObject deployment, Sheet.Column sheet) {
        ApiObject spec = deployment.at("/spec/template/spec");
        String own = facts.setup()
                .container()
                .given("/securityContext/appArmorProfile/type")
                .or(() -> spec.given("/securityContext/appArmorProfile/type"))
                .orElse("");
        if (own.equals("Unconfined")) {
            sheet.warning(
                    "webhook-unconfined",
                    SUBJECT,
                    "the webhook itself runs unconfined",
                    facts.setup().reinstall());
        }
        if (!spec.text("/priorityClassName").startsWith("system-")) {
            sheet.warning(
                    "no-priority",
                    SUBJECT,
                    "its pods have no system priority: where nodes run short they are evicted for the sake of pods that wait"
                            + " for their answer",
                    Fix.kubectl(
                            facts.namespace(),
                            "patch deployment " + Shipped.NAME
                                    + " -p '{\"spec\":{\"template\":{\"spec\":{\"priorityClassName\":\"system-cluster-critical\"}}}}'"));
        }
    }
}
