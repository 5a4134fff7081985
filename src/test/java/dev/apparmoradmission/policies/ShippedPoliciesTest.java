package dev.apparmoradmission.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.wire.PolicyReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The policies that we ship do what their tests beside them say. */
class ShippedPoliciesTest {

    static final Path POLICIES = Path.of("policies");

    @TestFactory
    Stream<DynamicNode> every_case_beside_a_policy_comes_out_as_written() throws Exception {
        List<DynamicNode> containers = new ArrayList<>();
        for (Path file : files(".test.yaml")) {
            PolicyTestFile test = PolicyTestFile.read(file);
            containers.add(dynamicContainer(
                    POLICIES.relativize(file).toString(),
                    test.cases().stream().map(c -> dynamicTest(c.path("name").asText(), () -> run(test, c)))));
        }
        return containers.stream();
    }

    @Test
    void every_policy_and_grant_has_cases_beside_it() throws IOException {
        for (Path file : files(".yaml")) {
            String name = file.getFileName().toString();
            if (!name.endsWith(".test.yaml")) {
                assertThat(file.resolveSibling(name.replace(".yaml", ".test.yaml")))
                        .exists();
            }
        }
    }

    @Test
    void no_two_cases_of_a_file_share_a_name() throws Exception {
        for (Path file : files(".test.yaml")) {
            assertThat(PolicyTestFile.read(file).cases())
                    .extracting(c -> c.path("name").asText())
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void the_directory_loads_as_one_set() {
        PolicySet set = all();
        assertThat(set.policies())
                .extracting(AppArmorPolicy::name)
                .containsExactly("audit-first", "baseline", "kube-system-careful", "restricted");
        assertThat(set.grants()).containsOnlyKeys("node-exporter");
    }

    @Test
    void the_directory_as_a_whole_allows_what_restricted_and_careful_allow() throws Exception {
        PolicySet whole = all();
        PolicySet two = read(POLICIES.resolve("restricted.yaml"), POLICIES.resolve("kube-system-careful.yaml"));
        int compared = 0;
        for (Path file : files(".test.yaml")) {
            PolicyTestFile test = PolicyTestFile.read(file);
            for (JsonNode c : test.cases()) {
                PolicyTestFile.Outcome expected = test.run(c, two);
                PolicyTestFile.Outcome actual = test.run(c, whole);
                assertThat(actual.decision().allowed())
                        .as(c.path("name").asText())
                        .isEqualTo(expected.decision().allowed());
                assertThat(actual.patch()).as(c.path("name").asText()).isEqualTo(expected.patch());
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(60);
    }

    @Test
    void the_first_line_of_each_file_leads_an_editor_to_its_schema() throws IOException {
        for (Path file : files(".yaml")) {
            String first = Files.readAllLines(file).get(0);
            assertThat(first).startsWith("# yaml-language-server: $schema=");
            Path schema = file.resolveSibling(first.substring(first.indexOf('=') + 1));
            String kind = schema.getFileName().toString().replace(".schema.json", "");
            assertThat(schema).exists();
            assertThat(Files.readString(file)).contains("\nkind: " + kind + "\n");
        }
    }

    private static void run(PolicyTestFile file, JsonNode test) throws Exception {
        JsonNode expect = test.path("expect");
        PolicyTestFile.Outcome outcome = file.run(test);
        Decision decision = outcome.decision();
        assertThat(said(decision)).as("findings").containsExactlyInAnyOrderElementsOf(said(expect.path("findings")));
        assertThat(decision.allowed())
                .as("allowed")
                .isEqualTo(expect.path("allowed").asBoolean());
        JsonNode patch = expect.path("patch");
        if (patch.isArray()) {
            assertThat(outcome.patch()).isEqualTo(patch);
        } else if (patch.isTextual()) {
            assertThat(outcome.patch().isEmpty())
                    .as("patch " + outcome.patch())
                    .isEqualTo(patch.asText().equals("none"));
        }
        expect.path("findings").forEach(expected -> details(expected, decision));
        expect.path("containers").forEach(expected -> container(expected, decision));
        if (!test.has("user") && !test.has("operation")) {
            assertThat(said(file.review(test)))
                    .as("check says the same as the webhook")
                    .isEqualTo(said(decision));
        }
    }

    private static void details(JsonNode expected, Decision decision) {
        Finding finding = decision.findings().stream()
                .filter(f -> f.rule().id().equals(expected.path("rule").asText()))
                .filter(f -> f.container().equals(expected.path("container").asText()))
                .findFirst()
                .orElseThrow();
        if (expected.has("policy")) {
            assertThat(finding.policy()).isEqualTo(expected.path("policy").asText());
        }
        if (expected.has("nodes")) {
            List<String> nodes = new ArrayList<>();
            expected.path("nodes").forEach(node -> nodes.add(node.asText()));
            assertThat(finding.nodes()).containsExactlyInAnyOrderElementsOf(nodes);
        }
        if (expected.has("messageContains")) {
            assertThat(finding.message())
                    .contains(expected.path("messageContains").asText());
        }
    }

    private static void container(JsonNode expected, Decision decision) {
        ContainerVerdict verdict = decision.containers().stream()
                .filter(c -> c.name().equals(expected.path("name").asText()))
                .findFirst()
                .orElseThrow();
        if (expected.has("declared")) {
            assertThat(verdict.profile().declared())
                    .isEqualTo(expected.path("declared").asText());
        }
        if (expected.has("confinement")) {
            assertThat(verdict.confinement().level().reportName())
                    .isEqualTo(expected.path("confinement").asText());
        }
        if (expected.has("cause")) {
            assertThat(verdict.confinement().cause().orElseThrow().reportName())
                    .isEqualTo(expected.path("cause").asText());
        }
    }

    private static List<String> said(Decision decision) {
        return decision.findings().stream()
                .map(f -> f.action().policyName() + " " + f.rule().id() + " " + f.container())
                .toList();
    }

    private static List<String> said(JsonNode findings) {
        List<String> said = new ArrayList<>();
        findings.forEach(f -> said.add(f.path("action").asText() + " "
                + f.path("rule").asText() + " " + f.path("container").asText()));
        return said;
    }

    private static PolicySet all() {
        return read(POLICIES);
    }

    static PolicySet read(Path... paths) {
        PolicyReading reading = new PolicyDirectories(List.of(paths)).read();
        assertThat(reading).isInstanceOf(PolicyReading.Accepted.class);
        return ((PolicyReading.Accepted) reading).set();
    }

    private static List<Path> files(String suffix) throws IOException {
        Set<Path> found = new HashSet<>();
        try (Stream<Path> walk = Files.walk(POLICIES)) {
            walk.filter(path -> path.toString().endsWith(suffix) && !path.endsWith("kustomization.yaml"))
                    .forEach(found::add);
        }
        assertThat(found).isNotEmpty();
        return found.stream().sorted().toList();
    }
}
