package dev.apparmoradmission.e2e.backstop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.Scene;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code policy export} wrote, stored as a user would, and removed at the end. */
final class Exported implements AutoCloseable {
    /** An API server compiles policies once a second; a few may still be on their way when the first is in force. */
    private static final long SETTLE_MILLIS = 3000;

    private final ApiServer api;
    private final List<String> paths = new ArrayList<>();
    private int policies;
    private int expressions;

    Exported(ApiServer api) {
        this.api = api;
    }

    /** Stores what a file says. An unknown field is an error. */
    void file(Path file) throws IOException {
        for (ObjectNode object : Manifest.all(file)) {
            String collection = Manifest.collection(object, "");
            Answer answer = api.post(collection + "?fieldValidation=Strict", object.toString());
            if (!answer.ok()) {
                throw new IllegalStateException(file + ": " + answer.code() + " " + answer.message());
            }
            paths.add(collection + "/" + object.at("/metadata/name").asText());
            policies += object.path("kind").asText().endsWith("Policy") ? 1 : 0;
            expressions += object.findValues("expression").size();
        }
    }

    int policies() {
        return policies;
    }

    int expressions() {
        return expressions;
    }

    /** Waits until the API server enforces what was stored. */
    void awaitInForce() throws InterruptedException {
        Thread.sleep(SETTLE_MILLIS);
    }

    /** What the type checker of the API server's controllers says; asked only where these run. */
    List<String> typeWarnings() {
        List<String> warnings = new ArrayList<>();
        for (String path : paths) {
            if (path.contains("/validatingadmissionpolicies/")) {
                Scene.await(
                        "types of " + path + " checked",
                        () -> checked(api.get(path).body()));
                api.get(path)
                        .at("/status/typeChecking/expressionWarnings")
                        .forEach(warning -> warnings.add(path + ": " + warning));
            }
        }
        return warnings;
    }

    private static boolean checked(JsonNode policy) {
        return policy.at("/status/observedGeneration").asInt() > 0;
    }

    @Override
    public void close() {
        for (int i = paths.size() - 1; i >= 0; i--) {
            api.delete(paths.get(i));
        }
        paths.forEach(path -> Scene.await(path + " gone", () -> api.get(path).code() == 404));
    }
}
