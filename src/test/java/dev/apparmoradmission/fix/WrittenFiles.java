package dev.apparmoradmission.fix;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.decision.Generated;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Random files of manifests: pods, what makes pods, lists of them and what is none, written in every style. */
final class WrittenFiles {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private WrittenFiles() {}

    static Arbitrary<StyledText.File> files(boolean anchors) {
        return Combinators.combine(Generated.pods().list().ofMinSize(1).ofMaxSize(3), Arbitraries.longs())
                .as((pods, seed) -> {
                    Random random = new Random(seed);
                    List<ObjectNode> documents = new ArrayList<>();
                    for (ObjectNode pod : pods) {
                        ObjectNode written = lived(pod.deepCopy(), random);
                        documents.add(object(anchors ? alike(written, random) : written, random));
                    }
                    if (random.nextInt(4) == 0) {
                        documents = new ArrayList<>(List.of(list(documents, random)));
                    }
                    if (random.nextInt(4) == 0) {
                        ObjectNode other =
                                NODES.objectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
                        other.putObject("data")
                                .put("text", "a: b\n# no comment\n")
                                .put("on", "yes");
                        documents.add(random.nextInt(documents.size() + 1), other);
                    }
                    return StyledText.of(random, documents, anchors);
                });
    }

    /** With what else there is in a manifest, and with what is there without saying anything. */
    private static ObjectNode lived(ObjectNode pod, Random random) {
        ObjectNode spec = (ObjectNode) pod.get("spec");
        for (String list : List.of("initContainers", "containers")) {
            for (JsonNode each : spec.path(list)) {
                ObjectNode container = (ObjectNode) each;
                sayNothing(container, random);
                if (random.nextInt(3) == 0) {
                    ArrayNode arguments = container.putArray("args");
                    arguments.add("one");
                    arguments.add(random.nextBoolean() ? "set -e\n\necho # no comment\n" : "a\n  b\n\n\n");
                }
                if (random.nextInt(5) == 0) {
                    container
                            .putObject("resources")
                            .putObject("limits")
                            .put("cpu", 1)
                            .put("memory", "64Mi");
                }
            }
        }
        sayNothing(spec, random);
        misname(pod, random);
        if (random.nextInt(3) == 0) {
            spec.putArray("volumes").addObject().put("name", "tmp").putObject("emptyDir");
        }
        return pod;
    }

    /** With names that are nearly right, and annotations that have them right. */
    private static void misname(ObjectNode pod, Random random) {
        if (random.nextInt(6) > 0) {
            return;
        }
        ObjectNode spec = (ObjectNode) pod.get("spec");
        JsonNode container = spec.get("containers").get(0);
        for (JsonNode holder : random.nextBoolean() ? List.of(spec) : List.of(spec, container)) {
            ((ObjectNode) holder)
                    .putObject("securityContext")
                    .putObject("appArmorProfile")
                    .put("type", "Localhost")
                    .put("localhostProfile", random.nextBoolean() ? "localhost/k8s-web" : "k8s-webb");
        }
        if (random.nextBoolean()) {
            ((ObjectNode) pod.get("metadata"))
                    .withObjectProperty("annotations")
                    .put("container.apparmor.security.beta.kubernetes.io/c0", "localhost/k8s-web");
        }
    }

    /** With containers that have much in common, and an annotation for one of them. */
    private static ObjectNode alike(ObjectNode pod, Random random) {
        if (random.nextBoolean()) {
            ((ObjectNode) pod.get("metadata"))
                    .withObjectProperty("annotations")
                    .put("container.apparmor.security.beta.kubernetes.io/c0", "localhost/k8s-web");
            for (JsonNode container : pod.get("spec").get("containers")) {
                ((ObjectNode) container).putObject("securityContext").put("runAsUser", 1000);
            }
        }
        return pod;
    }

    private static void sayNothing(ObjectNode holder, Random random) {
        if (!holder.has("securityContext")) {
            switch (random.nextInt(12)) {
                case 0 -> holder.putNull("securityContext");
                case 1 -> holder.putObject("securityContext");
                case 2 -> holder.putObject("securityContext").putNull("appArmorProfile");
                case 3 -> holder.putObject("securityContext").put("runAsUser", 1000);
                default -> {
                    // Most say nothing at all.
                }
            }
        }
    }

    private static ObjectNode object(ObjectNode pod, Random random) {
        int kind = random.nextInt(10);
        if (kind < 3) {
            return pod;
        }
        ObjectNode template = NODES.objectNode();
        ObjectNode metadata = ((ObjectNode) pod.get("metadata")).deepCopy();
        metadata.remove(List.of("name", "namespace"));
        if (random.nextBoolean()) {
            metadata.putObject("labels").put("app", "web");
        }
        if (!metadata.isEmpty() || random.nextBoolean()) {
            template.set("metadata", metadata);
        }
        template.set("spec", pod.get("spec"));
        String[] kinds = {
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "ReplicaSet",
            "ReplicationController",
            "Job",
            "CronJob",
            "PodTemplate"
        };
        String name = kinds[random.nextInt(kinds.length)];
        String group =
                name.endsWith("Job") ? "batch/v1" : name.startsWith("Rep") || name.startsWith("Pod") ? "v1" : "apps/v1";
        ObjectNode object = NODES.objectNode().put("apiVersion", name.equals("ReplicaSet") ? "apps/v1" : group);
        object.put("kind", name);
        object.putObject("metadata").put("name", "w").put("namespace", "shop");
        switch (name) {
            case "PodTemplate" -> object.set("template", template);
            case "CronJob" ->
                object.putObject("spec")
                        .putObject("jobTemplate")
                        .putObject("spec")
                        .set("template", template);
            default -> object.putObject("spec").set("template", template);
        }
        if (random.nextInt(4) == 0 && object.has("spec")) {
            ((ObjectNode) object.get("spec")).put("replicas", 2);
        }
        return object;
    }

    private static ObjectNode list(List<ObjectNode> objects, Random random) {
        ObjectNode list = NODES.objectNode().put("apiVersion", "v1").put("kind", "List");
        ArrayNode items = list.putArray("items");
        objects.forEach(items::add);
        if (random.nextInt(3) == 0) {
            ObjectNode outer = NODES.objectNode().put("apiVersion", "v1");
            outer.putArray("items").add(list);
            return outer.put("kind", "List");
        }
        return list;
    }
}
