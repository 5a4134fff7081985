package dev.apparmoradmission.e2e.install;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.scene.Scene;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;

/** The kinds of the Prometheus operator in an API server, from the source of the operator itself; gone again at the end. */
final class OperatorKinds implements AutoCloseable {
    private static final String MODULE = "github.com/prometheus-operator/prometheus-operator";
    private static final String COLLECTION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final List<String> PLURALS = List.of("servicemonitors", "prometheusrules");

    private final ApiServer admin;
    private final List<String> made = new ArrayList<>();

    private OperatorKinds(ApiServer admin) {
        this.admin = admin;
    }

    static OperatorKinds install(ApiServer admin) throws IOException, InterruptedException {
        Path definitions = source().resolve("example").resolve("prometheus-operator-crd");
        OperatorKinds kinds = new OperatorKinds(admin);
        for (String plural : PLURALS) {
            Path file = definitions.resolve("monitoring.coreos.com_" + plural + ".yaml");
            ObjectNode definition = Renderers.objects(Files.readString(file)).get(0);
            String path = COLLECTION + "/" + definition.at("/metadata/name").asText();
            Answer answer = admin.post(COLLECTION, definition.toString());
            if (answer.ok()) {
                kinds.made.add(path);
            } else if (answer.code() != 409) {
                throw new IllegalStateException(path + ": " + answer.code() + " " + answer.message());
            }
            Scene.await(path + " is served", () -> isServed(admin, path));
        }
        return kinds;
    }

    private static boolean isServed(ApiServer admin, String path) {
        return StreamSupport.stream(admin.get(path).at("/status/conditions").spliterator(), false)
                .anyMatch(condition -> condition.path("type").asText().equals("Established")
                        && condition.path("status").asText().equals("True"));
    }

    /** Where the Go command keeps the operator's source, in the version and with the checksum of {@code e2e/operator}. */
    private static Path source() throws IOException, InterruptedException {
        var go = Settings.ofProcess().executable("go");
        Assumptions.assumeTrue(go.isPresent(), "go is not on the PATH: the kinds of the operator cannot be fetched");
        Process process = new ProcessBuilder(go.orElseThrow().toString(), "mod", "download", "-json", MODULE)
                .directory(Renderers.E2E.resolve("operator").toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("go mod download: " + text);
        }
        return Path.of(Manifest.json(text).path("Dir").asText());
    }

    @Override
    public void close() {
        made.forEach(admin::delete);
    }
}
