package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.wire.AdmissionRequest;
import dev.apparmoradmission.wire.AdmissionReviewReader;
import dev.apparmoradmission.wire.AdmissionReviewWriter;
import dev.apparmoradmission.wire.PolicyFile;
import dev.apparmoradmission.wire.PolicyReader;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.PolicySchemas;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests are judged, and what is answered. */
class AdmissionTest {

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BETA = "container.apparmor.security.beta.kubernetes.io/";
    private static final String UNCONFINED = Reviews.podOf("Unconfined");
    private static final String PLAIN = Reviews.pod("{}");
    static final PolicySet POLICIES = policies();

    @Test
    void an_unconfined_pod_is_denied_by_the_validating_door_alone() throws Exception {
        assertThat(allowed(Door.VALIDATE, Reviews.create(UNCONFINED))).isFalse();
        assertThat(allowed(Door.MUTATE, Reviews.create(UNCONFINED))).isTrue();
    }

    @Test
    void h01_an_allow_without_patch_has_neither_patch_nor_its_type() throws Exception {
        JsonNode response = response(Door.MUTATE, Reviews.create(Reviews.podOf("RuntimeDefault")));

        assertThat(response.path("allowed").asBoolean()).isTrue();
        assertThat(response.has("patch")).isFalse();
        assertThat(response.has("patchType")).isFalse();
        assertThat(response.has("status")).isFalse();
    }

    @Test
    void h03_a_default_is_written_by_one_operation_with_its_type() throws Exception {
        JsonNode response = response(Door.MUTATE, Reviews.create(PLAIN));

        assertThat(response.path("patchType").asText()).isEqualTo("JSONPatch");
        assertThat(patch(response))
                .isEqualTo(JSON.readTree("[{\"op\":\"add\",\"path\":\"/spec/securityContext/appArmorProfile\","
                        + "\"value\":{\"type\":\"RuntimeDefault\"}}]"));
    }

    @Test
    void the_validating_door_never_patches() throws Exception {
        assertThat(response(Door.VALIDATE, Reviews.create(PLAIN)).has("patch")).isFalse();
    }

    @Test
    void h09_a_denial_is_403_forbidden_with_one_line_and_its_causes() throws Exception {
        JsonNode status = response(Door.VALIDATE, Reviews.create(UNCONFINED)).path("status");

        assertThat(status.path("code").asInt()).isEqualTo(403);
        assertThat(status.path("reason").asText()).isEqualTo("Forbidden");
        assertThat(status.path("message").asText())
                .startsWith("AppArmor: container \"app\" (spec.containers[0]): ")
                .contains("[unconfined]")
                .doesNotContain("\n");
        JsonNode cause = status.path("details").path("causes").path(0);
        assertThat(cause.path("field").asText()).isEqualTo("spec.containers[0]");
        assertThat(cause.path("reason").asText()).isEqualTo("unconfined");
        assertThat(cause.path("message").asText()).isNotEmpty();
    }

    @Test
    void h13_the_keys_of_audit_annotations_are_ones_that_the_api_server_keeps() throws Exception {
        JsonNode audit = response(Door.VALIDATE, Reviews.create(UNCONFINED)).path("auditAnnotations");

        assertThat(audit.fieldNames())
                .toIterable()
                .contains("policy-hash", "findings")
                .allMatch(key -> key.matches("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?"));
        assertThat(audit.path("policy-hash").asText()).isEqualTo(POLICIES.hash());
        assertThat(audit.path("findings").asText()).contains("unconfined=Enforce");
    }

    @Test
    void h14_a_dry_run_of_the_api_server_gets_the_same_verdict() throws Exception {
        String real = Reviews.create(UNCONFINED);

        assertThat(response(Door.VALIDATE, real.replace("\"dryRun\":false", "\"dryRun\":true")))
                .isEqualTo(response(Door.VALIDATE, real));
    }

    @Test
    void h15_a_pod_that_has_no_name_yet_gets_its_default() throws Exception {
        String nameless = Reviews.create(PLAIN).replace("\"name\":\"web\"", "\"generateName\":\"web-\"");

        assertThat(response(Door.MUTATE, nameless).has("patch")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "CONNECT"})
    void h16_what_has_no_object_is_allowed(String operation) throws Exception {
        String review = Reviews.review("", "pods", "", "shop", operation, "Pod", "null", UNCONFINED);

        assertThat(allowed(Door.VALIDATE, review)).isTrue();
        assertThat(allowed(Door.MUTATE, review)).isTrue();
    }

    @Test
    void a_deletion_is_allowed_even_if_it_carries_an_object() throws Exception {
        assertThat(allowed(Door.VALIDATE, Reviews.create(UNCONFINED).replace("\"CREATE\"", "\"DELETE\"")))
                .isTrue();
    }

    @Test
    void h19_a_new_ephemeral_container_without_security_context_gets_one() throws Exception {
        String stored = PLAIN.replace("\"containers\"", "\"nodeName\":\"n1\",\"containers\"");
        String added = stored.replace(
                "\"containers\"",
                "\"ephemeralContainers\":[{\"name\":\"debug\",\"image\":\"busybox\"}],\"containers\"");
        JsonNode response = response(
                Door.MUTATE, Reviews.review("", "pods", "ephemeralcontainers", "shop", "UPDATE", "Pod", added, stored));

        assertThat(patch(response))
                .isEqualTo(JSON.readTree("[{\"op\":\"add\",\"path\":\"/spec/ephemeralContainers/0/securityContext\","
                        + "\"value\":{\"appArmorProfile\":{\"type\":\"RuntimeDefault\"}}}]"));
    }

    @Test
    void h20_an_empty_annotation_is_removed_by_its_escaped_name() throws Exception {
        String pod = PLAIN.replace("\"namespace\"", "\"annotations\":{\"" + BETA + "app\":\"\"},\"namespace\"");

        assertThat(patch(response(Door.MUTATE, Reviews.create(pod)))).anySatisfy(operation -> {
            assertThat(operation.path("op").asText()).isEqualTo("remove");
            assertThat(operation.path("path").asText())
                    .isEqualTo("/metadata/annotations/container.apparmor.security.beta.kubernetes.io~1app");
        });
    }

    @Test
    void u15_a_stored_pod_is_never_patched() throws Exception {
        String review = Reviews.review("", "pods", "", "shop", "UPDATE", "Pod", PLAIN, PLAIN);

        assertThat(response(Door.MUTATE, review).has("patch")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"resize", "status", "eviction", "log", "unknown"})
    void u13_other_subresources_of_a_pod_are_not_judged(String subResource) throws Exception {
        String review = Reviews.review("", "pods", subResource, "shop", "UPDATE", "Pod", UNCONFINED, UNCONFINED);

        assertThat(judge(Door.VALIDATE, review).mode()).isEqualTo(Ruling.SKIPPED);
        assertThat(allowed(Door.VALIDATE, review)).isTrue();
    }

    @Test
    void e05_a_claim_in_the_request_for_an_ephemeral_container_is_not_believed() throws Exception {
        String added = PLAIN.replace(
                "\"containers\"",
                "\"ephemeralContainers\":[{\"name\":\"debug\",\"image\":\"b\",\"securityContext\":"
                        + "{\"appArmorProfile\":{\"type\":\"Unconfined\"}}}],\"containers\"");
        String claim = "\"annotations\":{\"apparmor-admission.dev/unconfined\":\"*\","
                + "\"apparmor-admission.dev/reason\":\"debugging a crash\"},\"namespace\"";
        String forged = added.replace("\"namespace\"", claim);
        String claimed = PLAIN.replace("\"namespace\"", claim);

        assertThat(allowed(Door.VALIDATE, ephemeral(forged, PLAIN))).isFalse();
        assertThat(allowed(Door.VALIDATE, ephemeral(added, claimed))).isTrue();
    }

    @Test
    void ephemeral_containers_without_the_stored_pod_are_denied() throws Exception {
        assertThat(allowed(Door.VALIDATE, ephemeral(PLAIN, "null"))).isFalse();
        assertThat(allowed(
                        Door.VALIDATE,
                        ephemeral(PLAIN, "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"spec\":{\"containers\":3}}")))
                .isFalse();
    }

    @Test
    void an_update_without_the_stored_pod_is_judged_as_a_whole() throws Exception {
        assertThat(allowed(Door.VALIDATE, Reviews.review("", "pods", "", "shop", "UPDATE", "Pod", UNCONFINED, "null")))
                .isFalse();
        assertThat(allowed(Door.VALIDATE, Reviews.review("", "pods", "", "shop", "UPDATE", "Pod", PLAIN, "null")))
                .isTrue();
    }

    @Test
    void u02_an_insignificant_update_of_an_unconfined_pod_is_allowed() throws Exception {
        String labelled = UNCONFINED.replace("\"namespace\"", "\"labels\":{\"a\":\"b\"},\"namespace\"");

        assertThat(allowed(
                        Door.VALIDATE, Reviews.review("", "pods", "", "shop", "UPDATE", "Pod", labelled, UNCONFINED)))
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "apps/v1, apps, Deployment, deployments",
        "apps/v1, apps, ReplicaSet, replicasets",
        "apps/v1, apps, StatefulSet, statefulsets",
        "apps/v1, apps, DaemonSet, daemonsets",
        "batch/v1, batch, Job, jobs",
        "v1, '', ReplicationController, replicationcontrollers"
    })
    void templates_warn_and_are_never_patched(String version, String group, String kind, String resource)
            throws Exception {
        String review = Reviews.review(group, resource, "", "shop", "CREATE", kind, template(version, kind), "null");

        JsonNode response = response(Door.VALIDATE, review);
        assertThat(response.path("allowed").asBoolean()).isTrue();
        assertThat(response.path("warnings").path(0).asText())
                .contains("spec.template.spec.containers[0]", "[unconfined]");
        assertThat(response(Door.MUTATE, review).has("patch")).isFalse();
    }

    @Test
    void d15_the_scale_of_a_template_is_not_judged() throws Exception {
        String review = Reviews.review(
                "apps",
                "deployments",
                "scale",
                "shop",
                "UPDATE",
                "Scale",
                "{\"apiVersion\":\"autoscaling/v1\",\"kind\":\"Scale\"}",
                "null");

        assertThat(judge(Door.VALIDATE, review).mode()).isEqualTo(Ruling.SKIPPED);
    }

    @Test
    void d10_a_replication_controller_without_template_is_allowed() throws Exception {
        String review = Reviews.review(
                "",
                "replicationcontrollers",
                "",
                "shop",
                "CREATE",
                "ReplicationController",
                "{\"apiVersion\":\"v1\",\"kind\":\"ReplicationController\",\"metadata\":{\"name\":\"r\"},\"spec\":{}}",
                "null");

        assertThat(allowed(Door.VALIDATE, review)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"pods, binding", "bindings, ''"})
    void g01_a_binding_that_carries_a_profile_is_denied(String resource, String subResource) throws Exception {
        JsonNode response = response(Door.VALIDATE, binding(resource, subResource, BETA + "app", "shop"));

        assertThat(response.path("allowed").asBoolean()).isFalse();
        assertThat(response.path("status").path("message").asText())
                .contains("Binding", "override the pod's profile", "[annotation-malformed]", "container \"app\"");
    }

    @ParameterizedTest
    @CsvSource({"pods, binding", "bindings, ''"})
    void g02_a_plain_binding_is_allowed(String resource, String subResource) throws Exception {
        assertThat(allowed(Door.VALIDATE, binding(resource, subResource, "scheduler/note", "shop")))
                .isTrue();
        assertThat(allowed(Door.MUTATE, binding(resource, subResource, BETA + "app", "shop")))
                .isTrue();
    }

    @Test
    void a_binding_under_no_policy_or_one_that_only_audits_is_allowed() throws Exception {
        assertThat(allowed(Door.VALIDATE, binding("pods", "binding", BETA + "app", "free")))
                .isTrue();
        JsonNode audited = response(Door.VALIDATE, binding("pods", "binding", BETA + "app", "audited"));
        assertThat(audited.path("allowed").asBoolean()).isTrue();
        assertThat(audited.path("auditAnnotations").path("findings").asText()).contains("annotation-malformed=Audit");
    }

    @Test
    void a_binding_with_thousands_of_annotations_gets_a_bounded_answer() throws Exception {
        StringBuilder annotations = new StringBuilder();
        for (int i = 0; i < 5000; i++) {
            annotations
                    .append(i == 0 ? "" : "\":\"x\",\"")
                    .append(BETA)
                    .append("c")
                    .append(i);
        }
        Ruling ruling = judge(Door.VALIDATE, binding("pods", "binding", annotations.toString(), "shop"));
        byte[] answer = new AdmissionReviewWriter().write(Answers.of(ruling, false));

        assertThat(answer.length).isLessThan(16 * 1024);
        assertThat(ruling.allowed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\"},\"spec\":{\"containers\":{\"name\":\"c\"}}}",
                "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"x\"},\"spec\":[]}",
                "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":7,\"spec\":{\"containers\":[]}}",
                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"x\"}}",
                "{}"
            })
    void a_pod_that_cannot_be_read_is_denied_by_both_doors_where_a_policy_enforces(String pod) throws Exception {
        for (Door door : Door.values()) {
            JsonNode denied = response(door, Reviews.create(pod));
            assertThat(denied.path("allowed").asBoolean()).as("%s", door).isFalse();
            assertThat(denied.path("status").path("message").asText()).contains("[profile-invalid]");

            JsonNode audited = response(door, Reviews.create(pod, "audited"));
            assertThat(audited.path("allowed").asBoolean()).isTrue();
            assertThat(audited.path("auditAnnotations").path("findings").asText())
                    .contains("profile-invalid=Audit");
            assertThat(allowed(door, Reviews.create(pod, "free"))).isTrue();
        }
    }

    @Test
    void an_object_of_another_kind_is_allowed_unseen() throws Exception {
        String review = Reviews.review(
                "",
                "configmaps",
                "",
                "shop",
                "CREATE",
                "ConfigMap",
                "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}",
                "null");

        assertThat(judge(Door.VALIDATE, review).mode()).isEqualTo(Ruling.SKIPPED);
    }

    @Test
    void a_profile_type_of_the_wrong_case_is_left_to_the_api_server_by_the_mutating_door() throws Exception {
        String review = Reviews.create(Reviews.podOf("runtimedefault"));

        assertThat(response(Door.MUTATE, review).has("patch")).isFalse();
        assertThat(allowed(Door.MUTATE, review)).isTrue();
        assertThat(allowed(Door.VALIDATE, review)).isFalse();
    }

    @Test
    void in_dry_run_nothing_is_denied_or_patched_but_all_of_it_is_told() throws Exception {
        Snapshot dry = snapshot(true);

        JsonNode denied = response(Door.VALIDATE, Reviews.create(UNCONFINED), dry);
        assertThat(denied.path("allowed").asBoolean()).isTrue();
        assertThat(denied.has("warnings")).isFalse();
        JsonNode audit = denied.path("auditAnnotations");
        assertThat(audit.path("dry-run").asText()).isEqualTo("true");
        assertThat(audit.path("would-deny").asText()).startsWith("AppArmor: container \"app\"");
        assertThat(audit.path("findings").asText()).contains("unconfined=Audit");

        JsonNode patched = response(Door.MUTATE, Reviews.create(PLAIN), dry);
        assertThat(patched.has("patch")).isFalse();
        assertThat(patched.path("auditAnnotations").path("would-patch").asText())
                .isEqualTo("add RuntimeDefault at /spec/securityContext/appArmorProfile");
        assertThat(judge(Door.VALIDATE, Reviews.create(UNCONFINED), dry).mode()).isEqualTo(Ruling.DRY_RUN);
    }

    @Test
    void the_mode_tells_which_policies_hold() throws Exception {
        assertThat(judge(Door.VALIDATE, Reviews.create(PLAIN)).mode()).isEqualTo("Enforce");
        assertThat(judge(Door.VALIDATE, Reviews.create(PLAIN, "audited")).mode())
                .isEqualTo("Audit");
        assertThat(judge(Door.VALIDATE, Reviews.create(PLAIN, "free")).mode()).isEqualTo(Ruling.NO_POLICY);
    }

    @Test
    void names_from_outside_are_escaped_wherever_they_are_shown() throws Exception {
        String evil = "a\\n\\\"b\\u00a0\\u2028\\u202ec\\u0085";
        String pod = UNCONFINED.replace("\"app\"", '"' + evil + '"');
        JsonNode response = response(Door.VALIDATE, Reviews.create(pod));

        assertThat(response.path("status").path("message").asText()).contains("a\\n\\\"b\\u00a0\\u2028\\u202ec\\u0085");
        assertThat(response.toString()).doesNotContain("\u00a0", "\u2028", "\u202e", "\u0085");
        assertThat(JSON.readTree(response.toString()).findValuesAsText("message"))
                .allMatch(message -> message.chars().noneMatch(c -> c < ' '));
    }

    @Test
    void a_failure_to_judge_is_a_denial_that_says_so() throws Exception {
        Ruling failed = Ruling.failed(Door.VALIDATE, request(Reviews.create(PLAIN)));
        JsonNode response = JSON.readTree(new AdmissionReviewWriter().write(Answers.of(failed, false)))
                .path("response");

        assertThat(response.path("allowed").asBoolean()).isFalse();
        assertThat(response.path("uid").asText()).isEqualTo(Reviews.UID);
        assertThat(response.path("status").path("message").asText())
                .contains("internal error")
                .doesNotContain("Exception");
    }

    @Test
    void the_findings_are_those_of_the_decision_itself() throws Exception {
        Ruling ruling = judge(Door.VALIDATE, Reviews.create(UNCONFINED));
        List<Finding> findings = ruling.decision().orElseThrow().findings();

        assertThat(findings).extracting(finding -> finding.rule().id()).containsExactly("unconfined");
    }

    private static String template(String version, String kind) {
        return """
                {"apiVersion":"%s","kind":"%s","metadata":{"name":"web","namespace":"shop"},
                "spec":{"template":{"metadata":{},"spec":{"containers":[{"name":"app","image":"a",
                "securityContext":{"appArmorProfile":{"type":"Unconfined"}}}]}}}}""".formatted(version, kind);
    }

    private static String ephemeral(String object, String oldObject) {
        return Reviews.review("", "pods", "ephemeralcontainers", "shop", "UPDATE", "Pod", object, oldObject);
    }

    private static String binding(String resource, String subResource, String annotation, String namespace) {
        String object = "{\"apiVersion\":\"v1\",\"kind\":\"Binding\",\"metadata\":{\"name\":\"web\",\"annotations\":{\""
                + annotation + "\":\"unconfined\"}},\"target\":{\"kind\":\"Node\",\"name\":\"n1\"}}";
        return Reviews.review("", resource, subResource, namespace, "CREATE", "Binding", object, "null");
    }

    private static AdmissionRequest request(String review) throws Exception {
        return new AdmissionReviewReader().read(review.getBytes(StandardCharsets.UTF_8));
    }

    private static Ruling judge(Door door, String review) throws Exception {
        return judge(door, review, snapshot(false));
    }

    private static Ruling judge(Door door, String review, Snapshot snapshot) throws Exception {
        return Admission.judge(door, request(review), snapshot, NOW);
    }

    private static boolean allowed(Door door, String review) throws Exception {
        return response(door, review).path("allowed").asBoolean();
    }

    private static JsonNode response(Door door, String review) throws Exception {
        return response(door, review, snapshot(false));
    }

    private static JsonNode response(Door door, String review, Snapshot snapshot) throws Exception {
        Ruling ruling = judge(door, review, snapshot);
        JsonNode answer = JSON.readTree(new AdmissionReviewWriter().write(Answers.of(ruling, snapshot.dryRun())));
        assertThat(answer.path("kind").asText()).isEqualTo("AdmissionReview");
        assertThat(answer.path("apiVersion").asText()).isEqualTo("admission.k8s.io/v1");
        assertThat(answer.path("response").path("uid").asText()).isEqualTo(Reviews.UID);
        return answer.path("response");
    }

    private static JsonNode patch(JsonNode response) throws Exception {
        return JSON.readTree(Base64.getDecoder().decode(response.path("patch").asText()));
    }

    private static Snapshot snapshot(boolean dryRun) {
        return new Snapshot(POLICIES, ClusterNodes.UNKNOWN, Namespaces.UNKNOWN, dryRun);
    }

    private static PolicySet policies() {
        PolicyReading reading = new PolicyReader(new PolicySchemas())
                .read(
                        List.of(new PolicyFile("strict.yaml", WebhookFiles.POLICY.getBytes(StandardCharsets.UTF_8))),
                        "test");
        return ((PolicyReading.Accepted) reading).set();
    }
}
