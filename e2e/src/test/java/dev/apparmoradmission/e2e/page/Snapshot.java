package dev.apparmoradmission.e2e.page;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A cluster that is put together and then written as a snapshot, with policies beside it. */
final class Snapshot {
    static final String TAKEN = "2026-11-22T19:00:00Z";

    private static final ObjectMapper JSON = new ObjectMapper();
    /** Objects of a page of the API's lists. */
    private static final int PAGE = 500;

    private final List<ObjectNode> nodes = new ArrayList<>();
    private final Map<String, String> inventory = new TreeMap<>();
    private final List<ObjectNode> pods = new ArrayList<>();
    private final Map<String, List<ObjectNode>> templates = new TreeMap<>();
    private final Map<String, String> policies = new TreeMap<>();
    private final List<String> notRead = new ArrayList<>();
    private final Map<String, Integer> made = new HashMap<>();

    /** A container and the profile that it declares: {@code RuntimeDefault}, {@code Unconfined}, {@code Localhost/NAME} or none. */
    record Container(String name, String profile, boolean privileged) {
        static Container of(String name, String profile) {
            return new Container(name, profile, false);
        }
    }

    /**
     * What makes pods.
     *
     * @param kind of the object that keeps the pods
     * @param annotations those of its pods
     * @param days how long ago it was made
     */
    record Maker(
            String namespace,
            String kind,
            String name,
            int days,
            Map<String, String> annotations,
            List<Container> containers) {
        Maker(String namespace, String kind, String name, int days, Container... containers) {
            this(namespace, kind, name, days, Map.of(), List.of(containers));
        }

        Maker claiming(Map<String, String> claims) {
            return new Maker(namespace, kind, name, days, claims, containers);
        }
    }

    Snapshot node(String name, String... lines) {
        ObjectNode node = JSON.createObjectNode();
        node.putObject("metadata")
                .put("name", name)
                .putObject("labels")
                .put("kubernetes.io/hostname", name)
                .put("kubernetes.io/os", "linux");
        node.putObject("status").putObject("nodeInfo").put("containerRuntimeVersion", "containerd://2.2.0");
        nodes.add(node);
        if (lines.length > 0) {
            inventory.put(name, String.join("\n", lines));
        }
        return this;
    }

    Snapshot policy(String file, String text) {
        policies.put(file, text);
        return this;
    }

    /** Something that whoever took the snapshot could not read. */
    Snapshot notRead(String line) {
        notRead.add(line);
        return this;
    }

    /** So many pods of one maker, each on the next of these nodes. */
    Snapshot pods(int count, Maker maker, String... on) {
        for (int i = 0; i < count; i++) {
            int number = made.merge(maker.namespace() + "/" + maker.name(), 1, Integer::sum);
            ObjectNode pod = JSON.createObjectNode();
            ObjectNode metadata = metadata(pod, maker.namespace(), maker.name() + "-" + suffix(maker.name(), number));
            metadata.put(
                    "creationTimestamp",
                    Instant.parse(TAKEN)
                            .minusSeconds(86_400L * maker.days() + 600L * i)
                            .toString());
            annotations(metadata, maker);
            metadata.putArray("ownerReferences")
                    .addObject()
                    .put("kind", maker.kind())
                    .put("name", maker.name())
                    .put("controller", true);
            ObjectNode spec = pod.putObject("spec");
            if (on.length > 0) {
                spec.put("nodeName", on[(number - 1) % on.length]);
            }
            containers(spec, maker);
            pods.add(pod);
        }
        return this;
    }

    /** A template without pods. */
    Snapshot template(String plural, Maker maker) {
        ObjectNode object = JSON.createObjectNode();
        metadata(object, maker.namespace(), maker.name());
        ObjectNode template = object.putObject("spec").putObject("template");
        annotations(template.putObject("metadata"), maker);
        containers(template.putObject("spec"), maker);
        templates.computeIfAbsent(plural, any -> new ArrayList<>()).add(object);
        return this;
    }

    private static ObjectNode metadata(ObjectNode object, String namespace, String name) {
        return object.putObject("metadata").put("namespace", namespace).put("name", name);
    }

    private static void annotations(ObjectNode metadata, Maker maker) {
        ObjectNode annotations = metadata.putObject("annotations");
        maker.annotations().forEach((key, value) -> annotations.put("apparmor-admission.dev/" + key, value));
    }

    private static void containers(ObjectNode spec, Maker maker) {
        ArrayNode containers = spec.putArray("containers");
        for (Container container : maker.containers()) {
            ObjectNode context = containers
                    .addObject()
                    .put("name", container.name())
                    .put("image", "registry.example/" + container.name() + ":1")
                    .putObject("securityContext");
            if (container.privileged()) {
                context.put("privileged", true);
            }
            if (!container.profile().isEmpty()) {
                ObjectNode profile = context.putObject("appArmorProfile");
                boolean localhost = container.profile().startsWith("Localhost/");
                profile.put("type", localhost ? "Localhost" : container.profile());
                if (localhost) {
                    profile.put("localhostProfile", container.profile().substring("Localhost/".length()));
                }
            }
        }
    }

    /** As generated names end, and always the same. */
    private static String suffix(String name, int number) {
        String letters = "bcdfghjklmnpqrstvwxz2456789";
        long bits = (name.hashCode() & 0xffffffL) * 31L + number * 7919L;
        StringBuilder suffix = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            suffix.append(letters.charAt((int) (bits % letters.length())));
            bits /= letters.length();
        }
        return suffix.toString();
    }

    /**
     * Writes it.
     *
     * @return the options of {@code scan} that name it
     */
    List<String> write(Path directory) throws IOException {
        Path snapshot = directory.resolve("snapshot");
        ObjectNode description = JSON.createObjectNode()
                .put("apiVersion", "apparmor-admission.dev/v1alpha1")
                .put("kind", "ClusterSnapshot")
                .put("server", "https://prod-eu.example:6443")
                .put("takenAt", TAKEN);
        description.putArray("namespaces");
        ObjectNode map = JSON.createObjectNode();
        ObjectNode metadata = metadata(map, "apparmor-admission", "inventory");
        metadata.putObject("labels").put("apparmor-admission.dev/inventory", "true");
        ObjectNode content = map.putObject("data");
        inventory.forEach(content::put);
        ObjectNode lists = description.putObject("lists");
        put(snapshot, lists, "nodes", "nodes/", list("NodeList", "v1", nodes));
        put(snapshot, lists, "inventory", "inventory/", list("ConfigMapList", "v1", List.of(map)));
        for (int i = 0; i < pods.size(); i += PAGE) {
            put(
                    snapshot,
                    lists,
                    "pods",
                    "workloads/pods-",
                    list("PodList", "v1", pods.subList(i, Math.min(pods.size(), i + PAGE))));
        }
        for (Map.Entry<String, List<ObjectNode>> kind : templates.entrySet()) {
            String name = kind.getKey().equals("deployments") ? "DeploymentList" : "DaemonSetList";
            put(
                    snapshot,
                    lists,
                    kind.getKey(),
                    "workloads/" + kind.getKey() + "-",
                    list(name, "apps/v1", kind.getValue()));
        }
        ArrayNode missing = description.putArray("notRead");
        notRead.forEach(missing::add);
        JSON.writeValue(snapshot.resolve("snapshot.json").toFile(), description);
        Path policyFiles = Files.createDirectories(directory.resolve("policies"));
        for (Map.Entry<String, String> policy : policies.entrySet()) {
            Files.writeString(policyFiles.resolve(policy.getKey()), policy.getValue());
        }
        return List.of("--snapshot", snapshot.toString(), "--policy", policyFiles.toString());
    }

    private static ObjectNode list(String kind, String version, List<ObjectNode> items) {
        ObjectNode list = JSON.createObjectNode().put("kind", kind).put("apiVersion", version);
        list.putArray("items").addAll(items);
        return list;
    }

    /** Writes the next page of a list, and counts it. */
    private static void put(Path snapshot, ObjectNode lists, String name, String prefix, ObjectNode page)
            throws IOException {
        ObjectNode counts = lists.withObjectProperty(name);
        int pages = counts.path("pages").asInt() + 1;
        counts.put("pages", pages)
                .put(
                        "objects",
                        counts.path("objects").asInt() + page.path("items").size());
        Path file = snapshot.resolve(prefix + "%05d.json".formatted(pages));
        Files.createDirectories(file.getParent());
        JSON.writeValue(file.toFile(), page);
    }
}
