package dev.apparmoradmission.openreports;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.observed.Observation;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.wire.WorkloadReader;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** However much is found, a report stays a small object, and what is left out is counted. */
class ReportBoundsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");
    /** An etcd takes 1.5 MiB. */
    private static final int ONE_MIB = 1 << 20;

    private static final Place SHOP = new Place("shop");

    @TempDir
    Path dir;

    private Snapshot snapshot;

    @BeforeEach
    void policies() throws IOException {
        Path policy = Files.writeString(dir.resolve("policy.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec: {defaultProfile: {type: None}, localhost: {allowed: [k8s-*]}}
                """);
        snapshot = new Snapshot(
                Observation.policies(List.of(policy), problem -> {}).orElseThrow(),
                ClusterNodes.UNKNOWN,
                Namespaces.UNKNOWN,
                false);
    }

    private ClusterFindings findings() {
        return new ClusterFindings(snapshot, NOW, List.of(), Optional.empty());
    }

    private void find(ClusterFindings findings, String namespace, String name, String profile) throws IOException {
        ObjectNode pod = JSON.createObjectNode();
        pod.put("kind", "Pod").put("apiVersion", "v1");
        pod.putObject("metadata").put("namespace", namespace).put("name", name);
        ObjectNode container =
                pod.putObject("spec").putArray("containers").addObject().put("name", "c".repeat(63));
        container.putObject("securityContext").set("appArmorProfile", JSON.readTree(profile));
        try (JsonParser parser = new JsonFactory().createParser(pod.toString())) {
            parser.nextToken();
            StoredWorkload workload = new StoredWorkload(WorkloadKind.POD, WorkloadReader.read(parser));
            Judgement judgement = workload.judge(snapshot, NOW).orElseThrow();
            findings.judged(workload, judgement);
        }
    }

    private static String named(String name) {
        return "{\"type\": \"Localhost\", \"localhostProfile\": \"" + name + "\"}";
    }

    private static ObjectNode written(ReportPlan plan) {
        assertThat(plan).isInstanceOf(ReportPlan.Write.class);
        return ((ReportPlan.Write) plan).object();
    }

    private static int bytes(JsonNode object) throws IOException {
        return JSON.writeValueAsBytes(object).length;
    }

    /** Signs of four bytes, and signs that are written as an escape: what makes most of a character. */
    @ParameterizedTest
    @EnumSource(ReportFormat.class)
    void a_report_of_the_longest_names_and_messages_stays_below_a_mebibyte(ReportFormat format) throws IOException {
        ClusterFindings findings = findings();
        String wide = new String(Character.toChars(0x10300));
        for (int i = 0; i < 3000; i++) {
            find(
                    findings,
                    "shop",
                    "p".repeat(240) + i,
                    i % 2 == 0 ? named(wide.repeat(1000)) : named("\\u0001".repeat(900)));
        }

        ObjectNode report = written(ReportPlan.of(format, SHOP, findings, Optional.empty()));

        System.out.println(format + ": " + report.path("results").size() + " results, " + bytes(report) + " bytes");
        assertThat(bytes(report)).isLessThan(ONE_MIB);
        int results = report.path("results").size();
        assertThat(results).isBetween(100, 1000);
        int all = findings.byNamespace().get("shop").count(Outcome.FAIL)
                + findings.byNamespace().get("shop").count(Outcome.WARN);
        assertThat(report.at("/metadata/annotations/apparmor-admission.dev~1results-left-out")
                        .asInt())
                .isEqualTo(all - results);
        assertThat(report.at("/summary/fail").asInt()
                        + report.at("/summary/warn").asInt())
                .isEqualTo(all)
                .isGreaterThanOrEqualTo(3000);
    }

    @Test
    void the_worst_are_kept_in_whatever_order_they_come() throws IOException {
        List<Integer> order =
                new java.util.ArrayList<>(IntStream.range(0, 2500).boxed().toList());
        Collections.shuffle(order, new Random(1));
        ClusterFindings one = findings();
        ClusterFindings other = findings();
        for (int i : order) {
            find(one, "shop", "p" + i, i % 5 == 0 ? "{\"type\": \"Unconfined\"}" : "null");
        }
        Collections.reverse(order);
        for (int i : order) {
            find(other, "shop", "p" + i, i % 5 == 0 ? "{\"type\": \"Unconfined\"}" : "null");
        }

        ObjectNode report = written(ReportPlan.of(ReportFormat.OPENREPORTS, SHOP, one, Optional.empty()));

        assertThat(report.path("results")).hasSize(1000);
        assertThat(report.path("results").findValuesAsText("result").subList(0, 500))
                .containsOnly("fail");
        assertThat(report.path("summary").toString())
                .isEqualTo("{\"pass\":0,\"fail\":500,\"error\":0,\"warn\":2500,\"skip\":0}");
        assertThat(report.at("/metadata/annotations/apparmor-admission.dev~1results-left-out")
                        .asText())
                .isEqualTo("2000");
        assertThat(ReportPlan.of(ReportFormat.OPENREPORTS, SHOP, other, Optional.of(report)))
                .isInstanceOf(ReportPlan.Nothing.class);
    }

    @Test
    void many_namespaces_share_a_bound_and_each_keeps_its_worst() throws IOException {
        ClusterFindings findings = findings();
        for (int namespace = 0; namespace < 30; namespace++) {
            for (int i = 0; i < 500; i++) {
                find(findings, "n" + namespace, "p" + i, "{\"type\": \"Unconfined\"}");
            }
        }

        int kept = findings.byNamespace().values().stream()
                .mapToInt(PlaceResults::size)
                .sum();
        assertThat(kept).isBetween(10_000, 10_000 + 30 * 10);
        assertThat(findings.byNamespace().values()).allSatisfy(place -> {
            assertThat(place.isEmpty()).isFalse();
            assertThat(place.count(Outcome.FAIL)).isEqualTo(500);
        });
        assertThat(findings.count(Outcome.FAIL)).isEqualTo(15_000);
    }

    @Test
    void a_result_keeps_its_first_sight_though_the_stored_text_is_broken() throws IOException {
        ClusterFindings findings = findings();
        find(findings, "shop", "p", "{\"type\": \"Unconfined\"}");
        ObjectNode report = written(ReportPlan.of(ReportFormat.OPENREPORTS, SHOP, findings, Optional.empty()));
        ObjectNode broken = (ObjectNode) JSON.readTree(report.toString()
                .replace("\"firstSeen\":\"2026-11-22T19:00:00Z\"", "\"firstSeen\":\"yesterday\"")
                .replace("\"apparmor-admission.dev/last-seen\":\"2026-11-22T19:00:00Z\"", "\"x\":\"y\""));

        ObjectNode mended = written(ReportPlan.of(ReportFormat.OPENREPORTS, SHOP, findings, Optional.of(broken)));

        assertThat(mended.at("/results/0/properties/firstSeen").asText()).isEqualTo("2026-11-22T19:00:00Z");
        assertThat(mended.at("/metadata/annotations/x").asText()).isEqualTo("y");
    }
}
