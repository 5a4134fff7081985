package dev.apparmoradmission.doctor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How an installation is set up, as the webhook's Deployment tells. Where that could not be read, what is shipped is supposed.
 *
 * @param namespace where it is
 * @param deployment the Deployment
 */
record Setup(String namespace, Optional<ApiObject> deployment) {

    private static final String POLICIES = "apparmor-admission-policies";
    private static final String TLS_SECRET = "apparmor-admission-tls";
    private static final String CERTIFICATE = "QUARKUS_TLS__ADMISSION__KEY_STORE_PEM__0__CERT";

    static Setup of(String namespace, List<ApiObject> deployments) {
        return new Setup(
                namespace,
                deployments.stream()
                        .filter(deployment -> deployment.name().equals(Shipped.NAME))
                        .findFirst());
    }

    /** The webhook's container. */
    ApiObject container() {
        return deployment
                .flatMap(found -> found.items("/spec/template/spec/containers").stream()
                        .filter(container -> container.text("/name").equals("webhook"))
                        .findFirst())
                .orElseGet(() -> deployment
                        .map(found -> found.at("/spec/template/spec/containers/0"))
                        .orElseGet(() -> ApiObject.of(com.fasterxml.jackson.databind.node.MissingNode.getInstance())));
    }

    /** Its environment, as far as it stands in the Deployment. */
    Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        container().items("/env").forEach(variable -> environment.put(variable.text("/name"), variable.text("/value")));
        return environment;
    }

    private String variable(String name, String otherwise) {
        return environment().getOrDefault(name, otherwise);
    }

    /** Whether it only records. */
    boolean isDryRun() {
        return variable("APPARMOR_ADMISSION_DRY_RUN", "").equals("true");
    }

    /** Whether it looks after its certificate itself. */
    boolean isSelfManaged() {
        return variable("APPARMOR_ADMISSION_TLS_MODE", "").equals("self-managed");
    }

    /** The Secret with the certificate that is served; empty where none is mounted. */
    Optional<String> secret() {
        if (isSelfManaged()) {
            return Optional.of(variable("APPARMOR_ADMISSION_TLS_SECRET", TLS_SECRET));
        }
        String file = variable(CERTIFICATE, "");
        return mounted(file, "secret", "secretName");
    }

    /** The ConfigMap with the policies. */
    String policies() {
        List<String> arguments = container().list("/args");
        int option = arguments.indexOf("--policy");
        String directory = option >= 0 && option + 1 < arguments.size() ? arguments.get(option + 1) : "";
        return mounted(directory, "configMap", "name").orElse(POLICIES);
    }

    private Optional<String> mounted(String path, String kind, String name) {
        if (path.isEmpty() || deployment.isEmpty()) {
            return Optional.empty();
        }
        Optional<String> volume = container().items("/volumeMounts").stream()
                .filter(mount -> !mount.text("/mountPath").isEmpty())
                .filter(mount -> (path + "/").startsWith(mount.text("/mountPath") + "/"))
                .map(mount -> mount.text("/name"))
                .findFirst();
        return volume.flatMap(wanted -> deployment.get().items("/spec/template/spec/volumes").stream()
                .filter(candidate -> candidate.text("/name").equals(wanted))
                .flatMap(candidate -> candidate.given("/" + kind + "/" + name).stream())
                .findFirst());
    }

    /** Labels of its pods. */
    Map<String, String> podLabels() {
        Map<String, String> labels = deployment
                .map(found -> found.texts("/spec/selector/matchLabels"))
                .orElse(Map.of());
        return labels.isEmpty() ? Map.of("app.kubernetes.io/name", Shipped.NAME) : labels;
    }

    /** How many replicas there ought to be. */
    int replicas() {
        return deployment.map(found -> found.number("/spec/replicas", 1)).orElse(0);
    }

    /** Its service account. */
    String account() {
        return "system:serviceaccount:" + namespace + ":"
                + deployment
                        .flatMap(found -> found.given("/spec/template/spec/serviceAccountName"))
                        .orElse(Shipped.NAME);
    }

    /** The command that installs again what is missing or was changed. A tool of one's own is fed the same. */
    String reinstall() {
        boolean helm = deployment
                .filter(found -> "Helm".equals(found.labels().get("app.kubernetes.io/managed-by")))
                .isPresent();
        if (helm) {
            return "helm upgrade apparmor-admission deploy/helm/apparmor-admission -n " + namespace
                    + " --reset-then-reuse-values";
        }
        return "kubectl apply -k deploy/overlays/" + overlay();
    }

    private String overlay() {
        if (isDryRun()) {
            return "audit-only";
        }
        if (deployment.isPresent() && !isSelfManaged()) {
            return "cert-manager";
        }
        return replicas() > 2 ? "high-availability" : "self-managed-tls";
    }
}
