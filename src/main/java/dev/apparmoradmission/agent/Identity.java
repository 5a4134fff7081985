package dev.apparmoradmission.agent;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Base64;
import java.util.Optional;

/**
 * The node that a service-account token is bound to: the claim {@code kubernetes.io.node} of its payload, which the API server
 * puts into every pod's token from Kubernetes 1.30 on (KEP-4193, feature {@code ServiceAccountTokenPodNodeInfo}).
 *
 * <p>The signature is not checked: the agent only reads its own token, to spare itself the right to read Nodes. What it may
 * write for which node is the API server's to judge.
 *
 * @param node the node's name
 * @param uid the uid of its Node object
 */
record Identity(String node, String uid) {

    /** Of the claims. Empty where the token has none of this form, or is no JSON Web Token at all. */
    static Optional<Identity> ofToken(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try (JsonParser claims =
                new JsonFactory().createParser(Base64.getUrlDecoder().decode(parts[1]))) {
            return enter(claims, "kubernetes.io") && enter(claims, "node") ? read(claims) : Optional.empty();
        } catch (IOException | IllegalArgumentException notAToken) {
            // Their messages quote what they could not read, which is the token.
            return Optional.empty();
        }
    }

    /** Steps into the object under this name, over everything before it. */
    private static boolean enter(JsonParser parser, String wanted) throws IOException {
        if (parser.currentToken() == null) {
            parser.nextToken();
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return false;
        }
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            parser.nextToken();
            if (name.equals(wanted)) {
                return true;
            }
            parser.skipChildren();
        }
        return false;
    }

    private static Optional<Identity> read(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return Optional.empty();
        }
        String node = "";
        String uid = "";
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            if (parser.nextToken() != JsonToken.VALUE_STRING) {
                parser.skipChildren();
            } else if (name.equals("name")) {
                node = parser.getText();
            } else if (name.equals("uid")) {
                uid = parser.getText();
            }
        }
        return node.isEmpty() || uid.isEmpty() ? Optional.empty() : Optional.of(new Identity(node, uid));
    }
}
