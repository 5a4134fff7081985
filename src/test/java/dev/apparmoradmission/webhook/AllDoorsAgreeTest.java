package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.check.CheckRun;
import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.cluster.ClusterReports;
import dev.apparmoradmission.cluster.ContentWatch;
import dev.apparmoradmission.cluster.NodeLoss;
import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.cluster.SnapshotStore;
import dev.apparmoradmission.cluster.StandaloneCluster;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.explain.ExplainCommand;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.observed.FakeCluster;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.report.TextReport;
import dev.apparmoradmission.scan.ScanCommand;
import dev.apparmoradmission.webhook.Told.Found;
import dev.apparmoradmission.wire.AdmissionRequest;
import dev.apparmoradmission.wire.AdmissionReviewReader;
import dev.apparmoradmission.wire.AdmissionReviewWriter;
import dev.apparmoradmission.wire.AppliedPatch;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.ToIntBiFunction;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * Ten thousand workloads, policies, inventories and instants through every door: webhook, {@code check}, {@code explain} and
 * {@code scan}, each from bytes to bytes, at the very instants at which exceptions end and inventories grow too old.
 *
 * <p>{@code scan} sees an object as it is stored, as the validating door does; {@code check} and {@code explain} see a
 * manifest, of which the webhook judges what its mutating door has left.
 */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class AllDoorsAgreeTest {

    private static final int WORLDS = 100;
    private static final int WORKLOADS = 100;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The client's property for the file that KUBECONFIG names. */
    private static final String KUBECONFIG = "kubeconfig";

    private static final ContentWatch.Pace NEVER =
            new ContentWatch.Pace(Duration.ofHours(1), Duration.ofHours(1), Duration.ofHours(1));

    @TempDir
    Path dir;

    private FakeCluster cluster;

    @BeforeEach
    void begin() throws IOException {
        cluster = new FakeCluster();
        System.setProperty(KUBECONFIG, cluster.kubeconfig(dir).toString());
    }

    @AfterEach
    void end() {
        System.clearProperty(KUBECONFIG);
        cluster.close();
    }

    /** What was met on the way, so that agreement about nothing does not pass for agreement. */
    private static final class Met {
        private int denied;
        private int turning;
        private final Map<String, Integer> signs = new HashMap<>(Map.of(
                "it expired on",
                0,
                "accepted by annotation",
                0,
                "accepted by grant",
                0,
                "days ahead",
                0,
                "inventory over 24 h old",
                0));

        void see(Told told) {
            denied += told.allowed() ? 0 : 1;
            for (Found finding : told.findings()) {
                signs.replaceAll((sign, times) -> finding.message().contains(sign) ? times + 1 : times);
            }
        }
    }

    @Test
    void webhook_check_explain_and_scan_agree_at_every_edge_of_time() throws Exception {
        Met met = new Met();
        for (int seed = 0; seed < WORLDS; seed++) {
            world(seed, EdgeWorld.of(new Random(seed), WORKLOADS), met);
        }
        int tuples = WORLDS * WORKLOADS;
        assertThat(met.denied).isBetween(tuples / 5, tuples * 4 / 5);
        assertThat(met.turning)
                .as("verdicts that turn within a second of the instant")
                .isGreaterThan(tuples / 40);
        assertThat(met.signs)
                .allSatisfy((sign, times) -> assertThat(times).as(sign).isGreaterThan(tuples / 100));
    }

    private void world(int seed, EdgeWorld world, Met met) throws Exception {
        Path policies = write("policies.json", EdgeWorld.documents(world.policies()));
        Path nodes = write("nodes.json", EdgeWorld.documents(world.nodes()));
        Path inventory = write("inventory.json", EdgeWorld.documents(world.inventories()));
        Path namespaces = write("namespaces.json", namespaces(world));
        Path manifests = write("manifests.json", EdgeWorld.documents(world.workloads()));
        Snapshot snapshot =
                snapshot(policies, new ClusterFiles(List.of(inventory), List.of(nodes), List.of(namespaces)));
        List<String> files = List.of(
                "--policy",
                policies.toString(),
                "--inventory",
                inventory.toString(),
                "--nodes",
                nodes.toString(),
                "--namespaces",
                namespaces.toString(),
                "--now",
                world.now().toString(),
                "--output",
                "json",
                manifests.toString());
        CheckRun checking = CheckRun.of(files.toArray(String[]::new));
        List<Told> checked = told(checking.out());
        List<Told> explained = told(run(ExplainCommand::run, files));
        Map<String, Told> scanned = scanned(world, policies);
        assertThat(explained).as("explain, seed %s", seed).isEqualTo(checked);
        assertThat(checked).hasSameSizeAs(world.workloads());
        assertThat(scanned).hasSameSizeAs(world.workloads());
        assertThat(checking.code()).isEqualTo(checked.stream().allMatch(Told::allowed) ? 0 : 1);

        for (int i = 0; i < checked.size(); i++) {
            ObjectNode object = world.workloads().get(i);
            String what = "seed " + seed + ", at " + world.now() + ", " + object;
            Told fromFile = checked.get(i);
            Told fromCluster = scanned.get(object.at("/metadata/name").asText());
            Told validated = validated(object, snapshot, world.now(), what);
            met.see(fromFile);
            if (!object.path("kind").asText().equals(WorkloadKind.POD.kindName())) {
                assertThat(fromCluster).as(what).isEqualTo(fromFile);
                template(fromFile, validated, snapshot, what);
                continue;
            }
            assertThat(fromCluster).as(what).isEqualTo(validated);
            ObjectNode mutated = mutated(object, snapshot, world.now());
            assertThat(validated(mutated, snapshot, world.now(), what)).as(what).isEqualTo(withoutRemoved(fromFile));
            met.turning += turns(mutated, snapshot, world.now(), what) ? 1 : 0;
        }
    }

    /** Of an empty annotation that the default removes, only the file can tell: nobody sees it in the pod any more. */
    private static Told withoutRemoved(Told fromFile) {
        return new Told(
                fromFile.allowed(),
                fromFile.findings().stream()
                        .filter(finding ->
                                !finding.message().equals("its beta annotation is empty and is removed by the default"))
                        .toList(),
                fromFile.containers(),
                fromFile.notes());
    }

    /** A template is let in or not as the policy's {@code templates} has it; what is found is what its pods would meet. */
    private static void template(Told fromFile, Told validated, Snapshot snapshot, String what) {
        assertThat(validated.containers()).as(what).isEqualTo(fromFile.containers());
        List<AppArmorPolicy> policies = snapshot.policies().policies();
        if (policies.size() == 1) {
            Action ceiling = policies.get(0).templates();
            assertThat(validated.findings())
                    .as(what)
                    .isEqualTo(fromFile.findings().stream()
                            .filter(any -> ceiling != Action.IGNORE)
                            .map(finding -> capped(finding, ceiling))
                            .toList());
        } else if (policies.stream().noneMatch(policy -> policy.templates() == Action.IGNORE)) {
            assertThat(subjects(validated)).as(what).isEqualTo(subjects(fromFile));
        }
    }

    private static Found capped(Found finding, Action ceiling) {
        Action action =
                Action.valueOf(finding.action().toUpperCase(Locale.ROOT)).cappedAt(ceiling);
        return new Found(
                finding.rule(),
                action.policyName(),
                finding.container(),
                finding.path(),
                finding.policy(),
                finding.message(),
                finding.fix());
    }

    private static Set<String> subjects(Told told) {
        return told.findings().stream()
                .map(finding -> finding.rule() + " " + finding.path())
                .collect(Collectors.toSet());
    }

    /** Whether another instant, at most a second away, gives another answer. */
    private static boolean turns(ObjectNode object, Snapshot snapshot, Instant now, String what) throws Exception {
        boolean before = validated(object, snapshot, now.minusSeconds(1), what).allowed();
        boolean after = validated(object, snapshot, now.plusSeconds(1), what).allowed();
        return before != after;
    }

    // ---- The webhook, from the bytes of a review to those of its answer

    private static ObjectNode mutated(ObjectNode object, Snapshot snapshot, Instant now) throws Exception {
        JsonNode response = response(ruling(Door.MUTATE, object, snapshot, now), snapshot);
        return response.has("patch")
                ? (ObjectNode) AppliedPatch.of(
                        object, JSON.readTree(response.path("patch").binaryValue()))
                : object;
    }

    private static Told validated(ObjectNode object, Snapshot snapshot, Instant now, String what) throws Exception {
        Ruling ruling = ruling(Door.VALIDATE, object, snapshot, now);
        Decision decision = ruling.decision().orElseThrow();
        JsonNode response = response(ruling, snapshot);
        assertThat(response.path("allowed").asBoolean()).as(what).isEqualTo(decision.allowed());
        List<String> causes = new ArrayList<>();
        response.at("/status/details/causes")
                .forEach(cause -> causes.add(cause.path("reason").asText() + " "
                        + cause.path("field").asText() + " "
                        + cause.path("message").asText()));
        assertThat(causes)
                .as(what)
                .isEqualTo(decision.findings(Action.ENFORCE).stream()
                        .map(finding -> finding.rule().id() + " " + finding.path() + " " + finding.message())
                        .toList());
        return Told.of(decision);
    }

    private static Ruling ruling(Door door, ObjectNode object, Snapshot snapshot, Instant now) throws Exception {
        WorkloadKind kind = WorkloadKind.of(
                        object.path("apiVersion").asText(), object.path("kind").asText())
                .orElseThrow();
        String review = Reviews.review(
                kind.group(),
                "any",
                "",
                object.at("/metadata/namespace").asText(),
                "CREATE",
                kind.kindName(),
                object.toString(),
                "null");
        AdmissionRequest request = new AdmissionReviewReader().read(review.getBytes(StandardCharsets.UTF_8));
        return Admission.judge(door, request, snapshot, now);
    }

    private static JsonNode response(Ruling ruling, Snapshot snapshot) throws IOException {
        return JSON.readTree(new AdmissionReviewWriter().write(Answers.of(ruling, snapshot.dryRun())))
                .path("response");
    }

    /** What the webhook decides by, standing alone. */
    private static Snapshot snapshot(Path policies, ClusterFiles files) throws Exception {
        SnapshotStore store = new SnapshotStore(false);
        PolicyReading reading = new PolicyDirectories(List.of(policies)).read();
        assertThat(reading).isInstanceOf(PolicyReading.Accepted.class);
        store.policies(((PolicyReading.Accepted) reading).set());
        StandaloneCluster.start(files, TransientTaints.WELL_KNOWN, store, new NoReports(), Clock.systemUTC(), NEVER)
                .close();
        return store.current().orElseThrow();
    }

    private static final class NoReports implements ClusterReports {
        @Override
        public void renewed(String source) {}

        @Override
        public void refused(String source, List<String> problems) {
            throw new AssertionError(problems.toString());
        }

        @Override
        public void remarked(String source, List<String> problems) {
            throw new AssertionError(problems.toString());
        }

        @Override
        public void lost(List<NodeLoss> losses) {}
    }

    // ---- The commands, from their arguments to their report

    private Map<String, Told> scanned(EdgeWorld world, Path policies) throws Exception {
        cluster.list("/api/v1/nodes", "Node", texts(world.nodes()))
                .list("/api/v1/namespaces", "Namespace", texts(world.namespaces()))
                .list("/api/v1/namespaces/apparmor-admission/configmaps", "ConfigMap", texts(world.inventories()));
        for (WorkloadKind kind : WorkloadKind.values()) {
            String root = kind.group().isEmpty() ? "/api/v1/" : "/apis/" + kind.group() + "/v1/";
            cluster.list(
                    root + kind.kindName().toLowerCase(Locale.ROOT) + "s",
                    kind.kindName(),
                    texts(world.workloads().stream()
                            .filter(object -> object.path("kind").asText().equals(kind.kindName()))
                            .toList()));
        }
        String report = run(
                ScanCommand::run,
                List.of("--policy", policies.toString(), "--now", world.now().toString(), "--output", "json", "--all"));
        Map<String, Told> told = new HashMap<>();
        for (JsonNode result : JSON.readTree(report).path("results")) {
            told.put(result.path("name").asText(), Told.of(result));
        }
        return told;
    }

    private static String run(ToIntBiFunction<List<String>, Surroundings> command, List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = command.applyAsInt(
                arguments,
                new Surroundings(
                        InputStream.nullInputStream(),
                        out,
                        err,
                        Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                        StandardCharsets.UTF_8,
                        TextReport.Style.PLAIN));
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(code).isBetween(0, 1);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static List<Told> told(String report) throws IOException {
        List<Told> told = new ArrayList<>();
        JSON.readTree(report).path("results").forEach(result -> told.add(Told.of(result)));
        return told;
    }

    private static String[] texts(List<ObjectNode> objects) {
        return objects.stream().map(ObjectNode::toString).toArray(String[]::new);
    }

    private static String namespaces(EdgeWorld world) {
        return "{\"apiVersion\": \"v1\", \"kind\": \"NamespaceList\", \"items\": ["
                + String.join(",", texts(world.namespaces())) + "]}";
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(dir.resolve(name), content);
    }
}
