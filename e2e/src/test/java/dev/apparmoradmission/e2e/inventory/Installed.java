package dev.apparmoradmission.e2e.inventory;

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

/** Objects of {@code deploy/}, stored as they are in the files, and removed again in the opposite order. */
public final class Installed implements AutoCloseable {
    private final ApiServer api;
    private final List<String> paths = new ArrayList<>();

    public Installed(ApiServer api) {
        this.api = api;
    }

    /** Stores what a file says. An unknown field is an error, as a typing mistake there would be a hole. */
    public void file(Path file) throws IOException {
        for (ObjectNode object : Manifest.all(file)) {
            object(object);
        }
    }

    /** Stores an object; a namespace stays for the tests that follow. */
    public Answer object(ObjectNode object) {
        JsonNode metadata = object.path("metadata");
        String collection =
                Manifest.collection(object, metadata.path("namespace").asText());
        String path = collection + "/" + metadata.path("name").asText();
        Answer answer = api.post(collection + "?fieldValidation=Strict", object.toString());
        if (answer.code() == 409 && !"Namespace".equals(object.path("kind").asText())) {
            api.delete(path);
            Scene.await(path + " gone", () -> api.get(path).code() == 404);
            answer = api.post(collection + "?fieldValidation=Strict", object.toString());
        }
        if (!answer.ok() && answer.code() != 409) {
            throw new IllegalStateException(path + " cannot be stored: " + answer.code() + " " + answer.message());
        }
        if (!"Namespace".equals(object.path("kind").asText())) {
            paths.add(path);
        }
        return answer;
    }

    /** The complaints of the API server's type checker about the policies of a file, once it has looked at them. */
    List<String> warningsAbout(Path file) throws IOException {
        List<String> warnings = new ArrayList<>();
        for (ObjectNode object : Manifest.all(file)) {
            if ("ValidatingAdmissionPolicy".equals(object.path("kind").asText())) {
                String path = Manifest.collection(object, "") + "/"
                        + object.at("/metadata/name").asText();
                Scene.await(
                        "types of " + path + " checked",
                        () -> api.get(path).at("/status/observedGeneration").asInt() > 0);
                api.get(path)
                        .at("/status/typeChecking/expressionWarnings")
                        .forEach(warning -> warnings.add(warning.toString()));
            }
        }
        return warnings;
    }

    @Override
    public void close() {
        for (int i = paths.size() - 1; i >= 0; i--) {
            api.delete(paths.get(i));
        }
    }
}
