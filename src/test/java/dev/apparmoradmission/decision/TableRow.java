package dev.apparmoradmission.decision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.Taint;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.wire.PolicyFile;
import dev.apparmoradmission.wire.PolicyReader;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.PolicySchemas;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One row of a numbered table, as its YAML resource writes it (see {@code tables/README.md}). */
final class TableRow {

    private static final Path STRICT = Path.of("policies", "restricted.yaml");
    /** {@code <é × 2048>}: text too long to be written out. */
    private static final Pattern REPEATED = Pattern.compile("<(.+) × (\\d+)>");

    private static final Set<String> KNOWN = Set.of(
            "row",
            "is",
            "pod",
            "object",
            "stored",
            "operation",
            "user",
            "policy",
            "world",
            "server",
            "api",
            "patch",
            "effective",
            "evaluated",
            "allowed",
            "findings",
            "says",
            "warns",
            "workload");

    private final JsonNode row;

    private TableRow(JsonNode row) {
        this.row = row;
        Set<String> unknown = new HashSet<>();
        row.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("row " + row.path("row") + " has unknown fields " + unknown);
        }
    }

    /** The rows of a table. */
    static List<TableRow> table(String letter) {
        List<TableRow> rows = new ArrayList<>();
        for (JsonNode row : Manifests.resource("/tables/" + letter + ".yaml").path("rows")) {
            rows.add(new TableRow(expanded(row)));
        }
        return rows;
    }

    private static JsonNode expanded(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode copy = object.objectNode();
            object.properties().forEach(e -> copy.set(e.getKey(), expanded(e.getValue())));
            return copy;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode copy = array.arrayNode();
            array.forEach(item -> copy.add(expanded(item)));
            return copy;
        }
        Matcher matcher = REPEATED.matcher(node.asText());
        return node.isTextual() && matcher.matches()
                ? TextNode.valueOf(matcher.group(1).repeat(Integer.parseInt(matcher.group(2))))
                : node;
    }

    /** The number, such as {@code A07}. */
    String number() {
        return row.path("row").textValue();
    }

    String displayName() {
        return number() + ": " + row.path("is").textValue();
    }

    String operation() {
        return row.path("operation").asText("create");
    }

    /** Whether the API server refuses the object with 422. */
    boolean refused() {
        return row.path("api").asText("").equals("422");
    }

    boolean older() {
        return row.path("server").asText("").equals("1.30");
    }

    boolean holdsWorkload() {
        return row.path("workload").asBoolean(true);
    }

    boolean evaluated() {
        return row.path("evaluated").asBoolean(true);
    }

    boolean has(String field) {
        return row.has(field);
    }

    boolean allowed() {
        return row.path("allowed").booleanValue();
    }

    JsonNode patch() {
        return row.has("patch") ? row.path("patch") : Manifests.yaml("[]");
    }

    JsonNode effective() {
        return row.path("effective");
    }

    List<String> texts(String field) {
        List<String> texts = new ArrayList<>();
        row.path(field).forEach(text -> texts.add(text.textValue()));
        return texts;
    }

    /** The object that is sent; a pod unless the row says otherwise. */
    ObjectNode object() {
        return row.has("object") ? completed(row.path("object")) : completed(row.path("pod"));
    }

    /** The object as it is stored. */
    ObjectNode stored() {
        return completed(row.path("stored"));
    }

    private static ObjectNode completed(JsonNode written) {
        ObjectNode object = written.deepCopy();
        if (!object.has("kind")) {
            object.put("apiVersion", "v1").put("kind", "Pod");
        }
        ObjectNode metadata = object.withObjectProperty("metadata");
        if (!metadata.has("name") && !metadata.has("generateName")) {
            metadata.put("name", "p");
        }
        metadata.put("namespace", "shop");
        return object;
    }

    Requester requester() {
        JsonNode user = row.path("user");
        Set<String> groups = new HashSet<>();
        user.path("groups").forEach(group -> groups.add(group.textValue()));
        return new Requester(user.path("name").asText("jane"), groups);
    }

    /** The fixed world under the strict policy, both with what the row changes. */
    Snapshot snapshot() {
        World world = World.fixed();
        JsonNode changes = row.path("world");
        changes.path("withoutInventory").forEach(node -> world.withoutInventory(node.textValue()));
        changes.path("observedAt")
                .properties()
                .forEach(e -> world.inventory(
                        e.getKey(),
                        ProfileList.parse(List.of("k8s-web (enforce)")).profiles(),
                        Instant.parse(e.getValue().textValue())));
        changes.path("transientTaint")
                .forEach(node -> world.node(
                        node.textValue(),
                        ContainerRuntime.CONTAINERD,
                        List.of(new Taint("node.kubernetes.io/disk-pressure", "", "NoSchedule")),
                        "k8s-web (enforce)"));
        return world.under(policy(row.path("policy")));
    }

    /** The shipped strict policy with some fields of its spec replaced. */
    static AppArmorPolicy policy(JsonNode changes) {
        try {
            ObjectNode file = (ObjectNode) Manifests.yaml(Files.readString(STRICT));
            merge(file.withObjectProperty("spec"), changes);
            PolicyReading reading = new PolicyReader(new PolicySchemas())
                    .read(
                            List.of(new PolicyFile(
                                    "restricted.json", file.toString().getBytes(StandardCharsets.UTF_8))),
                            "the table");
            if (reading instanceof PolicyReading.Accepted accepted) {
                return accepted.set().policies().get(0);
            }
            throw new IllegalArgumentException(reading.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void merge(ObjectNode target, JsonNode changes) {
        changes.properties().forEach(e -> {
            if (e.getValue().isObject() && target.path(e.getKey()).isObject()) {
                merge((ObjectNode) target.get(e.getKey()), e.getValue());
            } else {
                target.set(e.getKey(), e.getValue());
            }
        });
    }
}
