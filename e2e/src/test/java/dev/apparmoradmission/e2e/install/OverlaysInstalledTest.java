package dev.apparmoradmission.e2e.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.InstalledWebhook;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The guide's way with {@code kubectl apply -k}: {@code audit-only} first, then {@code self-managed-tls}, then a new version, one
 * that does not work, back again, agents, and out; then {@code high-availability} on a cluster that never saw it. Wants kind.
 */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OverlaysInstalledTest {
    private static final String NEWER = "apparmor-admission:0.1.1-e2e";
    private static final String NEWER_IMAGE = "images: [{name: apparmor-admission, newTag: 0.1.1-e2e}]";

    private Optional<Installation> installed = Optional.empty();
    private Optional<Asking> asking = Optional.empty();
    private Set<String> before = Set.of();

    @BeforeAll
    void prepare(Stage stage) throws IOException {
        Installation installation = Installation.on(stage);
        installed = Optional.of(installation);
        asking = Optional.of(new Asking(ApiServer.of(stage.cluster().kubeconfig())));
        before = installation.traces();
        installation.upgrade(NEWER);
    }

    @AfterAll
    void leave() throws IOException {
        if (installed.isPresent()) {
            installed.get().leave();
        }
        asking.ifPresent(Asking::close);
    }

    private Installation installation() {
        return installed.orElseThrow();
    }

    private Asking asking() {
        return asking.orElseThrow();
    }

    /** A shipped overlay on nodes without AppArmor. */
    private String overlay(String name, String more) throws IOException {
        return installation().overlay(name, """
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                resources: [../../deploy/overlays/%s]
                components: [../../deploy/components/nodes-without-apparmor]
                %s
                """.formatted(name, more));
    }

    @Test
    @Order(1)
    void auditOnlyLetsInAndRecordsWhatItWouldHaveDenied() throws IOException {
        installation().apply(overlay("audit-only", ""));
        InstalledWebhook webhook = new InstalledWebhook(asking().api());

        Awaited.of(
                "a finding",
                () -> {
                    assertThat(asking().loose().ok()).isTrue();
                    return webhook.metrics()
                            .sum("apparmor_admission_findings_total", "rule=\"unconfined\"", "action=\"Audit\"");
                },
                found -> found > 0);
        assertThat(asking().plainIsDefaulted()).isFalse();
    }

    @Test
    @Order(2)
    void selfManagedTlsEnforcesAfterIt() throws IOException {
        installation().apply(overlay("self-managed-tls", ""));

        Awaited.of("a denial", () -> asking().loose(), Asking::denied);
        // One that only looks may still answer while it drains.
        Awaited.of("the default", () -> asking().plainIsDefaulted(), defaulted -> defaulted);
    }

    @Test
    @Order(3)
    void anUpgradeFailsNoCreation() throws IOException {
        installation().endDrains();
        try (Creations stream = asking().stream()) {
            installation().apply(overlay("self-managed-tls", NEWER_IMAGE));
            Asking.settled(stream, "upgrade by kubectl apply");
        }
        assertThat(images()).containsExactly(NEWER);
    }

    @Test
    @Order(4)
    void anUpgradeThatDoesNotStartLeavesTheOldReplicasServingAndIsUndone() throws IOException {
        InstalledWebhook webhook = new InstalledWebhook(asking().api());
        installation().endDrains();
        String serving = webhook.incarnation();
        try (Creations stream = asking().stream()) {
            installation().begin(overlay("self-managed-tls", """
                    patches:
                      - target: {kind: Deployment, name: apparmor-admission}
                        patch: |-
                          - {op: replace, path: /spec/template/spec/containers/0/args/2, value: /etc/apparmor-admission/nowhere}
                    """));
            Awaited.of("a new replica that ends", this::restarts, count -> count > 0);
            assertThat(webhook.incarnation()).isEqualTo(serving);

            installation().kubectl("rollout", "undo", "deployment/apparmor-admission");
            installation().rolledOut();
            Asking.settled(stream, "upgrade to what does not start, and kubectl rollout undo");
        }
        assertThat(webhook.incarnation()).isEqualTo(serving);
    }

    private int restarts() throws IOException {
        int restarts = 0;
        for (JsonNode pod : installation().get("pods").path("items")) {
            restarts += pod.at("/status/containerStatuses/0/restartCount").asInt();
        }
        return restarts;
    }

    private Set<String> images() {
        Set<String> images = new HashSet<>();
        new InstalledWebhook(asking().api())
                .replicas()
                .forEach(pod -> images.add(pod.at("/spec/containers/0/image").asText()));
        return images;
    }

    @Test
    @Order(5)
    void withAgentsEachNodeTellsThatItHasAppArmorOff() throws IOException {
        installation().node().run("kubectl", "label", "nodes", "--all", "apparmor-admission.dev/agent=without-profile");
        installation().apply(overlay("agent", NEWER_IMAGE));
        String name = installation().get("nodes").at("/items/0/metadata/name").asText();

        String list = Awaited.of(
                "the node's list",
                () -> installation()
                        .get("configmap", "apparmor-inventory-" + name, "--ignore-not-found")
                        .path("data")
                        .path(name)
                        .asText(),
                text -> !text.isEmpty());
        assertThat(list).contains("# apparmor: disabled\n");
        // By the shipped policy: what gets a default profile there would never start.
        Awaited.of("pods to be denied there", () -> asking().plain(), Asking::denied);
    }

    @Test
    @Order(6)
    void anUninstallLeavesNothing() throws IOException {
        assertThat(installation().traces()).hasSizeGreaterThan(before.size() + 10);

        installation().node().run("kubectl", "label", "nodes", "--all", "apparmor-admission.dev/agent-");
        uninstall();
    }

    private void uninstall() throws IOException {
        installation().remove();

        assertThat(installation().traces()).isEqualTo(before);
        assertThat(asking().loose().ok()).as("nobody is asked any more").isTrue();
    }

    /** One node runs pods. Of two more only the scheduler knows: that is who spreads them. */
    @Test
    @Order(7)
    void highAvailabilityPutsEachOfThreeReplicasOnANodeOfItsOwn() throws IOException {
        try (ReadyNodes two = new ReadyNodes(asking().api(), "spare-1", "spare-2")) {
            installation().begin(overlay("high-availability", ""));

            Awaited.of(
                    "three replicas on three nodes",
                    () -> {
                        two.beat();
                        return nodes();
                    },
                    nodes -> nodes.size() == 3);
        }
        // With these nodes gone there is one place that is left for all.
        installation().kubectl("delete", "pods", "--all", "--grace-period=0", "--force");
        installation().rolledOut();
        Awaited.of("a denial", () -> asking().loose(), Asking::denied);
        uninstall();
    }

    private Set<String> nodes() throws IOException {
        Set<String> nodes = new HashSet<>();
        for (JsonNode pod : installation().get("pods", Installation.WEBHOOK).path("items")) {
            if (pod.at("/metadata/deletionTimestamp").isMissingNode()) {
                nodes.add(pod.at("/spec/nodeName").asText(""));
            }
        }
        nodes.remove("");
        return nodes;
    }
}
