package dev.apparmoradmission.e2e.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The webhook's own account, with the rights that {@code deploy/base/rbac.yaml} gives it. Run as administrator, a right that is
 * missing there would go unnoticed.
 */
final class Account {
    static final String NAMESPACE = "apparmor-admission";
    private static final String NAME = "apparmor-admission";

    private Account() {}

    /** A token of the account, valid for a day; the account and its rights are made if they are not there. */
    static String token(ApiServer api, Path deploy) throws IOException {
        for (ObjectNode object : Manifest.all(deploy.resolve("base").resolve("rbac.yaml"))) {
            ensure(api.post(Manifest.collection(object, NAMESPACE), object.toString()));
        }
        Answer token = ensure(api.post(
                "/api/v1/namespaces/" + NAMESPACE + "/serviceaccounts/" + NAME + "/token",
                Manifest.parse("{spec: {expirationSeconds: 86400}}").toString()));
        return token.at("/status/token").asText();
    }

    private static Answer ensure(Answer answer) {
        if (!answer.ok() && answer.code() != 409) {
            throw new IllegalStateException(
                    "the webhook's account cannot be made: " + answer.code() + " " + answer.body());
        }
        return answer;
    }
}
