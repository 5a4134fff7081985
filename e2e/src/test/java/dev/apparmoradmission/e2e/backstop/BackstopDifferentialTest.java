package dev.apparmoradmission.e2e.backstop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Generated pods and templates at the real API server, which knows the exported policies and no webhook, and before
 * {@code check}: in what both can judge there is no difference. Each policy is compared as it is, where one denial ends a
 * request; those that differ in more than their actions also with every rule a warning, where each finding shows.
 */
@ExtendWith(RealApiServer.class)
class BackstopDifferentialTest {
    private static final long SEED = 20261122;
    private static final int PODS = 600;
    private static final int TEMPLATES = 160;

    /** Without MutatingAdmissionPolicy nothing gives the default that check assumes. */
    private static final Set<String> NEEDS_THE_DEFAULT = Set.of("profile-missing");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "audit-first, backstop-pods, false",
        "baseline, backstop-pods, false",
        "restricted, backstop-pods, true",
        "kube-system-careful, kube-system, false",
        "narrow, backstop-pods, true",
        "granted, backstop-pods, true"
    })
    void theApiServerAloneSaysWhatCheckSays(String policy, String namespace, boolean twice, Stage stage)
            throws IOException, InterruptedException {
        List<Path> asItIs = files(policy, stage.directory().resolveSibling("policies"));
        List<Path> warning = new ArrayList<>();
        for (Path file : asItIs) {
            String text = Files.readString(file);
            Path copy = directory.resolve("warning-" + file.getFileName());
            warning.add(Files.writeString(
                    copy,
                    text.replaceAll("(?m)^  mode: \\w+", "  mode: Warn")
                            .replaceAll("(?m)^    (privileged|profile-missing|unconfined): \\w+", "    $1: Enforce")));
        }
        try (ApiServer api = ApiServer.of(stage.cluster().kubeconfig())) {
            stage.namespace(api, "backstop-pods", "{team: a}");
            compare(policy, asItIs, namespace, stage, api);
            if (twice) {
                compare(policy + ", each rule a warning", warning, namespace, stage, api);
            }
        }
    }

    private void compare(String name, List<Path> policies, String namespace, Stage stage, ApiServer api)
            throws IOException, InterruptedException {
        Product product = new Product(stage.directory(), directory);
        Path export = directory.resolve("export-" + name.length());
        List<String> arguments = new ArrayList<>(List.of("policy", "export", "--output-dir", export.toString()));
        policies.forEach(policy -> arguments.addAll(List.of("--policy", policy.toString())));
        product.run(arguments);
        boolean hasDefault = !Files.readString(policies.get(0)).contains("type: None");
        try (Exported exported = new Exported(api)) {
            exported.file(export.resolve("validating.yaml"));
            exported.file(export.resolve("bindings.yaml"));
            exported.awaitInForce();
            Comparison comparison = new Comparison(api, product, directory, hasDefault ? NEEDS_THE_DEFAULT : Set.of());
            GeneratedObjects generated = new GeneratedObjects(SEED);
            comparison.run(generated.pods(PODS), namespace, policies, false);
            boolean warnedAtMost = !Files.readString(policies.get(0)).contains("templates: Enforce");
            comparison.run(generated.templates(TEMPLATES), namespace, policies, warnedAtMost);
            System.out.printf(
                    Locale.ROOT,
                    "backstop, %s: %d admission policies of %d expressions, %d pods and %d templates: %s%n",
                    name,
                    exported.policies(),
                    exported.expressions(),
                    PODS,
                    TEMPLATES,
                    comparison.counts());
            assertThat(comparison.differences().stream().limit(5)).isEmpty();
            assertThat(comparison.compared()).isGreaterThan((PODS + TEMPLATES) / 2);
            if (stage.cluster().runsControllers()) {
                assertThat(exported.typeWarnings()).isEmpty();
            }
        }
    }

    private List<Path> files(String policy, Path shipped) throws IOException {
        return switch (policy) {
            case "narrow" -> List.of(Files.writeString(directory.resolve("narrow.yaml"), """
                    apiVersion: apparmor-admission.dev/v1alpha1
                    kind: AppArmorPolicy
                    metadata: {name: narrow}
                    spec:
                      mode: Enforce
                      match:
                        namespaces: ["backstop-*", other]
                        excludeNamespaces: ["*-system"]
                        namespaceSelector: {matchLabels: {team: a}, matchExpressions: [{key: none, operator: DoesNotExist}]}
                        runtimeClassesNotApplicable: [kata]
                      defaultProfile: {type: None}
                      rules:
                        profile-missing: Enforce
                        privileged: Enforce
                      localhost:
                        allowed: ["k8s-*", "my?prof", "a.b+c", "a'b*", "\\u00e9*"]
                      exceptions:
                        source: Annotation
                        require: [reason, owner]
                        controls: [SeccompProfile, DropAllCapabilities]
                      templates: Enforce
                    """));
            case "granted" ->
                List.of(
                        Files.writeString(directory.resolve("granted.yaml"), """
                    apiVersion: apparmor-admission.dev/v1alpha1
                    kind: AppArmorPolicy
                    metadata: {name: granted}
                    spec:
                      mode: Enforce
                      defaultProfile: {type: None}
                      rules:
                        privileged: Enforce
                      exceptions:
                        source: Grant
                        require: [reason, owner]
                        controls: [NoPrivilegeEscalation]
                      templates: Enforce
                    """),
                        Files.writeString(directory.resolve("grants.yaml"), """
                    apiVersion: apparmor-admission.dev/v1alpha1
                    kind: AppArmorException
                    metadata: {name: node-exporter}
                    spec:
                      namespaces: ["backstop-*"]
                      podSelector:
                        matchLabels: {app: node-exporter}
                        matchExpressions: [{key: app, operator: In, values: [node-exporter, x]}, {key: none, operator: NotIn, values: [other]}]
                      serviceAccounts: [default]
                      containers: ["c*"]
                      images: ["quay.io/prometheus/node-exporter@sha256:*"]
                      permits: [unconfined]
                      reason: reads host /proc
                      owner: team-observability
                      ticket: SEC-123
                      expires: "2027-03-01"
                      controls: [ReadOnlyRootFilesystem]
                    ---
                    apiVersion: apparmor-admission.dev/v1alpha1
                    kind: AppArmorException
                    metadata: {name: raw-sockets}
                    spec:
                      namespaces: ["*"]
                      containers: ["*"]
                      permits: [unconfined, privileged]
                      reason: needs raw sockets
                      owner: team-network
                      ticket: SEC-124
                      expires: "2027-03-01"
                    ---
                    apiVersion: apparmor-admission.dev/v1alpha1
                    kind: AppArmorException
                    metadata: {name: first-containers}
                    spec:
                      namespaces: ["*"]
                      containers: [i0, "?0"]
                      permits: [unconfined, privileged]
                      claim: NotRequired
                      reason: runs as non-root
                      owner: team-network
                      ticket: SEC-125
                      expires: "2027-03-01"
                      controls: [RunAsNonRoot]
                    """));
            default -> List.of(shipped.resolve(policy + ".yaml"));
        };
    }
}
