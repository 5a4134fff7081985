package dev.apparmoradmission.e2e.install;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Child;
import dev.apparmoradmission.e2e.cluster.Directories;
import dev.apparmoradmission.e2e.cluster.GoModule;
import dev.apparmoradmission.e2e.cluster.GoModule.Program;
import dev.apparmoradmission.e2e.cluster.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** cert-manager's own controllers and its injector of CAs ({@code e2e/cert-manager}), as a process beside an API server. */
final class CertManager implements AutoCloseable {
    static final String GROUP = "/apis/cert-manager.io/v1/namespaces/" + Renderers.NAMESPACE + "/";

    private static final Path MODULE = Renderers.E2E.resolve("cert-manager");
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private final ApiServer api;
    private final List<String> definitions;
    private final Path directory;
    private final Child child;

    private CertManager(ApiServer api, List<String> definitions, Path directory, Child child) {
        this.api = api;
        this.definitions = List.copyOf(definitions);
        this.directory = directory;
        this.child = child;
    }

    /** Its kinds of object are there, and it runs. */
    static CertManager start(ApiServer api, String kubeconfig, Settings settings) throws Exception {
        Path program = new GoModule(settings, MODULE, "-s -w")
                .build(List.of(new Program("cert-manager", ".")), System.out)
                .get(0);
        List<String> definitions = define(api, settings);
        Path directory = Files.createTempDirectory("e2e-cert-manager");
        Path way = Files.writeString(directory.resolve("kubeconfig"), kubeconfig);
        Child child = Child.start(
                "cert-manager",
                List.of(program.toString(), "--kubeconfig", way.toString()),
                Map.of(),
                directory.resolve("log"),
                Duration.ofSeconds(5));
        return new CertManager(api, definitions, directory, child);
    }

    /** The definitions come with its source, which Go has. */
    private static List<String> define(ApiServer api, Settings settings) throws IOException {
        Process process = new ProcessBuilder(
                        settings.executable("go").orElseThrow().toString(),
                        "mod",
                        "download",
                        "-json",
                        "github.com/cert-manager/cert-manager")
                .directory(MODULE.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        JsonNode module = Manifest.json(new String(process.getInputStream().readAllBytes()));
        List<String> names = new ArrayList<>();
        try (Stream<Path> files =
                Files.list(Path.of(module.path("Dir").asText()).resolve("deploy/crds"))) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".yaml")).toList()) {
                ObjectNode definition = Manifest.parse(Files.readString(file));
                String name = definition.at("/metadata/name").asText();
                Answer answer = api.post(DEFINITIONS, definition.toString());
                if (!answer.ok() && answer.code() != 409) {
                    throw new IllegalStateException(name + ": " + answer.code() + " " + answer.message());
                }
                names.add(DEFINITIONS + "/" + name);
            }
        }
        for (String kind : List.of("issuers", "clusterissuers", "certificates", "certificaterequests")) {
            Awaited.of(kind + " to be served", () -> api.get("/apis/cert-manager.io/v1/" + kind), Answer::ok);
        }
        return names;
    }

    /** Has a Certificate renewed before its time, as {@code cmctl renew} does. */
    void renew(String name) throws IOException {
        String path = GROUP + "certificates/" + name;
        Awaited.of(
                name + " to be asked for anew",
                () -> {
                    ObjectNode certificate = (ObjectNode) api.get(path).body();
                    ObjectNode status = certificate.withObjectProperty("status");
                    ArrayNode conditions = JsonNodeFactory.instance.arrayNode();
                    status.path("conditions").forEach(condition -> {
                        if (!condition.path("type").asText().equals("Issuing")) {
                            conditions.add(condition);
                        }
                    });
                    conditions
                            .addObject()
                            .put("type", "Issuing")
                            .put("status", "True")
                            .put("reason", "ManuallyTriggered")
                            .put("message", "asked for")
                            .put(
                                    "lastTransitionTime",
                                    Instant.now()
                                            .truncatedTo(ChronoUnit.SECONDS)
                                            .toString())
                            .put(
                                    "observedGeneration",
                                    certificate.at("/metadata/generation").asInt());
                    status.set("conditions", conditions);
                    return api.put(path + "/status", certificate.toString());
                },
                // Somebody else may have written to it since.
                Answer::ok);
    }

    /** The last lines of what it has logged, for a failure's report. */
    String tail(int lines) {
        return child.tail(lines);
    }

    @Override
    public void close() throws IOException {
        definitions.forEach(api::delete);
        child.close();
        Directories.remove(directory);
    }
}
