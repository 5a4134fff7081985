package dev.apparmoradmission.doctor;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether the way from the API server to the webhook is open: Service, endpoints, NetworkPolicies. */
final class NetworkCheck implements Check {

    private static final int LISTENS = 8443;
    private static final String LISTENS_NAME = "https";

    @Override
    public Area area() {
        return Area.LOCK_OUT;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        boolean inside = facts.ownHooks().stream().anyMatch(hook -> !hook.isOutside());
        if (inside && facts.isRead(Source.SERVICES)) {
            Optional<ApiObject> service = facts.object(Source.SERVICES, Shipped.NAME);
            if (service.isEmpty()) {
                sheet.error(
                        "no-service",
                        "Service " + Shipped.NAME,
                        "is not in namespace " + facts.namespace() + ": the API server has no way to the webhook",
                        facts.setup().reinstall());
            } else {
                service(facts, service.get(), sheet);
            }
        }
        facts.setup()
                .deployment()
                .ifPresent(deployment -> facts.objects(Source.NETWORK_POLICIES)
                        .forEach(policy -> networkPolicy(facts, policy, deployment, sheet)));
    }

    private static void service(Facts facts, ApiObject service, Sheet.Column sheet) {
        String subject = "Service " + Shipped.NAME;
        Map<String, String> selector = service.texts("/spec/selector");
        Map<String, String> labels = facts.setup()
                .deployment()
                .map(deployment -> deployment.texts("/spec/template/metadata/labels"))
                .orElse(selector);
        if (!labels.entrySet().containsAll(selector.entrySet())) {
            sheet.error(
                    "service-selects-others",
                    subject,
                    "its selector " + selector + " does not fit the labels of the webhook's pods",
                    facts.setup().reinstall());
            return;
        }
        boolean leads = service.items("/spec/ports").stream()
                .filter(port -> port.number("/port", 0) == 443)
                .anyMatch(port ->
                        port.text("/targetPort").equals(LISTENS_NAME) || port.number("/targetPort", 0) == LISTENS);
        if (!leads) {
            sheet.error(
                    "service-port",
                    subject,
                    "its port 443 does not lead to the webhook's port " + LISTENS,
                    facts.setup().reinstall());
        }
        boolean ready = facts.objects(Source.ENDPOINTS).stream()
                .filter(slice -> Shipped.NAME.equals(slice.labels().get("kubernetes.io/service-name")))
                .flatMap(slice -> slice.items("/endpoints").stream())
                .anyMatch(endpoint -> endpoint.flag("/conditions/ready"));
        if (facts.isRead(Source.ENDPOINTS) && !ready && facts.setup().replicas() > 0) {
            sheet.error(
                    "no-endpoints",
                    subject,
                    "leads to no pod that is ready",
                    Fix.kubectl(
                            facts.namespace(),
                            "get endpointslices,pods -l app.kubernetes.io/name=apparmor-admission -o wide"));
        }
    }

    /**
     * A NetworkPolicy that lets nobody in by that port, or only pods and namespaces. An API server is neither: whether a block
     * of addresses means it cannot be told from here. Several policies add up, so that one that opens the port is enough.
     */
    private static void networkPolicy(Facts facts, ApiObject policy, ApiObject deployment, Sheet.Column sheet) {
        if (!selects(policy, deployment) || !policy.list("/spec/policyTypes").contains("Ingress")) {
            return;
        }
        boolean open = facts.objects(Source.NETWORK_POLICIES).stream()
                .filter(other -> selects(other, deployment))
                .flatMap(other -> other.items("/spec/ingress").stream())
                .anyMatch(NetworkCheck::letsIn);
        if (!open) {
            sheet.warning(
                    "network-closed",
                    "NetworkPolicy " + policy.name(),
                    "does not let the API server in by port " + LISTENS + ", where the network enforces it",
                    Fix.kubectl(
                            facts.namespace(),
                            "patch networkpolicy " + policy.name()
                                    + " --type=json -p '[{\"op\":\"add\",\"path\":\"/spec/ingress\",\"value\":[{\"ports\":[{\"port\":"
                                    + LISTENS + ",\"protocol\":\"TCP\"}]}]}]'"));
        }
    }

    private static boolean selects(ApiObject policy, ApiObject deployment) {
        return deployment
                        .texts("/spec/template/metadata/labels")
                        .entrySet()
                        .containsAll(
                                policy.texts("/spec/podSelector/matchLabels").entrySet())
                // Expressions are not evaluated: what they select may be others.
                && policy.items("/spec/podSelector/matchExpressions").isEmpty();
    }

    private static boolean letsIn(ApiObject rule) {
        List<ApiObject> ports = rule.items("/ports");
        boolean port = ports.isEmpty() || ports.stream().anyMatch(NetworkCheck::isOurs);
        List<ApiObject> from = rule.items("/from");
        return port && (from.isEmpty() || from.stream().anyMatch(peer -> peer.has("/ipBlock")));
    }

    private static boolean isOurs(ApiObject port) {
        int first = port.number("/port", 0);
        return !port.has("/port")
                || port.text("/port").equals(LISTENS_NAME)
                || first <= LISTENS && LISTENS <= port.number("/endPort", first);
    }
}
