package dev.apparmoradmission.e2e.reports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The rights that a shipped file gives, for as long as a test needs them. */
final class Granted implements AutoCloseable {
    private final ApiServer admin;
    private final List<ObjectNode> objects;

    private Granted(ApiServer admin, List<ObjectNode> objects) {
        this.admin = admin;
        this.objects = objects;
    }

    static Granted by(ApiServer admin, Path file) throws IOException {
        Granted granted = new Granted(admin, Manifest.all(file));
        for (ObjectNode object : granted.objects) {
            Answer answer = admin.post(collection(object), object.toString());
            if (!answer.ok() && answer.code() != 409) {
                throw new IllegalStateException("not granted: " + answer.code() + " " + answer.message());
            }
        }
        return granted;
    }

    private static String collection(ObjectNode object) {
        return Manifest.collection(object, object.at("/metadata/namespace").asText());
    }

    @Override
    public void close() {
        for (ObjectNode object : objects) {
            admin.delete(collection(object) + "/" + object.at("/metadata/name").asText());
        }
    }
}
