package dev.apparmoradmission.doctor;

/**
 * What the doctor reads. {@code deploy/doctor/rbac-doctor.yaml} grants these rights, but for the Secret and RBAC; a test compares them.
 */
enum Source {
    VERSION("/version", "", "", "", Area.VERSIONS, "the version of the API server"),
    ADMISSION_API(
            "/apis/admissionregistration.k8s.io/v1",
            "",
            "",
            "",
            Area.VERSIONS,
            "which kinds of admission policy the API server knows"),
    MUTATING(
            "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations",
            "list",
            "admissionregistration.k8s.io",
            "mutatingwebhookconfigurations",
            Area.REGISTRATION,
            "the MutatingWebhookConfigurations"),
    VALIDATING(
            "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
            "list",
            "admissionregistration.k8s.io",
            "validatingwebhookconfigurations",
            Area.REGISTRATION,
            "the ValidatingWebhookConfigurations"),
    ADMISSION_POLICIES(
            "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies",
            "list",
            "admissionregistration.k8s.io",
            "validatingadmissionpolicies",
            Area.REGISTRATION,
            "whether there is a backstop of ValidatingAdmissionPolicies"),
    NAMESPACES(
            "/api/v1/namespaces",
            "list",
            "",
            "namespaces",
            Area.REGISTRATION,
            "which namespaces the webhook is not asked about, and which policies hold for which"),
    DEPLOYMENTS(
            "/apis/apps/v1/namespaces/%s/deployments",
            "list", "apps", "deployments", Area.LOCK_OUT, "how the webhook is deployed"),
    DAEMON_SETS(
            "/apis/apps/v1/namespaces/%s/daemonsets",
            "list", "apps", "daemonsets", Area.INVENTORY, "whether an agent runs on each node"),
    PODS("/api/v1/namespaces/%s/pods", "list", "", "pods", Area.LOCK_OUT, "how the webhook's pods do"),
    SERVICES("/api/v1/namespaces/%s/services", "list", "", "services", Area.LOCK_OUT, "the webhook's Service"),
    ENDPOINTS(
            "/apis/discovery.k8s.io/v1/namespaces/%s/endpointslices",
            "list", "discovery.k8s.io", "endpointslices", Area.LOCK_OUT, "whether the Service leads to a pod"),
    BUDGETS(
            "/apis/policy/v1/namespaces/%s/poddisruptionbudgets",
            "list", "policy", "poddisruptionbudgets", Area.LOCK_OUT, "whether nodes can be drained"),
    NETWORK_POLICIES(
            "/apis/networking.k8s.io/v1/namespaces/%s/networkpolicies",
            "list",
            "networking.k8s.io",
            "networkpolicies",
            Area.LOCK_OUT,
            "whether NetworkPolicies let the API server in"),
    LEASES(
            "/apis/coordination.k8s.io/v1/namespaces/%s/leases",
            "list", "coordination.k8s.io", "leases", Area.LEADERSHIP, "whether there is a leader"),
    CLUSTER_ROLES(
            "/apis/rbac.authorization.k8s.io/v1/clusterroles",
            "list",
            Source.RBAC,
            "clusterroles",
            Area.INVENTORY,
            Source.WRITERS),
    CLUSTER_ROLE_BINDINGS(
            "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
            "list",
            Source.RBAC,
            "clusterrolebindings",
            Area.INVENTORY,
            Source.WRITERS),
    ROLES(
            "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/roles",
            "list", Source.RBAC, "roles", Area.INVENTORY, Source.WRITERS),
    ROLE_BINDINGS(
            "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/rolebindings",
            "list", Source.RBAC, "rolebindings", Area.INVENTORY, Source.WRITERS),
    POLICIES(
            "/api/v1/namespaces/%s/configmaps/%s",
            "get", "", "configmaps", Area.POLICIES, "the ConfigMap of the policies"),
    SECRET(
            "/api/v1/namespaces/%s/secrets/%s",
            "get",
            "",
            "secrets",
            Area.CERTIFICATE,
            "the certificate that is served: its life, its names, and whether the CA in caBundle signed it");

    private static final String RBAC = "rbac.authorization.k8s.io";
    private static final String WRITERS = "who else may write the inventory and the policies";

    private final String path;
    private final String verb;
    private final String group;
    private final String resource;
    private final Area area;
    private final String tells;

    Source(String path, String verb, String group, String resource, Area area, String tells) {
        this.path = path;
        this.verb = verb;
        this.group = group;
        this.resource = resource;
        this.area = area;
        this.tells = tells;
    }

    /** Where it is at the API server; {@code name} only where it is a single object. */
    String path(String namespace, String name) {
        return String.format(path, namespace, name);
    }

    boolean isNamespaced() {
        return path.contains("%s");
    }

    boolean isSingle() {
        return verb.isEmpty() || verb.equals("get");
    }

    /** Everybody who is let in may ask for it. */
    boolean isPublic() {
        return verb.isEmpty();
    }

    /** What those read who look after the cluster: {@code deploy/doctor} grants none of it. */
    boolean isRbac() {
        return group.equals(RBAC);
    }

    String verb() {
        return verb;
    }

    String group() {
        return group;
    }

    String resource() {
        return resource;
    }

    /** The right that it needs, in words. */
    String right(String namespace, String name) {
        if (isRbac()) {
            // One question, which takes all four.
            return "list clusterroles, clusterrolebindings, and in namespace " + namespace + " roles and rolebindings";
        }
        return verb + " " + resource + (group.isEmpty() ? "" : "." + group)
                + (verb.equals("get") ? "/" + name : "")
                + (isNamespaced() ? " in namespace " + namespace : "");
    }

    Area area() {
        return area;
    }

    /** What one learns from it. */
    String tells() {
        return tells;
    }
}
