package dev.apparmoradmission.e2e.install;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A way to install, in both languages.
 *
 * @param directory with its kustomization
 * @param values what the chart is given for the same
 */
record Overlay(String name, Path directory, List<String> values) {

    Overlay {
        values = List.copyOf(values);
    }

    /** Those that are in {@code deploy/overlays}, and compositions that its README tells people to make. */
    static List<Overlay> all() throws IOException {
        return List.of(
                shipped("self-managed-tls"),
                shipped("cert-manager", "tls.mode=\"certManager\""),
                shipped("audit-only", "auditOnly=true"),
                shipped("high-availability", "replicas=3", "spread=\"Require\""),
                shipped("agent", "agent.enabled=true"),
                composed("placement", List.of("components/self-managed-tls", "placement"), "placement.enabled=true"),
                composed(
                        "nodes-without-apparmor",
                        List.of("components/self-managed-tls", "components/nodes-without-apparmor"),
                        "appArmorProfile=\"None\""),
                composed(
                        "backstop",
                        List.of(
                                "components/self-managed-tls",
                                "components/failure-policy-ignore",
                                "components/backstop"),
                        "failurePolicy=\"Ignore\"",
                        "backstop.enabled=true"),
                composed(
                        "monitoring",
                        List.of("components/self-managed-tls", "components/monitoring"),
                        "monitoring.enabled=true"),
                composed(
                        "reports",
                        List.of("components/self-managed-tls", "components/reports"),
                        "reports.kind=\"openreports\""),
                composed("scan", List.of("components/self-managed-tls", "components/scan"), "scan.enabled=true"),
                composed(
                        "everything",
                        List.of(
                                "components/cert-manager",
                                "components/high-availability",
                                "components/audit-only",
                                "components/monitoring",
                                "components/scan",
                                "agent",
                                "placement"),
                        "tls.mode=\"certManager\"",
                        "replicas=3",
                        "spread=\"Require\"",
                        "auditOnly=true",
                        "agent.enabled=true",
                        "monitoring.enabled=true",
                        "scan.enabled=true",
                        "placement.enabled=true"));
    }

    private static Overlay shipped(String name, String... values) {
        return new Overlay(name, Renderers.DEPLOY.resolve("overlays").resolve(name), Arrays.asList(values));
    }

    /** A kustomization as a user writes it; Kustomize takes no absolute paths. */
    private static Overlay composed(String name, List<String> components, String... values) throws IOException {
        Path directory = Renderers.E2E.resolve("target").resolve("overlays").resolve(name);
        Files.createDirectories(directory);
        Path deploy = directory.toRealPath().relativize(Renderers.DEPLOY.toRealPath());
        Files.writeString(directory.resolve("kustomization.yaml"), """
                        apiVersion: kustomize.config.k8s.io/v1beta1
                        kind: Kustomization
                        resources: [%s/base]
                        components: [%s]
                        """.formatted(
                deploy,
                components.stream().map(component -> deploy + "/" + component).collect(Collectors.joining(", "))));
        return new Overlay(name, directory, Arrays.asList(values));
    }

    String[] valueArguments() {
        return values.toArray(String[]::new);
    }

    @Override
    public String toString() {
        return name;
    }
}
