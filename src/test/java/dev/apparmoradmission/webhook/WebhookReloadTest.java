package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.vertx.http.HttpServer;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Policies and the files of a standalone cluster change under a running webhook. */
@QuarkusTest
@WithTestResource(WebhookFiles.class)
class WebhookReloadTest {

    private static final String UNCONFINED = Reviews.create(Reviews.podOf("Unconfined"));
    private static final String DATABASE = Reviews.create(Reviews.localhost("k8s-db"));
    private static final int LOOKS = 600;

    @Inject
    HttpServer server;

    private WebhookClient webhook;
    private Path policy;
    private Path inventory;

    @BeforeEach
    void connect() throws Exception {
        webhook = WebhookClient.of(server);
        policy = WebhookFiles.directory().resolve("policies/strict.yaml");
        inventory = WebhookFiles.directory().resolve("inventory.yaml");
        assertThat(webhook.allowed(Door.VALIDATE, UNCONFINED)).isFalse();
        assertThat(webhook.allowed(Door.VALIDATE, DATABASE)).isFalse();
    }

    @AfterEach
    void restore() throws Exception {
        WebhookFiles.put(policy, WebhookFiles.POLICY);
        WebhookFiles.put(inventory, WebhookFiles.INVENTORY);
        await(() -> !webhook.allowed(Door.VALIDATE, UNCONFINED)
                && !webhook.allowed(Door.VALIDATE, DATABASE)
                && webhook.readinessData().path("policies").asText().equals("current")
                && !webhook.readinessData().has("clusterProblem"));
    }

    @Test
    void another_policy_is_in_force_without_a_restart() throws Exception {
        String before = hash();

        WebhookFiles.put(policy, WebhookFiles.POLICY.replace("mode: Enforce", "mode: Warn"));

        await(() -> webhook.allowed(Door.VALIDATE, UNCONFINED));
        assertThat(hash()).isNotEqualTo(before);
        assertThat(webhook.metrics())
                .contains("apparmor_admission_policy_info{hash=\"" + hash() + "\"")
                .doesNotContain("apparmor_admission_policy_info{hash=\"" + before + "\"");
    }

    @Test
    void profiles_that_a_node_loses_are_counted_without_naming_the_node() throws Exception {
        double before = losses("vanished");
        WebhookFiles.put(inventory, WebhookFiles.INVENTORY.replace("k8s-db", "k8s-db2"));
        await(() -> losses("vanished") == before + 1);

        assertThat(webhook.metrics())
                .contains("apparmor_admission_profile_losses_total{change=\"weakened\"")
                .doesNotContain("node=\"");
    }

    private double losses(String change) {
        return webhook.metrics()
                .lines()
                .filter(line -> line.startsWith("apparmor_admission_profile_losses_total{change=\"" + change + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void a_broken_policy_changes_nothing_and_is_told_of() throws Exception {
        String before = hash();

        WebhookFiles.put(policy, WebhookFiles.POLICY.replace("mode: Enforce", "mode: Enforced"));

        await(() -> webhook.readinessData().path("policies").asText().equals("last good set"));
        assertThat(webhook.allowed(Door.VALIDATE, UNCONFINED)).isFalse();
        assertThat(hash()).isEqualTo(before);
        assertThat(webhook.readinessData().path("policyProblem").asText()).contains("strict.yaml", "spec.mode");
        assertThat(webhook.management().get("/q/health/ready").statusCode()).isEqualTo(200);
        assertThat(webhook.metrics())
                .containsPattern("apparmor_admission_policy_reload_total\\{outcome=\"refused\"[,}].* [1-9]")
                .containsPattern("apparmor_admission_policy_problem 1")
                .containsPattern("apparmor_admission_ready 1");

        WebhookFiles.put(policy, WebhookFiles.POLICY);

        await(() -> webhook.metrics().contains("apparmor_admission_policy_problem 0"));
    }

    @Test
    void grants_are_counted_and_those_that_end_are_shown_with_their_end() throws Exception {
        WebhookFiles.put(
                policy,
                WebhookFiles.POLICY
                        + grant("long-over", "expires: \"2026-01-31\"")
                        + grant("ends", "expires: \"2999-12-31T10:00:00Z\"")
                        + grant("stays", ""));

        await(() -> webhook.metrics().contains("apparmor_admission_grants{state=\"expired\"} 1"));
        assertThat(webhook.metrics())
                .contains("apparmor_admission_grants{state=\"valid\"} 2")
                // The end of that day, and that instant.
                .contains("apparmor_admission_grant_expiry_seconds{grant=\"long-over\"} 1.769904E9")
                .containsPattern("apparmor_admission_grant_expiry_seconds\\{grant=\"ends\"} 3\\.25036.*E10")
                .doesNotContain("grant=\"stays\"");

        WebhookFiles.put(policy, WebhookFiles.POLICY);

        await(() -> !webhook.metrics().contains("apparmor_admission_grant_expiry_seconds{"));
        assertThat(webhook.metrics()).contains("apparmor_admission_grants{state=\"expired\"} 0");
    }

    private static String grant(String name, String expires) {
        return """
                ---
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorException
                metadata: {name: %s}
                spec:
                  namespaces: [shop]
                  containers: ["*"]
                  permits: [unconfined]
                  reason: reads the host's processes
                  owner: team-shop
                  %s
                """.formatted(name, expires);
    }

    @Test
    void a_profile_that_is_loaded_on_the_last_node_lets_the_pod_in() throws Exception {
        WebhookFiles.put(inventory, WebhookFiles.INVENTORY.replace("  n2: |\n", "  n2: |\n    k8s-db (enforce)\n"));

        await(() -> webhook.allowed(Door.VALIDATE, DATABASE));
    }

    @Test
    void a_profile_in_complain_mode_keeps_the_pod_out() throws Exception {
        WebhookFiles.put(inventory, WebhookFiles.INVENTORY.replace("  n2: |\n", "  n2: |\n    k8s-db (complain)\n"));

        await(() -> webhook.response(Door.VALIDATE, DATABASE).toString().contains("localhost-mode"));
        assertThat(webhook.allowed(Door.VALIDATE, DATABASE)).isFalse();
    }

    @Test
    void a_broken_inventory_changes_nothing_and_is_told_of() throws Exception {
        String web = Reviews.create(Reviews.localhost("k8s-web"));
        assertThat(webhook.allowed(Door.VALIDATE, web)).isTrue();

        WebhookFiles.put(inventory, "kind: ConfigMap\ndata: {n1: [");

        await(() -> webhook.readinessData().path("clusterProblem").asText().contains("inventory.yaml"));
        assertThat(webhook.metrics()).contains("apparmor_admission_cluster_problem 1");
        assertThat(webhook.allowed(Door.VALIDATE, web)).isTrue();
        assertThat(webhook.allowed(Door.VALIDATE, DATABASE)).isFalse();
    }

    @Test
    void a_vanished_inventory_changes_nothing() throws Exception {
        Files.delete(inventory);

        await(() -> webhook.readinessData().path("clusterProblem").asText().contains("inventory.yaml"));
        assertThat(webhook.allowed(Door.VALIDATE, Reviews.create(Reviews.localhost("k8s-web"))))
                .isTrue();
    }

    private String hash() throws Exception {
        return webhook.response(Door.VALIDATE, UNCONFINED)
                .path("auditAnnotations")
                .path("policy-hash")
                .asText();
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        for (int i = 0; i < LOOKS; i++) {
            if (condition.call()) {
                return;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("it did not come to that");
    }
}
