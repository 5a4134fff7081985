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
 * {@code check}: in what both can judge there is no difference. Compared as they are, one denial ends a request; with every rule a
 * warning, each finding shows.
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
        "restricted, backstop-pods, false",
        "restricted, backstop-pods, true",
        "kube-system-careful, kube-system, false",
        "narrow, backstop-pods, true",
        "granted, backstop-pods, true"
    })
    void theApiServerAloneSaysWhatCheckSays(String policy, String namespace, boolean warning, Stage stage)
            throws IOException, InterruptedException {
        List<Path> policies = ComparedPolicies.named(policy, stage.directory().resolveSibling("policies"), directory);
        if (warning) {
            policies = ComparedPolicies.warning(policies, directory);
        }
        try (ApiServer api = ApiServer.of(stage.cluster().kubeconfig())) {
            stage.namespace(api, "backstop-pods", "{team: a}");
            compare(policy + (warning ? ", each rule a warning" : ""), policies, namespace, stage, api);
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
            if (name.contains("warning")) {
                // Each rule was broken, and excused, often enough for a wrong expression to show.
                assertThat(comparison.said().keySet())
                        .contains("unconfined", "privileged", "localhost-not-allowed", "annotation-malformed");
                assertThat(comparison.said().values()).allMatch(count -> count >= 10);
                assertThat(comparison.excused()).isGreaterThan(10);
            }
            if (stage.cluster().runsControllers()) {
                assertThat(exported.typeWarnings()).isEmpty();
            }
        }
    }
}
