package dev.apparmoradmission.e2e.reports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.scene.Scene;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Assumptions;

/** The kinds of reports in an API server, from the projects that define or use them; gone again at the end. */
final class ReportKinds implements AutoCloseable {
    private static final String COLLECTION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private final ApiServer admin;
    private final List<String> made = new ArrayList<>();

    private ReportKinds(ApiServer admin) {
        this.admin = admin;
    }

    /** One way to write reports, and where its definitions are. */
    enum Format {
        OPENREPORTS(
                "/apis/openreports.io/v1alpha1/",
                "reports",
                "clusterreports",
                "openreports.io",
                "config/crd/openreports.io_"),
        POLICYREPORT(
                "/apis/wgpolicyk8s.io/v1alpha2/",
                "policyreports",
                "clusterpolicyreports",
                "github.com/kyverno/kyverno",
                "config/crds/policyreport/wgpolicyk8s.io_");

        private final String root;
        private final String plural;
        private final String clusterPlural;
        private final String module;
        private final String files;

        Format(String root, String plural, String clusterPlural, String module, String files) {
            this.root = root;
            this.plural = plural;
            this.clusterPlural = clusterPlural;
            this.module = module;
            this.files = files;
        }

        /** The word that {@code --report} takes. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Our report on a namespace. */
        String of(String namespace) {
            return root + "namespaces/" + namespace + "/" + plural + "/apparmor-admission";
        }

        /** Our report on the cluster. */
        String ofCluster() {
            return root + clusterPlural + "/apparmor-admission";
        }
    }

    static ReportKinds install(ApiServer admin, Path e2e, Format format) throws IOException, InterruptedException {
        Path source = source(e2e, format.module);
        ReportKinds kinds = new ReportKinds(admin);
        for (String plural : List.of(format.plural, format.clusterPlural)) {
            ObjectNode definition = Manifest.all(source.resolve(format.files + plural + ".yaml"))
                    .get(0);
            String path = COLLECTION + "/" + definition.at("/metadata/name").asText();
            Answer answer = admin.post(COLLECTION, definition.toString());
            if (!answer.ok()) {
                throw new IllegalStateException(path + ": " + answer.code() + " " + answer.message());
            }
            kinds.made.add(path);
            Scene.await(path + " is served", () -> isServed(admin, path));
        }
        return kinds;
    }

    private static boolean isServed(ApiServer admin, String path) {
        return StreamSupport.stream(admin.get(path).at("/status/conditions").spliterator(), false)
                .anyMatch(condition -> condition.path("type").asText().equals("Established")
                        && condition.path("status").asText().equals("True"));
    }

    /** Where the Go command keeps the source, in the version and with the checksum of {@code e2e/reports}. */
    private static Path source(Path e2e, String module) throws IOException, InterruptedException {
        var go = Settings.ofProcess().executable("go");
        Assumptions.assumeTrue(go.isPresent(), "go is not on the PATH: the kinds of reports cannot be fetched");
        Process process = new ProcessBuilder(go.orElseThrow().toString(), "mod", "download", "-json", module)
                .directory(e2e.resolve("reports").toFile())
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
        for (String path : made) {
            admin.delete(path);
            Scene.await(path + " is gone", () -> admin.get(path).code() == 404);
        }
    }
}
