package dev.apparmoradmission.e2e.cluster;

/** What the tests' API servers record: who wrote pods and templates, with the annotations that admission added. */
final class AuditPolicy {
    static final String YAML = """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
              - level: Metadata
                verbs: [create, update, patch, delete]
                resources:
                  - group: ""
                    resources: ["bindings", "pods", "pods/*", "podtemplates", "replicationcontrollers"]
                  - group: apps
                  - group: batch
              - level: None
            """;

    private AuditPolicy() {}
}
