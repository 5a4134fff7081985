package dev.apparmoradmission.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether the webhook's account may do what it needs, by the features in use, and nothing that would make it worth stealing. Both as
 * the API server's own authorizer answers (SubjectAccessReview), wherever a right comes from.
 */
final class RightsCheck implements Check {

    private final Shipped shipped;

    RightsCheck(Shipped shipped) {
        this.shipped = shipped;
    }

    @Override
    public Area area() {
        return Area.RIGHTS;
    }

    /** What is asked: all that any feature needs, and what no installation of ours has. */
    static Set<Right> questions(Shipped shipped, String namespace) {
        Set<Right> questions = new TreeSet<>();
        questions.addAll(shipped.base());
        questions.addAll(shipped.tls());
        questions.addAll(shipped.placement());
        questions.addAll(tooMuch(namespace));
        return questions;
    }

    /** Rights that let their holder take over a cluster, read what is secret, or make the webhook's own evidence. */
    static List<Right> tooMuch(String namespace) {
        return List.of(
                new Right("*", "*", "*", "", ""),
                new Right("get", "", "secrets", "", ""),
                new Right("list", "", "secrets", "", ""),
                new Right("list", "", "secrets", namespace, ""),
                new Right("create", "", "pods", "", ""),
                new Right("create", "", "pods/exec", "", ""),
                new Right("create", "", "serviceaccounts/token", "", ""),
                new Right("update", "", "nodes", "", ""),
                new Right("get", "", "nodes/proxy", "", ""),
                new Right("patch", "", "configmaps", namespace, ""),
                new Right("update", "", "configmaps", namespace, ""),
                new Right("escalate", "rbac.authorization.k8s.io", "clusterroles", "", ""),
                new Right("bind", "rbac.authorization.k8s.io", "clusterroles", "", ""),
                new Right("impersonate", "", "users", "", ""),
                new Right("delete", "admissionregistration.k8s.io", "validatingadmissionpolicybindings", "", ""),
                new Right("patch", "admissionregistration.k8s.io", "mutatingwebhookconfigurations", "", ""),
                new Right("patch", "admissionregistration.k8s.io", "validatingwebhookconfigurations", "", ""));
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        if (facts.rights().isEmpty()) {
            sheet.unchecked("what the webhook's account may do", facts.rightsUnread());
            return;
        }
        missing(facts, shipped.base(), "deploy/base/rbac.yaml", "it cannot see the cluster by which it decides", sheet);
        boolean tls = facts.setup().isSelfManaged();
        boolean placement = Features.of(facts).placement();
        if (tls) {
            missing(
                    facts,
                    shipped.tls(),
                    "deploy/components/self-managed-tls/rbac-self-managed-tls.yaml",
                    "it cannot keep its certificate",
                    sheet);
        }
        if (placement) {
            missing(
                    facts,
                    shipped.placement(),
                    "deploy/placement/rbac-placement.yaml",
                    "pods that policies steer, hold or pin stay Pending",
                    sheet);
        }
        beyond(facts, placement, sheet);
    }

    private static boolean may(Facts facts, Right right) {
        return Boolean.TRUE.equals(facts.rights().get(right));
    }

    private static void missing(Facts facts, Set<Right> needed, String file, String consequence, Sheet.Column sheet) {
        List<String> missing = needed.stream()
                .filter(right -> Boolean.FALSE.equals(facts.rights().get(right)))
                .map(Right::words)
                .toList();
        if (!missing.isEmpty()) {
            sheet.error(
                    "right-missing",
                    facts.setup().account(),
                    "may not " + Words.list(missing) + ": " + consequence,
                    "kubectl apply -f " + file);
        }
    }

    private void beyond(Facts facts, boolean placement, Sheet.Column sheet) {
        String account = facts.setup().account();
        List<Right> more = new ArrayList<>(tooMuch(facts.namespace()));
        more.removeIf(right -> !may(facts, right));
        if (!more.isEmpty()) {
            boolean all = more.stream().anyMatch(right -> right.verb().equals("*"));
            sheet.warning(
                    "right-too-much",
                    account,
                    "may "
                            + (all
                                    ? "do everything"
                                    : Words.list(more.stream().map(Right::words).toList()))
                            + ", which nothing that we ship grants: whoever takes over a replica may too",
                    "kubectl get clusterrolebindings,rolebindings -A -o wide | grep -e " + facts.namespace()
                            + "/apparmor-admission -e system:serviceaccounts");
        }
        // A right that was granted for a feature which is not used is worth a word only; one without the other is no
        // feature.
        boolean unused = !placement && shipped.placement().stream().allMatch(right -> may(facts, right));
        if (unused && more.isEmpty() && facts.isRead(Source.POLICIES)) {
            sheet.note(
                    "right-unused",
                    account,
                    "may label nodes and let pods go, which no policy asks for",
                    "kubectl delete -f deploy/placement/rbac-placement.yaml");
        }
    }
}
