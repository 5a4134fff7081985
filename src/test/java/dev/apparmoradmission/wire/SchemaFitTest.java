package dev.apparmoradmission.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The glance may miss that a document is good, but never passes one that the validator refuses. */
class SchemaFitTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> FILES =
            List.of("AppArmorPolicy.schema.json", "AppArmorException.schema.json", "AppArmorPolicyTest.schema.json");

    private final SchemaFit glance = new SchemaFit(SchemaFitTest::schema);
    private final PolicySchemas schemas = new PolicySchemas();

    static Stream<Path> shipped() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("policies"))) {
            return files
                    .filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.toString().endsWith(".test.yaml"))
                    .filter(file -> !file.endsWith("kustomization.yaml"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void what_we_ship_is_seen_to_be_good_at_a_glance(Path file) throws Exception {
        for (Located document : documents(Files.readAllBytes(file))) {
            assertThat(glance.surelyFits(file(kind(document)), document.value()))
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void whatever_is_changed_in_them_the_glance_passes_nothing_that_the_validator_refuses(Path file) throws Exception {
        int passed = 0;
        int refused = 0;
        for (Located document : documents(Files.readAllBytes(file))) {
            PolicySchemas.Kind kind = kind(document);
            for (JsonNode changed : changes(document.value())) {
                boolean fits = glance.surelyFits(file(kind), changed);
                boolean good = schemas.judged(kind, located(changed), "changed").isEmpty();
                assertThat(!fits || good).as(changed.toString()).isTrue();
                passed += fits ? 1 : 0;
                refused += good ? 0 : 1;
            }
        }
        assertThat(passed).isPositive();
        assertThat(refused).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{mode: Enforce, localhost: {maxAge: \"24h\\n\"}}",
                "{exceptions: {maxDays: 7.0}}",
                "{localhost: {modes: [enforce, enforce]}}",
                "{defaultProfile: {type: Localhost}}",
                "{defaultProfile: {type: RuntimeDefault, localhostProfile: x}}",
                "{match: {namespaceSelector: {matchExpressions: [{key: a, operator: In}]}}}",
                "{match: {namespaceSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}}",
                "{unknown: 1}",
                "[]"
            })
    void doubtful_and_wrong_specs_are_left_to_the_validator(String spec) throws Exception {
        Located document = documents(
                        ("apiVersion: apparmor-admission.dev/v1alpha1\nkind: AppArmorPolicy\nmetadata: {name: p}\nspec: "
                                        + spec + "\n")
                                .getBytes(StandardCharsets.UTF_8))
                .get(0);

        assertThat(glance.surelyFits("AppArmorPolicy.schema.json", document.value()))
                .isFalse();
    }

    @Test
    void a_keyword_that_it_does_not_know_makes_it_unsure() throws Exception {
        JsonNode schema = JSON.readTree("{\"not\": {\"type\": \"string\"}}");

        assertThat(new SchemaFit(file -> schema).surelyFits("any", JSON.readTree("1")))
                .isFalse();
    }

    /** The document with each of its values, one after the other, taken away, doubled, or put in another form. */
    private static List<JsonNode> changes(JsonNode document) throws IOException {
        List<String> pointers = new ArrayList<>();
        collect(document, "", pointers);
        List<JsonNode> values = new ArrayList<>();
        for (String value : List.of(
                "null",
                "true",
                "-1",
                "3",
                "1.5",
                "\"\"",
                "\"x\"",
                "\"Warn\"",
                "[]",
                "[\"a\",\"a\"]",
                "{}",
                "{\"x\":1}")) {
            values.add(JSON.readTree(value));
        }
        List<JsonNode> changes = new ArrayList<>(List.of(document));
        for (String pointer : pointers) {
            int last = pointer.lastIndexOf('/');
            String name = pointer.substring(last + 1).replace("~1", "/").replace("~0", "~");
            for (JsonNode value : values) {
                JsonNode changed = document.deepCopy();
                if (changed.at(pointer.substring(0, last)) instanceof ObjectNode object) {
                    object.set(name, value);
                } else if (changed.at(pointer.substring(0, last)) instanceof ArrayNode array) {
                    array.set(Integer.parseInt(name), value);
                }
                changes.add(changed);
            }
            JsonNode without = document.deepCopy();
            if (without.at(pointer.substring(0, last)) instanceof ObjectNode object) {
                object.set("more", object.remove(name));
            } else if (without.at(pointer.substring(0, last)) instanceof ArrayNode array) {
                array.add(array.get(0));
            }
            changes.add(without);
        }
        return changes;
    }

    private static void collect(JsonNode value, String pointer, List<String> pointers) {
        if (!pointer.isEmpty()) {
            pointers.add(pointer);
        }
        value.properties()
                .forEach(field -> collect(
                        field.getValue(),
                        pointer + "/" + field.getKey().replace("~", "~0").replace("/", "~1"),
                        pointers));
        for (int i = 0; i < value.size() && value.isArray(); i++) {
            collect(value.get(i), pointer + "/" + i, pointers);
        }
    }

    private static List<Located> documents(byte[] content) throws IOException {
        Documents documents = Documents.of(content, DocumentLimits.POLICIES);
        List<Located> all = new ArrayList<>();
        while (true) {
            var document = documents.next();
            if (document.isEmpty()) {
                return all;
            }
            all.add(document.get().tree());
        }
    }

    private static Located located(JsonNode value) throws IOException {
        return documents(JSON.writeValueAsBytes(value)).get(0);
    }

    private static PolicySchemas.Kind kind(Located document) {
        return document.value().path("kind").asText().equals("AppArmorException")
                ? PolicySchemas.Kind.EXCEPTION
                : PolicySchemas.Kind.POLICY;
    }

    private static String file(PolicySchemas.Kind kind) {
        return kind.kindName() + ".schema.json";
    }

    private static JsonNode schema(String file) {
        assertThat(FILES).contains(file);
        try {
            return JSON.readTree(Path.of("policies/schemas", file).toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
