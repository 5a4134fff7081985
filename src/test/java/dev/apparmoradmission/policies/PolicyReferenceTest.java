package dev.apparmoradmission.policies;

import static dev.apparmoradmission.policies.ShippedCases.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.manifest.WorkloadsOfFiles;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Control;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.policytest.CaseResult;
import dev.apparmoradmission.policytest.Difference;
import dev.apparmoradmission.policytest.PolicyCase;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.wire.PolicyFile;
import dev.apparmoradmission.wire.PolicyReader;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.PolicySchemas;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The reference says what the code does: {@code policies/README.md}, the schemas and the rules agree. */
class PolicyReferenceTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");
    private static final Path README = ShippedPoliciesTest.POLICIES.resolve("README.md");
    private static final Pattern BLOCK =
            Pattern.compile("(?m)(?:^<!-- judged by (\\S+): (allowed|denied) -->\n)?^```yaml\n((?s:.*?))^```$");

    @Test
    void every_example_of_the_reference_holds() throws Exception {
        int policies = 0;
        int manifests = 0;
        int tests = 0;
        for (MatchResult block :
                BLOCK.matcher(Files.readString(README)).results().toList()) {
            String text = block.group(3);
            if (text.contains("kind: AppArmorPolicyTest")) {
                for (PolicyCase test : ShippedCases.of(utf8(text), ShippedPoliciesTest.POLICIES, "README.md")) {
                    assertThat(CaseResult.of(test).differences())
                            .extracting(Difference::text)
                            .isEmpty();
                    tests++;
                }
            } else if (block.group(1) != null) {
                Decision decision = judge(text, ShippedPoliciesTest.POLICIES.resolve(block.group(1)));
                assertThat(decision.allowed()).as(text).isEqualTo(block.group(2).equals("allowed"));
                manifests++;
            } else {
                String policy = Files.readString(ShippedPoliciesTest.POLICIES.resolve("baseline.yaml"));
                PolicyReading reading = new PolicyReader(new PolicySchemas())
                        .read(
                                List.of(
                                        new PolicyFile("README.md", utf8(text)),
                                        new PolicyFile("baseline", utf8(policy))),
                                "README.md");
                assertThat(reading).as(text).isInstanceOf(PolicyReading.Accepted.class);
                policies++;
            }
        }
        assertThat(List.of(policies, manifests, tests)).isEqualTo(List.of(2, 1, 2));
    }

    private static Decision judge(String manifest, Path policy) throws IOException {
        List<Decision> decisions = new ArrayList<>();
        Snapshot snapshot =
                new Snapshot(ShippedPoliciesTest.read(policy), ClusterNodes.UNKNOWN, Namespaces.UNKNOWN, false);
        WorkloadsOfFiles.read(
                List.of("-"),
                List.of(),
                new ByteArrayInputStream(utf8(manifest)),
                workload -> workload.judge(snapshot, NOW).decision(),
                new WorkloadsOfFiles.Reader<>() {
                    @Override
                    public void workload(Decision decision) {
                        decisions.add(decision);
                    }

                    @Override
                    public void problem(String line) {
                        throw new AssertionError(line);
                    }

                    @Override
                    public void note(String line) {
                        throw new AssertionError(line);
                    }
                });
        assertThat(decisions).hasSize(1);
        return decisions.get(0);
    }

    @Test
    void the_table_of_rules_is_the_list_of_rules() throws IOException {
        Map<String, String> documented = new LinkedHashMap<>();
        Pattern row = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| .* \\| `(Enforce|Warn|Audit|Ignore)` \\|$");
        row.matcher(Files.readString(README)).results().forEach(r -> documented.put(r.group(1), r.group(2)));
        Map<String, String> actual = new LinkedHashMap<>();
        for (Rule rule : Rule.values()) {
            if (rule.configurable()) {
                actual.put(rule.id(), rule.builtIn().policyName());
            }
        }
        assertThat(documented).containsExactlyInAnyOrderEntriesOf(actual);
    }

    @Test
    void the_schema_knows_each_rule_with_its_built_in_action_and_each_named_value() throws IOException {
        JsonNode definitions = schema(PolicySchemas.Kind.POLICY).path("$defs");
        List<String> rules = new ArrayList<>();
        definitions.path("rules").path("properties").properties().forEach(entry -> {
            rules.add(entry.getKey());
            assertThat(entry.getValue().path("description").asText())
                    .endsWith("Built in: "
                            + Rule.find(entry.getKey()).orElseThrow().builtIn().policyName() + ".");
        });
        assertThat(rules)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(Rule.values())
                        .filter(Rule::configurable)
                        .map(Rule::id)
                        .toList());
        assertThat(texts(definitions.path("action").path("enum")))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Action.values()).map(Action::policyName).toList());
        assertThat(texts(definitions.path("controls").path("items").path("enum")))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Control.values()).map(Control::policyName).toList());
        assertThat(texts(definitions.at("/localhost/properties/modes/items/enum")))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ProfileMode.values())
                        .filter(mode -> mode != ProfileMode.UNKNOWN)
                        .map(ProfileMode::kernelName)
                        .toList());
        assertThat(texts(schema(PolicySchemas.Kind.TEST).at("/$defs/finding/properties/rule/enum")))
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Rule.values()).map(Rule::id).toList());
    }

    @Test
    void the_table_of_knobs_holds_every_key_of_a_policy() throws IOException {
        JsonNode schema = schema(PolicySchemas.Kind.POLICY);
        List<String> keys = new ArrayList<>();
        schema.at("/properties/spec/properties").properties().forEach(entry -> {
            String reference = entry.getValue().path("$ref").asText();
            if (entry.getKey().equals("rules")) {
                keys.add("rules.<id>");
            } else if (reference.isEmpty()) {
                keys.add(entry.getKey());
            } else {
                schema.at(reference.substring(1))
                        .path("properties")
                        .fieldNames()
                        .forEachRemaining(inner -> keys.add(entry.getKey() + "." + inner));
            }
        });
        List<String> documented = Pattern.compile("(?m)^\\| `([a-zA-Z.<>]+)` \\|.*\\|.*\\|.*\\|$")
                .matcher(Files.readString(README))
                .results()
                .map(row -> row.group(1))
                .filter(key -> !Action.find(key).isPresent())
                .toList();
        assertThat(documented).containsExactlyInAnyOrderElementsOf(keys);
    }

    @ParameterizedTest
    @EnumSource(PolicySchemas.Kind.class)
    void every_key_of_a_schema_is_described(PolicySchemas.Kind kind) throws IOException {
        undescribed(schema(kind), kind.kindName());
    }

    private static void undescribed(JsonNode node, String path) {
        node.path("properties").properties().forEach(entry -> {
            JsonNode property = entry.getValue();
            boolean condition = path.matches(".*/(if|then|else)(/.*)?");
            boolean itself = property.has("description") || property.has("$ref") || property.has("const") || condition;
            boolean byName = List.of(
                            "username", "groups", "name", "op", "value", "rule", "confinement", "cause", "kind", "spec")
                    .contains(entry.getKey());
            assertThat(itself || byName)
                    .as("description of " + path + "/" + entry.getKey())
                    .isTrue();
        });
        node.properties().forEach(entry -> undescribed(entry.getValue(), path + "/" + entry.getKey()));
    }

    private static JsonNode schema(PolicySchemas.Kind kind) throws IOException {
        return JSON.readTree(ShippedPoliciesTest.POLICIES
                .resolve("schemas/" + kind.kindName() + ".schema.json")
                .toFile());
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(item.asText()));
        return texts;
    }
}
