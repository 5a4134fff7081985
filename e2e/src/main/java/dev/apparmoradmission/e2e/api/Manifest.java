package dev.apparmoradmission.e2e.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Objects as they are written in files, without a typed model that would mend what is wrong in them. */
public final class Manifest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new YAMLMapper();

    /** Kinds of the tests and where the API server keeps them. */
    private static final Map<String, String> COLLECTIONS = Map.ofEntries(
            Map.entry("Pod", "/api/v1/namespaces/%s/pods"),
            Map.entry("ConfigMap", "/api/v1/namespaces/%s/configmaps"),
            Map.entry("ReplicationController", "/api/v1/namespaces/%s/replicationcontrollers"),
            Map.entry("PodTemplate", "/api/v1/namespaces/%s/podtemplates"),
            Map.entry("Deployment", "/apis/apps/v1/namespaces/%s/deployments"),
            Map.entry("ReplicaSet", "/apis/apps/v1/namespaces/%s/replicasets"),
            Map.entry("StatefulSet", "/apis/apps/v1/namespaces/%s/statefulsets"),
            Map.entry("DaemonSet", "/apis/apps/v1/namespaces/%s/daemonsets"),
            Map.entry("Job", "/apis/batch/v1/namespaces/%s/jobs"),
            Map.entry("CronJob", "/apis/batch/v1/namespaces/%s/cronjobs"),
            Map.entry("Node", "/api/v1/nodes"),
            Map.entry("Namespace", "/api/v1/namespaces"),
            Map.entry("ServiceAccount", "/api/v1/namespaces/%s/serviceaccounts"),
            Map.entry("Service", "/api/v1/namespaces/%s/services"),
            Map.entry("PodDisruptionBudget", "/apis/policy/v1/namespaces/%s/poddisruptionbudgets"),
            Map.entry("NetworkPolicy", "/apis/networking.k8s.io/v1/namespaces/%s/networkpolicies"),
            Map.entry("ServiceMonitor", "/apis/monitoring.coreos.com/v1/namespaces/%s/servicemonitors"),
            Map.entry("PrometheusRule", "/apis/monitoring.coreos.com/v1/namespaces/%s/prometheusrules"),
            Map.entry("Secret", "/api/v1/namespaces/%s/secrets"),
            Map.entry("Role", "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/roles"),
            Map.entry("RoleBinding", "/apis/rbac.authorization.k8s.io/v1/namespaces/%s/rolebindings"),
            Map.entry("ClusterRole", "/apis/rbac.authorization.k8s.io/v1/clusterroles"),
            Map.entry("ClusterRoleBinding", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"),
            Map.entry(
                    "MutatingWebhookConfiguration",
                    "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"),
            Map.entry(
                    "ValidatingWebhookConfiguration",
                    "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"),
            Map.entry("ValidatingAdmissionPolicy", "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"),
            Map.entry(
                    "ValidatingAdmissionPolicyBinding",
                    "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings"),
            // As long as the versions that the ladder starts serve it so.
            Map.entry(
                    "MutatingAdmissionPolicy", "/apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicies"),
            Map.entry(
                    "MutatingAdmissionPolicyBinding",
                    "/apis/admissionregistration.k8s.io/v1beta1/mutatingadmissionpolicybindings"));

    private Manifest() {}

    /** The object of a YAML or JSON document. */
    public static ObjectNode parse(String document) {
        try {
            if (YAML.readTree(document) instanceof ObjectNode object) {
                return object;
            }
        } catch (JsonProcessingException failure) {
            throw new IllegalArgumentException("not YAML: " + document, failure);
        }
        throw new IllegalArgumentException("not an object: " + document);
    }

    /** The objects of a file of one or several YAML documents, also where a separator comes first. */
    public static List<ObjectNode> all(Path file) throws IOException {
        return Arrays.stream(Files.readString(file).split("(?m)^---$"))
                .filter(document -> !document.isBlank())
                .map(Manifest::parse)
                .toList();
    }

    /** The value of a JSON text, or a missing node for one that is empty or no JSON. */
    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException failure) {
            return JSON.missingNode();
        }
    }

    /** Where objects of that kind are created. */
    public static String collection(JsonNode object, String namespace) {
        String kind = object.path("kind").asText();
        String path = COLLECTIONS.get(kind);
        if (path == null) {
            throw new IllegalArgumentException("no collection known for kind \"" + kind + "\"");
        }
        return path.formatted(namespace);
    }
}
