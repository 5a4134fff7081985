package dev.apparmoradmission.e2e.reports;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Kubeconfig;
import dev.apparmoradmission.e2e.reports.ReportKinds.Format;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Reports that {@code scan} and the webhook's leader keep, under the shipped rights and no others, in an API server that knows their
 * kinds as their projects define them.
 */
@ExtendWith(RealApiServer.class)
class ReportsTest {
    private static final String LOADED = "cri-containerd.apparmor.d (enforce)\nk8s-nginx (enforce)\n";
    private static final String UNLOADED = "cri-containerd.apparmor.d (enforce)\n";
    private static final String ACCOUNT =
            "/api/v1/namespaces/apparmor-admission/serviceaccounts/apparmor-admission-scan";
    private static final String ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/apparmor-admission-scan";
    private static final long BOUND_SECONDS = 180;

    private final Deque<AutoCloseable> toEnd = new ArrayDeque<>();

    private record Run(int code, String out, String err) {}

    /** The webhook records only, so that pods can be made which the scan then finds. */
    private static Scene set(Stage stage, UnaryOperator<Scene.Builder> more) throws IOException {
        Scene scene = stage.set(world -> more.apply(world.policy("audit-first.yaml"))
                .nodes(TestNode.N1, TestNode.N2)
                .inventory("inventory-n1", Map.of("n1", LOADED))
                .inventory("inventory-n2", Map.of("n2", LOADED)));
        assertThat(scene.create(pod("good").field(localhost("k8s-nginx")).on("n1"))
                        .code())
                .isEqualTo(201);
        assertThat(scene.create(pod("free").field(unconfined()).on("n2")).code())
                .isEqualTo(201);
        return scene;
    }

    /** There until the test ends. */
    private void until(AutoCloseable thing) {
        toEnd.push(thing);
    }

    @AfterEach
    void end() throws Exception {
        while (!toEnd.isEmpty()) {
            toEnd.pop().close();
        }
    }

    private static Granted scanRights(Stage stage, Scene scene) throws IOException {
        return Granted.by(scene.api(), deploy(stage).resolve("scan").resolve("rbac-scan.yaml"));
    }

    private static Path deploy(Stage stage) {
        return stage.directory().resolveSibling("deploy").resolve("components");
    }

    private static Run scan(Stage stage, Scene scene, Path directory, Format format, String... options)
            throws IOException, InterruptedException {
        Answer token = scene.api().post(ACCOUNT + "/token", "{\"spec\": {\"expirationSeconds\": 3600}}");
        Path kubeconfig = Files.writeString(
                directory.resolve("kubeconfig"),
                Kubeconfig.withToken(
                        scene.cluster().kubeconfig(), token.at("/status/token").asText()));
        Path project = stage.directory().resolveSibling("target");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                project.resolve("quarkus-app").resolve("quarkus-run.jar").toString(),
                "scan",
                "--policy=" + stage.directory().resolveSibling("policies").resolve("restricted.yaml"),
                "--report=" + format.word(),
                "--fail-on=never"));
        command.addAll(List.of(options));
        Path out = directory.resolve("out");
        Path err = directory.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS))
                    .as("it ended")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(err);
        System.out.println("scan --report " + format.word() + " " + String.join(" ", options) + ": "
                + process.exitValue() + " " + said.strip().replace('\n', ' '));
        return new Run(process.exitValue(), Files.readString(out), said);
    }

    private static List<String> rules(JsonNode report) {
        return StreamSupport.stream(report.path("results").spliterator(), false)
                .map(result -> result.at("/resources/0/name").asText() + " "
                        + result.path("rule").asText() + " "
                        + result.path("result").asText())
                .sorted()
                .toList();
    }

    private static String version(ApiServer api, String path) {
        return api.get(path).at("/metadata/resourceVersion").asText();
    }

    /** Had the server dropped or changed anything that was sent, the second scan would find a difference and write. */
    @ParameterizedTest
    @EnumSource(Format.class)
    void whatIsFoundIsStoredWholeAndASecondScanWritesNothing(Format format, Stage stage, @TempDir Path directory)
            throws Exception {
        Scene scene = set(stage, world -> world);
        ApiServer api = scene.api();
        until(ReportKinds.install(api, stage.directory(), format));
        until(scanRights(stage, scene));
        Run first = scan(stage, scene, directory, format);
        assertThat(first.code()).as(first.err()).isZero();
        JsonNode report = api.get(format.of(scene.namespace())).body();
        assertThat(rules(report)).contains("free unconfined fail", "free not-as-admitted warn");
        assertThat(rules(report)).noneMatch(rule -> rule.startsWith("good localhost"));
        assertThat(report.at("/summary/fail").asInt()).isPositive();
        assertThat(report.at("/results/0/properties/firstSeen").asText()).isNotEmpty();
        JsonNode whole = api.get(format.ofCluster()).body();
        assertThat(rules(whole)).contains(scene.namespace() + " namespace fail");
        String before = report.at("/metadata/resourceVersion").asText();

        Run second = scan(stage, scene, directory, format, "--namespace=" + scene.namespace());

        assertThat(second.err()).contains("Reports: 0 written, 1 unchanged, 0 removed.");
        assertThat(version(api, format.of(scene.namespace()))).isEqualTo(before);

        api.delete(scene.pod("free", "") + "?gracePeriodSeconds=0");
        Scene.await("the pod is gone", () -> scene.stored("free").code() == 404);
        api.delete(scene.pod("good", "") + "?gracePeriodSeconds=0");
        Scene.await("the other is gone", () -> scene.stored("good").code() == 404);
        Run third = scan(stage, scene, directory, format, "--namespace=" + scene.namespace());

        assertThat(third.err()).contains("Reports: 0 written, 0 unchanged, 1 removed.");
        assertThat(api.get(format.of(scene.namespace())).code()).isEqualTo(404);
    }

    @Test
    void aProfileThatWasUnloadedAndAnAnnotationThatCameWithABindingAreTold(Stage stage, @TempDir Path directory)
            throws Exception {
        Scene scene = set(stage, world -> world);
        ApiServer api = scene.api();
        until(ReportKinds.install(api, stage.directory(), Format.OPENREPORTS));
        until(scanRights(stage, scene));
        // A gate, so that no scheduler binds it first.
        assertThat(scene.create(pod("bound").level(runtimeDefault()).with("{schedulerName: nobody}"))
                        .code())
                .isEqualTo(201);
        Answer bound = api.post("/api/v1/namespaces/" + scene.namespace() + "/pods/bound/binding", """
                {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "bound", "annotations": {
                  "container.apparmor.security.beta.kubernetes.io/c": "unconfined"}},
                 "target": {"apiVersion": "v1", "kind": "Node", "name": "n1"}}
                """);
        assertThat(bound.ok()).as(bound.message()).isTrue();
        String container = scene.stored("bound").at("/spec/containers/0/name").asText();
        assertThat(container).isEqualTo("c");
        scene.inventory("inventory-n1", Map.of("n1", UNLOADED));

        scan(stage, scene, directory, Format.OPENREPORTS, "--namespace=" + scene.namespace());

        JsonNode report = api.get(Format.OPENREPORTS.of(scene.namespace())).body();
        assertThat(rules(report))
                .contains("good profile-unloaded warn", "good localhost-not-loaded fail", "bound by-binding warn");

        scene.inventory("inventory-n1", Map.of("n1", LOADED));
        scan(stage, scene, directory, Format.OPENREPORTS, "--namespace=" + scene.namespace());

        assertThat(rules(api.get(Format.OPENREPORTS.of(scene.namespace())).body()))
                .noneMatch(rule -> rule.startsWith("good profile") || rule.startsWith("good localhost"))
                .contains("bound by-binding warn");
    }

    @Test
    void withoutTheRightToAKindReportsArePartialAndKeepWhatTheyHad(Stage stage, @TempDir Path directory)
            throws Exception {
        Scene scene = set(stage, world -> world);
        ApiServer api = scene.api();
        until(ReportKinds.install(api, stage.directory(), Format.OPENREPORTS));
        until(scanRights(stage, scene));
        scan(stage, scene, directory, Format.OPENREPORTS);
        JsonNode before = api.get(Format.OPENREPORTS.of(scene.namespace())).body();
        assertThat(api.patch(ROLE, ApiServer.JSON_PATCH, "[{\"op\": \"remove\", \"path\": \"/rules/0/resources/0\"}]")
                        .ok())
                .isTrue();

        Run run = scan(stage, scene, directory, Format.OPENREPORTS);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("cluster: pods: you may not list them", "they are marked partial");
        JsonNode after = api.get(Format.OPENREPORTS.of(scene.namespace())).body();
        assertThat(after.path("results")).isEqualTo(before.path("results"));
        assertThat(after.at("/metadata/annotations/apparmor-admission.dev~1partial")
                        .asText())
                .isEqualTo("Pod");
        assertThat(rules(api.get(Format.OPENREPORTS.ofCluster()).body())).contains(" unread error");
    }

    @Test
    void whereTheKindsAreNotThereOneLineSaysWhatToInstall(Stage stage, @TempDir Path directory) throws Exception {
        Scene scene = set(stage, world -> world);
        until(scanRights(stage, scene));
        Run run = scan(stage, scene, directory, Format.OPENREPORTS, "--namespace=" + scene.namespace());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .contains("reports: this API server has no reports and clusterreports of openreports.io/v1alpha1");
        assertThat(run.out()).contains("DENIED Pod " + scene.namespace() + "/free");
    }

    @Test
    void theWebhooksLeaderKeepsThemByItselfUnderItsShippedRights(Stage stage, @TempDir Path directory)
            throws Exception {
        Scene scene = set(
                stage,
                world -> world.setting("APPARMOR_ADMISSION_REPORTS", "openreports")
                        .setting("APPARMOR_ADMISSION_REPORTS_INTERVAL", "10S"));
        ApiServer api = scene.api();
        Scene.await(
                "it says what it lacks",
                () -> scene.webhook().metrics().sum("apparmor_admission_reports_troubles") > 0);
        assertThat(scene.webhook().log()).contains("Cannot elect a leader for reports", "deploy/components/reports");

        until(ReportKinds.install(api, stage.directory(), Format.OPENREPORTS));
        until(Granted.by(api, deploy(stage).resolve("reports").resolve("rbac-reports.yaml")));
        String path = Format.OPENREPORTS.of(scene.namespace());
        Scene.await("it writes", () -> api.get(path).ok());
        // The policies that the webhook decides by only record.
        assertThat(rules(api.get(path).body())).contains("free unconfined warn");
        Scene.await(
                "no trouble is left", () -> scene.webhook().metrics().sum("apparmor_admission_reports_troubles") == 0);
        Scene.await(
                "the pass has ended",
                () -> scene.webhook().metrics().sum("apparmor_admission_reports_last_success_timestamp_seconds") > 0);
        api.delete(scene.pod("good", "") + "?gracePeriodSeconds=0");
        api.delete(scene.pod("free", "") + "?gracePeriodSeconds=0");

        Scene.await("it is gone", () -> api.get(path).code() == 404);
    }
}
