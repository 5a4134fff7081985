package dev.apparmoradmission.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Generated;
import dev.apparmoradmission.decision.Generated.GeneratedNode;
import dev.apparmoradmission.decision.Manifests;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.UnreadableWorkload;
import dev.apparmoradmission.decision.World;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What is kept of an object is judged as the object, and nothing else of it is kept. */
class ListExtractTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MARK = "planted-secret";

    /** Maps whose keys people choose; a key beside theirs would be one of theirs. */
    private static final Set<String> FREE_MAPS = Set.of("labels", "nodeSelector", "data", "binaryData");

    @Provide
    Arbitrary<ObjectNode> pods() {
        return Generated.pods();
    }

    @Provide
    Arbitrary<AppArmorPolicy> policies() {
        return Generated.policies();
    }

    @Provide
    Arbitrary<List<GeneratedNode>> clusters() {
        return Generated.clusters();
    }

    @Property(tries = 600)
    void anExtractIsJudgedAsTheObjectAndHoldsNothingThatIsPlantedInIt(
            @ForAll("pods") ObjectNode pod,
            @ForAll WorkloadKind kind,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        ObjectNode object = as(kind, pod);
        plant(object, "");
        Snapshot snapshot = Generated.world(nodes).under(policy);

        String extract = extract(KeptFields.of(kind), object);

        assertThat(extract).doesNotContain(MARK);
        assertThat(judge(kind, onlyItem(extract), snapshot)).isEqualTo(judge(kind, object.toString(), snapshot));
    }

    /** A number, a list, an object or a text where the API has something else: no server stores that, and yet. */
    @Property(tries = 600)
    void anExtractOfAnObjectOfAnotherFormIsRefusedForTheSameReasonAndHoldsNothingOfIt(
            @ForAll("pods") ObjectNode pod, @ForAll WorkloadKind kind, @ForAll long seed) {
        ObjectNode object = as(kind, pod);
        deform(object, new Random(seed));
        Snapshot snapshot = World.fixed().under(World.strict());

        String extract = extract(KeptFields.of(kind), object);

        assertThat(extract).doesNotContain(MARK);
        assertThat(judge(kind, onlyItem(extract), snapshot)).isEqualTo(judge(kind, object.toString(), snapshot));
    }

    @ParameterizedTest
    @EnumSource(WorkloadKind.class)
    void of_a_whole_object_everything_that_is_read_stays_and_nothing_else(WorkloadKind kind) {
        ObjectNode pod = (ObjectNode) Manifests.yaml("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: p
                  namespace: shop
                  uid: u
                  generateName: p-
                  creationTimestamp: "2026-11-22T10:00:00Z"
                  labels: {app: web}
                  annotations:
                    apparmor-admission.dev/unconfined: c
                    container.apparmor.security.beta.kubernetes.io/c: unconfined
                    kubernetes.io/config.mirror: x
                    kubectl.kubernetes.io/last-applied-configuration: planted-secret
                    vault.example/token: planted-secret
                  finalizers: [planted-secret]
                  managedFields: [{manager: planted-secret}]
                spec:
                  nodeName: n1
                  nodeSelector: {pool: a}
                  runtimeClassName: runc
                  serviceAccountName: sa
                  hostNetwork: true
                  hostPID: true
                  hostIPC: true
                  os: {name: linux}
                  affinity:
                    podAffinity: {x: planted-secret}
                    nodeAffinity:
                      preferredDuringSchedulingIgnoredDuringExecution: [{x: planted-secret}]
                      requiredDuringSchedulingIgnoredDuringExecution:
                        nodeSelectorTerms:
                        - matchExpressions: [{key: k, operator: In, values: [v]}]
                          matchFields: [{key: metadata.name, operator: In, values: [n1]}]
                  tolerations: [{key: k, operator: Equal, value: v, effect: NoSchedule, tolerationSeconds: 3}]
                  schedulingGates: [{name: g}]
                  securityContext:
                    runAsUser: 7
                    appArmorProfile: {type: Localhost, localhostProfile: k8s-web}
                    seccompProfile: {type: RuntimeDefault, localhostProfile: planted-secret}
                    runAsNonRoot: true
                  imagePullSecrets: [{name: planted-secret}]
                  volumes: [{name: planted-secret, secret: {secretName: planted-secret}}]
                  hostname: planted-secret
                  containers:
                  - name: c
                    image: registry.example/c:1
                    command: [planted-secret]
                    args: [planted-secret]
                    env: [{name: PASSWORD, value: planted-secret}]
                    envFrom: [{secretRef: {name: planted-secret}}]
                    livenessProbe: {exec: {command: [planted-secret]}}
                    volumeMounts: [{name: planted-secret, mountPath: /}]
                    securityContext:
                      privileged: false
                      runAsNonRoot: true
                      allowPrivilegeEscalation: false
                      readOnlyRootFilesystem: true
                      capabilities: {drop: [ALL], add: [NET_ADMIN]}
                      seLinuxOptions: {user: planted-secret}
                  initContainers: [{name: i, image: i}]
                  ephemeralContainers: [{name: e, image: e, targetContainerName: planted-secret}]
                status: {message: planted-secret}
                """);
        ObjectNode object = as(kind, pod);

        JsonNode kept = tree(onlyItem(extract(KeptFields.of(kind), object)));

        JsonNode expected = object.deepCopy();
        strip(expected);
        assertThat(kept).isEqualTo(expected);
        assertThat(expected.toString()).contains("k8s-web", "NET_ADMIN", "config.mirror", "nodeSelectorTerms");
    }

    /** Takes away, by hand, what nobody reads. */
    private static void strip(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(List.of("apiVersion", "finalizers", "managedFields", "tolerationSeconds", "runAsUser"));
            object.remove(List.of("imagePullSecrets", "volumes", "hostname", "command", "args", "env", "envFrom"));
            object.remove(List.of("livenessProbe", "volumeMounts", "seLinuxOptions", "status", "podAffinity"));
            object.remove(List.of("preferredDuringSchedulingIgnoredDuringExecution", "targetContainerName"));
            if (object.path("kind").isTextual() && object.size() > 1 && object.has("metadata")) {
                object.remove("kind");
            }
            if (object.path("localhostProfile").asText().equals(MARK)) {
                object.remove("localhostProfile");
            }
            object.remove(List.of("kubectl.kubernetes.io/last-applied-configuration", "vault.example/token"));
        }
        node.forEach(ListExtractTest::strip);
    }

    @Test
    void nodes_namespaces_and_inventories_are_read_from_an_extract_as_from_the_list() throws Exception {
        String nodes = """
                {"kind": "NodeList", "apiVersion": "v1", "items": [{
                  "metadata": {"name": "n1", "uid": "u1", "labels": {"pool": "a"}, "annotations": {"x": "planted-secret"}},
                  "spec": {"providerID": "planted-secret", "taints": [{"key": "k", "value": "v", "effect": "NoSchedule"}]},
                  "status": {"images": [{"names": ["planted-secret"]}],
                    "nodeInfo": {"bootID": "b", "machineID": "planted-secret", "containerRuntimeVersion": "containerd://2.1.0"}}}]}
                """;
        String namespaces = """
                {"kind": "NamespaceList", "items": [{"metadata": {"name": "shop", "labels": {"team": "s"},
                  "annotations": {"x": "planted-secret"}}, "status": {"phase": "planted-secret"}}]}
                """;
        String inventories = """
                {"kind": "ConfigMapList", "items": [{
                  "metadata": {"name": "i", "namespace": "a", "resourceVersion": "7", "annotations": {"x": "planted-secret"},
                    "labels": {"apparmor-admission.dev/inventory": "true"},
                    "ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": "n1", "uid": "u1"}]},
                  "data": {"n1": "k8s-web (enforce)"}, "binaryData": {"n2": "azhzLXdlYiAoZW5mb3JjZSkK"}}]}
                """;
        byte[] keptNodes = bytes(KeptFields.NODES, nodes);
        byte[] keptNamespaces = bytes(KeptFields.NAMESPACES, namespaces);
        byte[] keptInventories = bytes(KeptFields.INVENTORIES, inventories);

        assertThat(NodeReader.read(keptNodes))
                .isEqualTo(NodeReader.read(nodes.getBytes(UTF_8)))
                .hasSize(1);
        assertThat(NamespaceReader.read(keptNamespaces).labels())
                .isEqualTo(NamespaceReader.read(namespaces.getBytes(UTF_8)).labels())
                .hasSize(1);
        assertThat(ConfigMapReader.read(keptInventories))
                .isEqualTo(ConfigMapReader.read(inventories.getBytes(UTF_8)))
                .hasSize(1);
        for (byte[] kept : List.of(keptNodes, keptNamespaces, keptInventories)) {
            assertThat(new String(kept, UTF_8)).doesNotContain(MARK);
        }
    }

    @Test
    void templates_that_another_object_keeps_are_left_out_wherever_it_says_so() throws Exception {
        ListExtract extract = ListExtract.of("""
                {"kind": "ReplicaSetList", "metadata": {"continue": "more"}, "items": [
                  {"spec": {}, "metadata": {"name": "kept", "ownerReferences": [{"kind": "Deployment", "name": "d", "controller": true}]}},
                  {"metadata": {"name": "free"}}, 7]}
                """.getBytes(UTF_8), KeptFields.of(WorkloadKind.REPLICA_SET));

        assertThat(extract.objects()).isEqualTo(1);
        assertThat(extract.nextPage()).isEqualTo("more");
        assertThat(text(extract)).isEqualTo("""
                        {"kind":"ReplicaSetList","apiVersion":"apps/v1","items":[{"metadata":{"name":"free"}}]}""");
    }

    @Test
    void an_empty_list_is_null() throws Exception {
        assertThat(text(ListExtract.of("{\"kind\": \"PodList\", \"items\": null}".getBytes(UTF_8), KeptFields.NODES)))
                .isEqualTo("{\"kind\":\"NodeList\",\"apiVersion\":\"v1\",\"items\":[]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {"[]", "7", "{'kind': 'Status'}", "{'items': []}", "{'kind': 'PodList', 'items': [{", "no JSON"})
    void what_is_no_list_is_refused(String body) {
        assertThatThrownBy(() -> ListExtract.of(body.replace('\'', '"').getBytes(UTF_8), KeptFields.NODES))
                .isInstanceOf(IOException.class);
    }

    /** The object of this kind whose pods are as this one. */
    private static ObjectNode as(WorkloadKind kind, ObjectNode pod) {
        ObjectNode object = Manifests.object();
        object.put("apiVersion", kind.group().isEmpty() ? "v1" : kind.group() + "/v1")
                .put("kind", kind.kindName());
        if (kind == WorkloadKind.POD) {
            object.setAll(pod.deepCopy());
            return object;
        }
        object.putObject("metadata").put("name", "t").put("namespace", "shop");
        ObjectNode at = object;
        for (String step : kind.templatePath().split("\\.", -1)) {
            at = at.putObject(step);
        }
        at.set("metadata", pod.path("metadata").deepCopy());
        at.set("spec", pod.path("spec").deepCopy());
        return object;
    }

    /** Plants fields with the mark into every object that has fields of the API. */
    private static void plant(JsonNode node, String name) {
        List<Map.Entry<String, JsonNode>> children = new ArrayList<>(node.properties());
        children.forEach(child -> plant(child.getValue(), child.getKey()));
        if (node.isArray()) {
            node.forEach(item -> plant(item, ""));
        }
        if (node instanceof ObjectNode object && !FREE_MAPS.contains(name)) {
            object.put("zz", MARK);
            if (name.equals("annotations")) {
                return;
            }
            object.putObject("status").put("message", MARK);
            object.putArray("env").addObject().put("name", MARK).put("value", MARK);
            object.putArray("managedFields").add(MARK);
        }
    }

    /** Puts something else in the place of some values. */
    private static void deform(JsonNode node, Random random) {
        if (node instanceof ObjectNode object) {
            for (String name : keys(object)) {
                // A foreign annotation is not looked at, and then its value is not either.
                if (random.nextInt(12) == 0
                        && !List.of("kind", "apiVersion", "other").contains(name)) {
                    object.set(name, other(random, object.get(name)));
                } else {
                    deform(object.get(name), random);
                }
            }
        } else if (node instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                if (random.nextInt(12) == 0) {
                    list.set(i, other(random, list.get(i)));
                } else {
                    deform(list.get(i), random);
                }
            }
        }
    }

    private static List<String> keys(ObjectNode object) {
        List<String> keys = new ArrayList<>();
        object.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    private static JsonNode other(Random random, JsonNode than) {
        JsonNode other = switch (random.nextInt(6)) {
            case 0 -> JSON.getNodeFactory().numberNode(4711);
            case 1 -> JSON.getNodeFactory().booleanNode(true);
            case 2 -> JSON.getNodeFactory().nullNode();
            case 3 -> JSON.createArrayNode().add(JSON.createArrayNode().add(MARK));
            case 4 -> JSON.createObjectNode().set("zz", JSON.createArrayNode().add(MARK));
            default -> JSON.getNodeFactory().textNode(MARK);
        };
        // A text for a text would be no other form, nor an object for one.
        boolean same = other.isTextual() && than.isTextual() || other.isObject() && than.isObject();
        return same ? JSON.getNodeFactory().numberNode(1) : other;
    }

    private static String extract(KeptFields kept, JsonNode object) {
        ObjectNode list = JSON.createObjectNode().put("kind", "AnyList");
        list.putArray("items").add(object);
        try {
            return new String(bytes(kept, list.toString()), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(KeptFields kept, String list) throws IOException {
        return text(ListExtract.of(list.getBytes(UTF_8), kept)).getBytes(UTF_8);
    }

    private static String text(ListExtract extract) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        extract.writeTo(bytes);
        return bytes.toString(UTF_8);
    }

    private static String onlyItem(String list) {
        JsonNode tree = tree(list);
        assertThat(tree.path("items")).hasSize(1);
        ObjectNode item = (ObjectNode) tree.path("items").get(0);
        return item.toString();
    }

    private static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Decision> judge(WorkloadKind kind, String object, Snapshot snapshot) {
        String apiVersion = kind.group().isEmpty() ? "v1" : kind.group() + "/v1";
        String list = "{\"kind\":\"" + kind.kindName() + "List\",\"apiVersion\":\"" + apiVersion + "\",\"items\":["
                + object + "]}";
        try (JsonParser parser = new JsonFactory().createParser(list)) {
            parser.nextToken();
            ManifestObject read = WorkloadReader.read(parser).items().get(0);
            try {
                return read.workload("shop").map(workload -> World.review(workload, snapshot));
            } catch (UnreadableWorkloadException e) {
                return Optional.of(new UnreadableWorkload(kind, read.namespace(), e.path(), e.problem())
                        .decide(Operation.Review.SHARED, snapshot));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
