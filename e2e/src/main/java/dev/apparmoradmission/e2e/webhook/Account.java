package dev.apparmoradmission.e2e.webhook;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;

/**
 * The webhook's own account, with no right beyond what it needs: to read nodes, namespaces, and the ConfigMaps of its
 * own namespace. Run as administrator, a right missing in the documentation would go unnoticed.
 */
final class Account {
    static final String NAMESPACE = "apparmor-admission";
    private static final String NAME = "apparmor-admission";
    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1";

    private Account() {}

    /** A token of the account, valid for a day; the account and its rights are made if they are not there. */
    static String token(ApiServer api) {
        ensure(api.post("/api/v1/namespaces", object("{metadata: {name: %s}}".formatted(NAMESPACE))));
        String namespace = "/api/v1/namespaces/" + NAMESPACE;
        ensure(api.post(namespace + "/serviceaccounts", object("{metadata: {name: %s}}".formatted(NAME))));
        ensure(api.post(RBAC + "/clusterroles", object("""
                        metadata: {name: %s}
                        rules:
                          - {apiGroups: [""], resources: [nodes, namespaces], verbs: [get, list, watch]}
                        """.formatted(NAME))));
        ensure(api.post(RBAC + "/clusterrolebindings", object("""
                        metadata: {name: %1$s}
                        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %1$s}
                        subjects: [{kind: ServiceAccount, name: %1$s, namespace: %2$s}]
                        """.formatted(NAME, NAMESPACE))));
        ensure(api.post(RBAC + "/namespaces/" + NAMESPACE + "/roles", object("""
                        metadata: {name: %s}
                        rules:
                          - {apiGroups: [""], resources: [configmaps], verbs: [get, list, watch]}
                        """.formatted(NAME))));
        ensure(api.post(RBAC + "/namespaces/" + NAMESPACE + "/rolebindings", object("""
                        metadata: {name: %1$s}
                        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: %1$s}
                        subjects: [{kind: ServiceAccount, name: %1$s, namespace: %2$s}]
                        """.formatted(NAME, NAMESPACE))));
        Answer token = ensure(api.post(
                namespace + "/serviceaccounts/" + NAME + "/token", object("{spec: {expirationSeconds: 86400}}")));
        return token.at("/status/token").asText();
    }

    private static String object(String yaml) {
        return Manifest.parse(yaml).toString();
    }

    private static Answer ensure(Answer answer) {
        if (!answer.ok() && answer.code() != 409) {
            throw new IllegalStateException(
                    "the webhook's account cannot be made: " + answer.code() + " " + answer.body());
        }
        return answer;
    }
}
