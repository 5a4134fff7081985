package dev.apparmoradmission.e2e.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/**
 * The webhook's two configuration objects, as {@code deploy/base/webhooks.yaml} has them; only the address is another, for here
 * the webhook runs beside the cluster.
 */
final class Registration {
    private final ApiServer api;
    private final List<ObjectNode> configurations;

    Registration(ApiServer api, Path deploy) throws IOException {
        this.api = api;
        this.configurations = Manifest.all(deploy.resolve("base").resolve("webhooks.yaml"));
    }

    /** Registers, or registers anew; without a CA, where it is the webhook's own task to put it there. */
    void register(String url, String ca) {
        for (ObjectNode shipped : configurations) {
            ObjectNode configuration = shipped.deepCopy();
            for (JsonNode webhook : configuration.withArray("webhooks")) {
                ObjectNode client = (ObjectNode) webhook.path("clientConfig");
                String path = client.path("service").path("path").asText();
                client.removeAll();
                client.put("url", url + path);
                if (!ca.isEmpty()) {
                    client.put("caBundle", Base64.getEncoder().encodeToString(ca.getBytes(StandardCharsets.UTF_8)));
                }
            }
            remove(configuration, api);
            Answer answer = api.post(Manifest.collection(configuration, ""), configuration.toString());
            if (!answer.ok()) {
                throw new IllegalStateException("not registered: " + answer.code() + " " + answer.message());
            }
        }
    }

    /** Removes both, without waiting long for a server that may be gone. */
    void remove() {
        configurations.forEach(configuration -> remove(configuration, api.hastily()));
    }

    private static void remove(ObjectNode configuration, ApiServer api) {
        api.delete(Manifest.collection(configuration, "") + "/"
                + configuration.path("metadata").path("name").asText());
    }
}
