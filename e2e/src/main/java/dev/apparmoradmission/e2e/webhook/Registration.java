package dev.apparmoradmission.e2e.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The webhook's two configuration objects: narrow rules, failing closed, and neither kube-system nor the webhook's own
 * namespace, so that a cluster can come up again without it.
 */
final class Registration {
    /** Under these names the API server records audit annotations. */
    static final String MUTATE = "mutate.apparmor-admission.dev";

    static final String VALIDATE = "validate.apparmor-admission.dev";
    static final String TEMPLATES = "templates.apparmor-admission.dev";
    static final String BINDINGS = "bindings.apparmor-admission.dev";

    private static final String NAME = "apparmor-admission";
    private static final String COLLECTION = "/apis/admissionregistration.k8s.io/v1/";
    private static final String MUTATING = COLLECTION + "mutatingwebhookconfigurations";
    private static final String VALIDATING = COLLECTION + "validatingwebhookconfigurations";

    private static final String MUTATING_YAML = """
            apiVersion: admissionregistration.k8s.io/v1
            kind: MutatingWebhookConfiguration
            metadata: {name: apparmor-admission}
            webhooks:
              - name: mutate.apparmor-admission.dev
                rules:
                  - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods], scope: Namespaced}
                  - {apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [pods/ephemeralcontainers], scope: Namespaced}
                clientConfig: {url: "%s/mutate"}
                # A webhook after this one may add containers.
                reinvocationPolicy: IfNeeded
            """;

    private static final String VALIDATING_YAML = """
            apiVersion: admissionregistration.k8s.io/v1
            kind: ValidatingWebhookConfiguration
            metadata: {name: apparmor-admission}
            webhooks:
              - name: validate.apparmor-admission.dev
                rules:
                  - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods], scope: Namespaced}
                  - {apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [pods/ephemeralcontainers], scope: Namespaced}
                clientConfig: {url: "%1$s/validate"}
              - name: templates.apparmor-admission.dev
                rules:
                  - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [podtemplates, replicationcontrollers], scope: Namespaced}
                  - {apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments, replicasets, statefulsets, daemonsets], scope: Namespaced}
                  - {apiGroups: [batch], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [jobs, cronjobs], scope: Namespaced}
                clientConfig: {url: "%1$s/validate"}
              - name: bindings.apparmor-admission.dev
                rules:
                  - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [bindings, pods/binding], scope: Namespaced}
                # Annotations of a Binding are merged into the pod unvalidated. Only those that carry ours get here, so
                # that the scheduler never waits for the webhook.
                matchConditions:
                  - name: carries-apparmor-annotations
                    expression: >-
                      has(object.metadata.annotations) && object.metadata.annotations.exists(key,
                      key.startsWith("container.apparmor.security.beta.kubernetes.io/"))
                clientConfig: {url: "%1$s/validate"}
            """;

    private Registration() {}

    /** Registers, or registers anew. */
    static void register(ApiServer api, String url, String ca) {
        put(api, MUTATING, completed(MUTATING_YAML.formatted(url), ca));
        put(api, VALIDATING, completed(VALIDATING_YAML.formatted(url), ca));
    }

    static void remove(ApiServer api) {
        api.delete(MUTATING + "/" + NAME);
        api.delete(VALIDATING + "/" + NAME);
    }

    private static ObjectNode completed(String yaml, String ca) {
        ObjectNode configuration = Manifest.parse(yaml);
        JsonNode common = Manifest.parse("""
                admissionReviewVersions: [v1]
                sideEffects: None
                failurePolicy: Fail
                timeoutSeconds: 10
                namespaceSelector:
                  matchExpressions:
                    - {key: kubernetes.io/metadata.name, operator: NotIn, values: [kube-system, %s]}
                """.formatted(Account.NAMESPACE));
        for (JsonNode webhook : configuration.withArray("webhooks")) {
            ((ObjectNode) webhook).setAll((ObjectNode) common);
            ((ObjectNode) webhook.path("clientConfig"))
                    .put("caBundle", Base64.getEncoder().encodeToString(ca.getBytes(StandardCharsets.UTF_8)));
        }
        return configuration;
    }

    private static void put(ApiServer api, String collection, ObjectNode object) {
        api.delete(collection + "/" + NAME);
        Answer answer = api.post(collection, object.toString());
        if (!answer.ok()) {
            throw new IllegalStateException("not registered: " + answer.code() + " " + answer.message());
        }
    }
}
