package dev.apparmoradmission.policylint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.apparmoradmission.command.CommandRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each lint on both sides, by the table {@code policylint/lints.yaml}. */
class LintsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode TABLE = table();
    private static final String VERSION = "apparmor-admission.dev/v1alpha1";

    @TempDir
    Path directory;

    private static JsonNode table() {
        try {
            return new YAMLMapper()
                    .readTree(
                            Path.of("src/test/resources/policylint/lints.yaml").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Stream<Arguments> fires() {
        return cases("fires");
    }

    static Stream<Arguments> silent() {
        return cases("silent");
    }

    private static Stream<Arguments> cases(String side) {
        return TABLE.properties().stream().flatMap(lint -> {
            List<Arguments> cases = new ArrayList<>();
            lint.getValue().path(side).forEach(one -> cases.add(Arguments.of(lint.getKey(), one)));
            return cases.stream();
        });
    }

    @Test
    void every_lint_has_cases_on_both_sides() {
        for (Lint lint : Lint.values()) {
            assertThat(TABLE.path(lint.id()).path("fires")).as(lint.id()).isNotEmpty();
            assertThat(TABLE.path(lint.id()).path("silent")).as(lint.id()).isNotEmpty();
        }
        assertThat(TABLE).hasSize(Lint.values().length);
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("fires")
    void a_lint_fires_on_what_it_is_for(String lint, JsonNode one) throws IOException {
        JsonNode found = findings(one).stream()
                .filter(finding -> finding.path("lint").asText().equals(lint))
                .filter(finding -> finding.path("message")
                        .asText()
                        .contains(one.path("says").asText()))
                .findFirst()
                .orElseThrow(() -> new AssertionError(lint + " is silent on " + one));
        String severity = Lint.find(lint).orElseThrow().severity().reportName();
        assertThat(found.path("severity").asText())
                .isEqualTo(one.path("severity").asText(severity));
        assertThat(found.path("field").asText())
                .isEqualTo(one.path("at").asText(found.path("field").asText()));
        assertThat(found.path("fix").asText())
                .isNotEmpty()
                .contains(one.path("fix").asText());
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("silent")
    void a_lint_leaves_alone_what_it_is_not_for(String lint, JsonNode one) throws IOException {
        assertThat(findings(one))
                .filteredOn(finding -> finding.path("lint").asText().equals(lint))
                .isEmpty();
    }

    private List<JsonNode> findings(JsonNode one) throws IOException {
        Path policies = Files.createDirectories(directory.resolve("policies"));
        ArrayNode specs = one.has("policies")
                ? (ArrayNode) one.path("policies")
                : JSON.createArrayNode()
                        .add(JSON.readTree("{\"exceptions\": {\"source\": \"Grant\", \"require\": []}}"));
        documents(policies, "AppArmorPolicy", "p", specs, one);
        documents(policies, "AppArmorException", "g", one.path("grants"), one);
        List<String> arguments = new ArrayList<>(
                List.of("--policy", policies.toString(), "--output", "json", "--now", "2026-11-22T19:00:00Z"));
        if (one.has("within")) {
            arguments.addAll(List.of("--within", one.path("within").asText()));
        }
        if (one.has("namespaces")) {
            arguments.addAll(List.of("--namespaces", namespaces(one.path("namespaces"))));
        }
        if (one.has("inventory")) {
            ObjectNode configMap =
                    JSON.createObjectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
            configMap.putObject("metadata").put("name", "i");
            configMap.set("data", one.path("inventory"));
            arguments.addAll(List.of("--inventory", write("inventory.json", configMap)));
        }
        if (one.has("workloads")) {
            arguments.add(workloads(one.path("workloads")));
        }
        CommandRun run = LintRun.of(arguments);
        assertThat(run.err()).isEmpty();
        List<JsonNode> findings = new ArrayList<>();
        JSON.readTree(run.out()).path("findings").forEach(findings::add);
        return findings;
    }

    private static void documents(Path directory, String kind, String prefix, JsonNode specs, JsonNode one)
            throws IOException {
        int number = 0;
        for (JsonNode spec : specs) {
            String name = prefix + number++;
            ObjectNode document =
                    JSON.createObjectNode().put("apiVersion", VERSION).put("kind", kind);
            ObjectNode metadata = document.putObject("metadata").put("name", name);
            if (one.has("accepts") && kind.equals("AppArmorException")) {
                metadata.putObject("annotations")
                        .put(Findings.ACCEPTS, one.path("accepts").asText());
            }
            document.set("spec", spec);
            Files.writeString(directory.resolve(name + ".json"), document.toString());
        }
    }

    private String namespaces(JsonNode labels) throws IOException {
        ObjectNode list = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "NamespaceList");
        ArrayNode items = list.putArray("items");
        for (Map.Entry<String, JsonNode> entry : labels.properties()) {
            ObjectNode metadata = items.addObject().putObject("metadata").put("name", entry.getKey());
            metadata.set("labels", entry.getValue());
        }
        return write("namespaces.json", list);
    }

    private String workloads(JsonNode pods) throws IOException {
        ObjectNode list = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "PodList");
        ArrayNode items = list.putArray("items");
        for (JsonNode pod : pods) {
            ObjectNode item = items.addObject();
            item.putObject("metadata").put("namespace", "shop").put("name", "web");
            ObjectNode spec = item.putObject("spec");
            if (pod.has("podLevel")) {
                spec.putObject("securityContext")
                        .putObject("appArmorProfile")
                        .put("type", pod.path("podLevel").asText());
            }
            spec.putArray("containers")
                    .addObject()
                    .put("name", pod.path("container").asText())
                    .put("image", "nginx")
                    .putObject("securityContext")
                    .putObject("appArmorProfile")
                    .put("type", pod.path("profile").asText());
        }
        return write("pods.json", list);
    }

    private String write(String name, JsonNode content) throws IOException {
        return Files.writeString(directory.resolve(name), content.toString()).toString();
    }
}
