package dev.apparmoradmission.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Reviews of pods as they reach a webhook, of about a given size; the shape is that of {@code e2e/bench/go/internal/corpus}. */
public final class CorpusReviews {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String UID = "705ab4f5-6393-41e8-a7cc-42010a800002";

    private CorpusReviews() {}

    /** What the pod declares at pod level. */
    public enum Declares {
        /** Nothing: the mutating door writes the default. */
        NOTHING(""),
        /** RuntimeDefault: allowed. */
        RUNTIME_DEFAULT("{\"type\":\"RuntimeDefault\"}"),
        /** A Localhost profile that every node has: allowed. */
        LOADED("{\"type\":\"Localhost\",\"localhostProfile\":\"" + Cluster.LOADED + "\"}"),
        /** Unconfined: denied. */
        UNCONFINED("{\"type\":\"Unconfined\"}");

        private final String profile;

        Declares(String profile) {
            this.profile = profile;
        }
    }

    /** The body of a review of the creation of a pod, of at least so many bytes and little more. */
    public static byte[] create(Declares declares, int bytes) {
        int containers = bytes > 6_000 ? 2 + bytes / 12_000 : 1;
        byte[] body = new byte[0];
        for (int variables = 0; body.length < bytes; variables += Math.max(1, (bytes - body.length) / 250)) {
            body = review(pod(declares, containers, variables, bytes > 6_000));
        }
        return body;
    }

    private static byte[] review(ObjectNode pod) {
        String request = """
                {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"%s",
                "kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},
                "requestKind":{"group":"","version":"v1","kind":"Pod"},
                "requestResource":{"group":"","version":"v1","resource":"pods"},
                "name":"checkout-cache-7d9c-x2x4p","namespace":"checkout","operation":"CREATE",
                "userInfo":{"username":"system:serviceaccount:kube-system:replicaset-controller",
                "uid":"6f8d9a7e-2c3b-4d5e-8f90-a1b2c3d4e5f6",
                "groups":["system:serviceaccounts","system:serviceaccounts:kube-system","system:authenticated"]},
                "object":%s,"oldObject":null,"dryRun":false,
                "options":{"kind":"CreateOptions","apiVersion":"meta.k8s.io/v1"}}}""".formatted(UID, pod);
        return request.replace("\n", "").getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode pod(Declares declares, int containers, int variables, boolean managed) {
        ObjectNode pod = object("""
                {"kind":"Pod","apiVersion":"v1","metadata":{"name":"checkout-cache-7d9c-x2x4p",
                "generateName":"checkout-cache-7d9c-","namespace":"checkout","uid":"1f8d9a7e-2c3b-4d5e-8f90-a1b2c3d4e5f6",
                "creationTimestamp":"2026-11-02T08:00:01Z","labels":{"app.kubernetes.io/name":"cache",
                "app.kubernetes.io/version":"1.7.0","pod-template-hash":"7d9c0a1b"},
                "annotations":{"checksum/config":"0123456789abcdef0123456789abcdef"},
                "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"checkout-cache-7d9c",
                "uid":"2f8d9a7e-2c3b-4d5e-8f90-a1b2c3d4e5f6","controller":true,"blockOwnerDeletion":true}]},
                "spec":{"volumes":[{"name":"kube-api-access-x7k2p","projected":{"sources":[
                {"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}},
                {"configMap":{"name":"kube-root-ca.crt","items":[{"key":"ca.crt","path":"ca.crt"}]}}],"defaultMode":420}}],
                "containers":[],"restartPolicy":"Always","terminationGracePeriodSeconds":30,"dnsPolicy":"ClusterFirst",
                "serviceAccountName":"cache","serviceAccount":"cache","securityContext":{"runAsUser":10007,
                "runAsNonRoot":true,"fsGroup":10007,"seccompProfile":{"type":"RuntimeDefault"}},
                "schedulerName":"default-scheduler","tolerations":[
                {"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300},
                {"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}],
                "enableServiceLinks":false},"status":{"phase":"Pending","qosClass":"Burstable"}}""");
        if (!declares.profile.isEmpty()) {
            pod.withObject("/spec/securityContext").set("appArmorProfile", object(declares.profile));
        }
        ArrayNode list = pod.withObject("/spec").withArray("containers");
        for (int i = 0; i < containers; i++) {
            list.add(container(i, containers > 1));
        }
        for (int i = 0; i < variables; i++) {
            ((ObjectNode) list.get(i % containers))
                    .withArray("env")
                    .addObject()
                    .put("name", "CACHE_VARIABLE_" + i)
                    .put("value", "queue-store-index-relay-audit-event-" + i);
        }
        if (managed) {
            pod.withObject("/spec").putObject("nodeSelector").put("kubernetes.io/os", "linux");
            ObjectNode fields = JSON.createObjectNode();
            fields.set("f:spec", owned(pod.path("spec")));
            pod.withObject("/metadata")
                    .putArray("managedFields")
                    .addObject()
                    .put("manager", "kube-controller-manager")
                    .put("operation", "Update")
                    .put("apiVersion", "v1")
                    .put("fieldsType", "FieldsV1")
                    .set("fieldsV1", fields);
        }
        return pod;
    }

    private static ObjectNode container(int number, boolean probes) {
        ObjectNode container = object("""
                {"name":"cache-%1$d","image":"registry.example.com/checkout/server:1.7.%1$d",
                "args":["--config=/etc/cache/config.yaml","--log-level=info","--listen=:8080"],
                "resources":{"limits":{"memory":"512Mi"},"requests":{"cpu":"100m","memory":"128Mi"}},
                "volumeMounts":[{"name":"kube-api-access-x7k2p","readOnly":true,
                "mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],
                "terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",
                "imagePullPolicy":"IfNotPresent","securityContext":{"capabilities":{"drop":["ALL"]},
                "readOnlyRootFilesystem":true,"allowPrivilegeEscalation":false}}""".formatted(number));
        if (probes) {
            ObjectNode probe = object("""
                    {"httpGet":{"path":"/healthz","port":"http","scheme":"HTTP"},"initialDelaySeconds":5,
                    "timeoutSeconds":1,"periodSeconds":10,"successThreshold":1,"failureThreshold":3}""");
            container.set("livenessProbe", probe);
            container.set("readinessProbe", probe);
        }
        return container;
    }

    /** The tree of {@code managedFields} that the API server would record. */
    private static ObjectNode owned(JsonNode value) {
        ObjectNode owned = JSON.createObjectNode();
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            owned.set("f:" + field.getKey(), owned(field.getValue()));
        }
        if (value.isArray()) {
            value.forEach(element -> {
                if (element.has("name")) {
                    owned.set("k:{\"name\":" + element.get("name") + "}", owned(element));
                }
            });
        }
        return owned;
    }

    private static ObjectNode object(String json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (IOException impossible) {
            throw new UncheckedIOException("not JSON: " + json, impossible);
        }
    }
}
