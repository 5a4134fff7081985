package dev.apparmoradmission.e2e.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What the webhook may write, as {@code deploy} has it: its rights, and the policies that narrow them. */
public final class PlacementRights {
    private final ApiServer api;
    private final List<ObjectNode> objects;

    /** @param deploy the directory of the shipped manifests */
    public PlacementRights(ApiServer api, Path deploy) throws IOException {
        this.api = api;
        this.objects = new ArrayList<>(Manifest.all(deploy.resolve("placement").resolve("rbac-placement.yaml")));
        objects.addAll(Manifest.all(deploy.resolve("placement").resolve("placement-writers.yaml")));
    }

    /** Gives them. */
    public void grant() {
        for (ObjectNode object : objects) {
            Answer answer = api.post(collection(object), object.toString());
            if (!answer.ok() && answer.code() != 409) {
                throw new IllegalStateException("not granted: " + answer.code() + " " + answer.message());
            }
        }
    }

    /** Takes them, and what a leader left. */
    public void withdraw(ApiServer asking) {
        for (ObjectNode object : objects) {
            asking.delete(collection(object) + "/"
                    + object.path("metadata").path("name").asText());
        }
        asking.delete("/apis/coordination.k8s.io/v1/namespaces/" + WebhookProcess.NAMESPACE
                + "/leases/apparmor-admission-leader");
    }

    private static String collection(ObjectNode object) {
        return Manifest.collection(
                object, object.path("metadata").path("namespace").asText());
    }
}
