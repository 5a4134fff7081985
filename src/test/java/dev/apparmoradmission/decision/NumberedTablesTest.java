package dev.apparmoradmission.decision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The numbered tables: what a pod is, what the mutating door writes, what the API server makes of it, and what the validating
 * door says then. {@code tables/README.md} tells the form of a row and where each number is proven.
 */
class NumberedTablesTest {

    @TestFactory
    Stream<DynamicTest> podsThatAreCreatedByFields() {
        return rows("A");
    }

    @TestFactory
    Stream<DynamicTest> podsThatAreCreatedByAnnotations() {
        return rows("B");
    }

    @TestFactory
    Stream<DynamicTest> changesEphemeralContainersAndBindings() {
        return rows("UEG");
    }

    @TestFactory
    Stream<DynamicTest> templates() {
        return rows("D");
    }

    @Test
    void theStrictPolicyOfOtherTestsIsTheOneThatIsShipped() {
        AppArmorPolicy shipped = TableRow.policy(Manifests.object());

        assertThat(shipped).isEqualTo(World.strict());
    }

    private static Stream<DynamicTest> rows(String table) {
        return TableRow.table(table).stream().map(row -> DynamicTest.dynamicTest(row.displayName(), () -> prove(row)));
    }

    private static void prove(TableRow row) {
        if (!row.holdsWorkload()) {
            assertThat(Manifests.read(row.object())).isEmpty();
            return;
        }
        Snapshot snapshot = row.snapshot();
        boolean pod = row.object().path("kind").textValue().equals("Pod");
        ObjectNode requested = pod ? ApiServerModel.withDefaults(row.object()) : row.object();
        Operation operation = operation(row);

        Decision mutating = Decider.decide(workload(requested), operation, snapshot, World.NOW);
        if (!row.operation().equals("review")) {
            assertThat((JsonNode) Manifests.json(mutating.patch())).as("patch").isEqualTo(row.patch());
        }
        ObjectNode patched = Manifests.patched(requested, mutating.patch());
        assertThat(Decider.decide(workload(patched), operation, snapshot, World.NOW)
                        .patch())
                .as("patch of what was patched")
                .isEmpty();

        assertThat(!faults(row, patched).isEmpty())
                .as("refused by the API server")
                .isEqualTo(row.refused());
        if (row.refused()) {
            if (row.has("findings")) {
                judge(row, Decider.decide(workload(requested), Operation.Review.SHARED, snapshot, World.NOW));
            }
            return;
        }
        ObjectNode stored = admitted(row, patched);
        Decision validating = Decider.decide(workload(stored), operation, snapshot, World.NOW);
        judge(row, validating);
        assertThat(effective(stored, operation)).as("effective").containsAllEntriesOf(expectedEffective(row));
        assertThat(validating.allowed()).as("allowed").isEqualTo(row.allowed());
        assertThat(validating.evaluated()).as("evaluated").isEqualTo(row.evaluated());
        for (String fragment : row.texts("says")) {
            assertThat(Message.denial(validating)).contains(fragment);
        }
        for (String fragment : row.texts("warns")) {
            assertThat(Message.warnings(validating))
                    .anySatisfy(w -> assertThat(w).contains(fragment));
        }
    }

    private static void judge(TableRow row, Decision decision) {
        assertThat(decision.findings().stream().map(NumberedTablesTest::summary))
                .as("findings")
                .containsExactlyInAnyOrderElementsOf(row.texts("findings"));
    }

    /** {@code ACTION RULE CONTAINER [@NODE,NODE] [accepted]}; {@code -} for the pod level. */
    private static String summary(Finding finding) {
        return finding.action().policyName() + " " + finding.rule().id() + " "
                + (finding.container().isEmpty() ? "-" : finding.container())
                + (finding.nodes().isEmpty() ? "" : " @" + String.join(",", finding.nodes()))
                + (finding.exception().isPresent() ? " accepted" : "");
    }

    private static Workload workload(JsonNode manifest) {
        return Manifests.read(manifest).orElseThrow();
    }

    private static Operation operation(TableRow row) {
        return switch (row.operation()) {
            case "create" -> new Operation.Create(row.requester());
            case "update" -> new Operation.Update(row.requester(), workload(row.stored()));
            case "ephemeral" -> new Operation.AddEphemeralContainers(row.requester(), workload(row.stored()));
            case "review" -> Operation.Review.SHARED;
            default -> throw new IllegalArgumentException(row.operation());
        };
    }

    private static List<String> faults(TableRow row, ObjectNode object) {
        if (!row.operation().equals("create")) {
            return List.of();
        }
        WorkloadKind kind = workload(object).kind();
        return kind == WorkloadKind.POD
                ? ApiServerModel.podFaults(ApiServerModel.synced(object))
                : ApiServerModel.templateFaults(
                        object.at("/" + kind.templatePath().replace('.', '/')));
    }

    /** Pods are synced when they are created; a request for ephemeral containers keeps nothing but them. */
    private static ObjectNode admitted(TableRow row, ObjectNode object) {
        if (row.operation().equals("create") && object.path("kind").textValue().equals("Pod")) {
            return row.older() ? ApiServerModel.syncedBothWays(object) : ApiServerModel.synced(object);
        }
        if (row.operation().equals("ephemeral")) {
            ObjectNode stored = row.stored();
            stored.withObjectProperty("spec")
                    .set("ephemeralContainers", object.path("spec").path("ephemeralContainers"));
            return stored;
        }
        return object;
    }

    private static Map<String, String> effective(ObjectNode stored, Operation operation) {
        Workload workload = workload(stored);
        Map<String, String> effective = new TreeMap<>();
        for (Container container : operation.judgedContainers(workload)) {
            effective.put(
                    container.name(), workload.effective(container).profile().declared());
        }
        return effective;
    }

    private static Map<String, String> expectedEffective(TableRow row) {
        Map<String, String> expected = new TreeMap<>();
        row.effective()
                .properties()
                .forEach(e -> expected.put(e.getKey(), e.getValue().textValue()));
        return expected;
    }
}
