package dev.apparmoradmission.cases;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.check.CheckRun;
import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.UnreadableWorkload;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.report.JsonReport;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.report.Summary;
import dev.apparmoradmission.wire.Manifest;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every case folder, through the decision itself and through {@code check}: the doors agree, and with what is expected. */
class CasesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Stream<String> names() throws Exception {
        return CaseFolder.names();
    }

    @Test
    void every_rule_has_a_folder_with_a_case_in_which_it_finds_something() throws Exception {
        Set<String> folders = new TreeSet<>();
        Set<String> finding = new TreeSet<>();
        for (String name : names().toList()) {
            String rule = name.substring(0, name.indexOf('/'));
            folders.add(rule);
            for (JsonNode found : CaseFolder.named(name).expected().path("findings")) {
                if (found.path("rule").asText().equals(rule)) {
                    finding.add(rule);
                }
            }
        }
        Set<String> rules = new TreeSet<>(Stream.of(Rule.values()).map(Rule::id).toList());
        assertThat(folders).isEqualTo(rules);
        assertThat(finding).isEqualTo(rules);
    }

    @ParameterizedTest
    @MethodSource("names")
    void the_decision_is_as_expected(String name) throws Exception {
        CaseFolder folder = CaseFolder.named(name);
        Decision decision = decide(folder);
        JsonNode result = report(folder, decision);
        for (int i = 0; i < decision.findings().size(); i++) {
            ObjectNode finding = (ObjectNode) result.path("findings").get(i);
            finding.set("nodes", JSON.valueToTree(decision.findings().get(i).nodes()));
        }

        verify(folder.expected(), result, true);
    }

    @ParameterizedTest
    @MethodSource("names")
    void check_finds_the_same(String name) throws Exception {
        CaseFolder folder = CaseFolder.named(name);
        List<String> arguments = new ArrayList<>(List.of(
                folder.workload().toString(),
                "--policy",
                folder.policy().toString(),
                "--now",
                CaseFolder.NOW.toString(),
                "--output",
                "json"));
        folder.nodes().ifPresent(file -> arguments.addAll(List.of("--nodes", file.toString())));
        folder.inventory().ifPresent(file -> arguments.addAll(List.of("--inventory", file.toString())));

        CheckRun run = CheckRun.of(arguments.toArray(String[]::new));

        assertThat(run.err()).isEmpty();
        JsonNode result = JSON.readTree(run.out()).path("results").path(0);
        verify(folder.expected(), result, false);
        assertThat(run.code()).isEqualTo(result.path("allowed").asBoolean() ? 0 : 1);
        assertThat(result).isEqualTo(report(folder, decide(folder)));
    }

    private static Decision decide(CaseFolder folder) throws Exception {
        Snapshot snapshot = folder.snapshot();
        Manifest manifest = folder.manifest();
        try {
            return Decider.decide(
                    manifest.object().workload("default").orElseThrow(),
                    Operation.Review.SHARED,
                    snapshot,
                    CaseFolder.NOW);
        } catch (UnreadableWorkloadException e) {
            return new UnreadableWorkload(
                            manifest.object().workloadKind().orElseThrow(),
                            manifest.object().namespace(),
                            e.path(),
                            e.problem())
                    .decide(Operation.Review.SHARED, snapshot);
        }
    }

    private static JsonNode report(CaseFolder folder, Decision decision) throws Exception {
        Manifest manifest = folder.manifest();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        JsonReport report = new JsonReport(out);
        report.begin(new Report.Header(decision.policyHash(), CaseFolder.NOW));
        report.add(new Judgement(
                folder.workload().toString(),
                1,
                manifest.object().kind(),
                manifest.object().namespace(),
                manifest.object().name(),
                manifest.places(),
                decision,
                Set.of()));
        report.end(Summary.NONE);
        return JSON.readTree(out.toByteArray()).path("results").path(0);
    }

    private static void verify(JsonNode expected, JsonNode actual, boolean withNodes) {
        assertThat(actual.path("allowed")).as("allowed: %s", actual).isEqualTo(expected.path("allowed"));
        if (expected.has("containers")) {
            assertThat(actual.path("containers"))
                    .as("containers: %s", actual)
                    .hasSameSizeAs(expected.path("containers"));
            for (int i = 0; i < expected.path("containers").size(); i++) {
                JsonNode container = actual.path("containers").get(i);
                for (Map.Entry<String, JsonNode> field :
                        expected.path("containers").get(i).properties()) {
                    assertThat(container.path(field.getKey()))
                            .as("%s of %s", field.getKey(), container)
                            .isEqualTo(field.getValue());
                }
            }
        }
        List<JsonNode> left = new ArrayList<>();
        actual.path("findings").forEach(left::add);
        for (JsonNode finding : expected.path("findings")) {
            assertThat(left.removeIf(found -> matches(finding, found, withNodes)))
                    .as("%s among %s", finding, actual.path("findings"))
                    .isTrue();
        }
        assertThat(left).as("findings that nobody expected").isEmpty();
    }

    private static boolean matches(JsonNode expected, JsonNode actual, boolean withNodes) {
        for (Map.Entry<String, JsonNode> field : expected.properties()) {
            JsonNode value = actual.path(field.getKey());
            boolean agrees = switch (field.getKey()) {
                case "message", "fix" ->
                    field.getValue().asText().isEmpty()
                            ? value.asText().isEmpty()
                            : value.asText().contains(field.getValue().asText());
                case "nodes" -> !withNodes || value.equals(field.getValue());
                default -> value.equals(field.getValue());
            };
            if (!agrees) {
                return false;
            }
        }
        return true;
    }
}
