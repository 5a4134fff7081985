package dev.apparmoradmission.e2e.install;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.InstalledWebhook;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The guide's way with Helm: look, enforce with a new version, one that never comes up, back again, and out. Wants kind. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HelmInstalledTest {
    private static final String NEWER = "0.1.1-e2e";
    private static final String NAME = "apparmor-admission";

    private Optional<Installation> installed = Optional.empty();
    private Optional<Asking> asking = Optional.empty();
    private Renderers renderers = new Renderers(List.of(), List.of());
    private Set<String> before = Set.of();

    private Path kubeconfig = Path.of("kubeconfig");

    @BeforeAll
    void prepare(Stage stage, @TempDir Path directory) throws Exception {
        Installation installation = Installation.on(stage);
        installed = Optional.of(installation);
        asking = Optional.of(new Asking(ApiServer.of(stage.cluster().kubeconfig())));
        renderers = Renderers.find();
        before = installation.traces();
        installation.upgrade(NAME + ":" + NEWER);
        kubeconfig = Files.writeString(
                directory.resolve("kubeconfig"), stage.cluster().kubeconfig());
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

    private Run helm(String... arguments) {
        List<String> command = new ArrayList<>(renderers.helm());
        command.addAll(List.of("--kubeconfig", kubeconfig.toString(), "--namespace", NAME));
        command.addAll(List.of(arguments));
        return Run.of(command, "");
    }

    private Run upgrade(String... arguments) {
        List<String> all = new ArrayList<>(List.of("upgrade", NAME, Renderers.CHART.toString(), "--reuse-values"));
        all.addAll(List.of(arguments));
        return helm(all.toArray(String[]::new));
    }

    @Test
    @Order(1)
    void anInstallationThatOnlyLooksDeniesNothing() throws IOException {
        installation().node().run("kubectl", "create", "namespace", NAME);
        installation()
                .node()
                .run("kubectl", "label", "namespace", NAME, "pod-security.kubernetes.io/enforce=restricted");

        assertThat(helm(
                                "install",
                                NAME,
                                Renderers.CHART.toString(),
                                "--set",
                                "auditOnly=true,appArmorProfile=None",
                                "--wait")
                        .text())
                .contains("STATUS: deployed");

        InstalledWebhook webhook = new InstalledWebhook(asking().api());
        Awaited.of(
                "a finding",
                () -> {
                    assertThat(asking().loose().ok()).isTrue();
                    return webhook.metrics()
                            .sum("apparmor_admission_findings_total", "rule=\"unconfined\"", "action=\"Audit\"");
                },
                found -> found > 0);
    }

    @Test
    @Order(2)
    void anUpgradeOfValuesAndImageEnforces() throws IOException {
        assertThat(upgrade("--set", "auditOnly=false,image.tag=" + NEWER, "--wait")
                        .text())
                .contains("REVISION: 2");

        Awaited.of("a denial", () -> asking().loose(), Asking::denied);
        // One that only looks may still answer while it drains.
        Awaited.of("the default", () -> asking().plainIsDefaulted(), defaulted -> defaulted);
        assertThat(images()).containsExactly(NAME + ":" + NEWER);
    }

    @Test
    @Order(3)
    void anUpgradeToWhatCannotBeHadFailsAndARollBackRestores() throws IOException {
        InstalledWebhook webhook = new InstalledWebhook(asking().api());
        installation().endDrains();
        String serving = webhook.incarnation();
        try (Creations stream = asking().stream()) {
            Run bad = upgrade("--set", "image.tag=not-there,image.pullPolicy=Never", "--wait", "--timeout", "10s");
            assertThat(bad.code()).as(bad.out()).isNotZero();
            assertThat(bad.err()).contains("UPGRADE FAILED");
            assertThat(webhook.incarnation()).isEqualTo(serving);

            assertThat(helm("rollback", NAME, "--wait").text()).contains("Rollback was a success");
            Asking.settled(stream, "helm upgrade to what cannot be had, and helm rollback");
        }
        assertThat(webhook.incarnation()).isEqualTo(serving);
        assertThat(images()).containsExactly(NAME + ":" + NEWER);
    }

    @Test
    @Order(4)
    void anUninstallLeavesTheNamespaceWithTheCertificateAndNothingElse() throws IOException {
        installation().unregister();
        helm("uninstall", NAME).text();
        installation().end();

        Set<String> left = installation().traces();
        left.removeAll(before);
        assertThat(left.stream().map(line -> line.split(" ", -1)[0]).collect(Collectors.toSet()))
                .containsExactlyInAnyOrder("Namespace", "ConfigMap", "ServiceAccount", "Secret", "Lease");
        assertThat(left)
                .filteredOn(line -> line.startsWith("Secret") || line.startsWith("Lease"))
                .hasSize(2)
                .allMatch(line -> line.contains("/apparmor-admission-tls "));

        installation().node().run("kubectl", "delete", "namespace", NAME);
        assertThat(installation().traces()).isEqualTo(before);
        assertThat(asking().loose().ok()).as("nobody is asked any more").isTrue();
    }

    private Set<String> images() {
        return new InstalledWebhook(asking().api())
                .replicas().stream()
                        .map(pod -> pod.at("/spec/containers/0/image").asText())
                        .collect(Collectors.toSet());
    }
}
