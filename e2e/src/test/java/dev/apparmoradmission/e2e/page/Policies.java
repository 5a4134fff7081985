package dev.apparmoradmission.e2e.page;

/** Policies and grants as text. */
final class Policies {

    private static final String POLICY = """
        apiVersion: apparmor-admission.dev/v1alpha1
        kind: AppArmorPolicy
        metadata: {name: %s}
        spec:
          mode: %s
          match: {namespaces: [%s], excludeNamespaces: [%s]}
          defaultProfile: {type: RuntimeDefault}
          localhost: {allowed: ["k8s-*"], modes: [enforce, kill], maxAge: 24h}
          exceptions: {source: %s, require: [reason]}
        """;

    private static final String GRANT = """
        apiVersion: apparmor-admission.dev/v1alpha1
        kind: AppArmorException
        metadata: {name: %s}
        spec:
          namespaces: [%s]
          containers: ["*"]
          permits: [unconfined, privileged]
          claim: NotRequired
          reason: %s
          owner: %s
          ticket: %s
        """;

    private Policies() {}

    static String policy(String name, String mode, String namespaces, String others, String source) {
        return POLICY.formatted(name, mode, namespaces, others, source);
    }

    static String grant(String name, String namespace, String reason, String owner, String ticket, String expires) {
        return GRANT.formatted(name, namespace, reason, owner, ticket)
                + (expires.isEmpty() ? "" : "  expires: \"" + expires + "\"\n");
    }
}
