package dev.apparmoradmission.e2e.install;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.GoModule;
import dev.apparmoradmission.e2e.cluster.GoModule.Program;
import dev.apparmoradmission.e2e.cluster.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * Kustomize and Helm as they are installed here, or built from {@code e2e/tools}.
 *
 * @param kustomize the command before the directory
 * @param helm the command before its first word
 */
record Renderers(List<String> kustomize, List<String> helm) {
    static final Path E2E = Path.of(System.getProperty("e2e.directory"));
    static final Path DEPLOY = E2E.resolveSibling("deploy");
    static final Path CHART = DEPLOY.resolve("helm").resolve("apparmor-admission");
    static final String NAMESPACE = "apparmor-admission";

    /** Both of them. Where one is missing and cannot be built, the tests say so instead of passing. */
    static Renderers find() throws Exception {
        Settings settings = Settings.ofProcess();
        Optional<List<String>> kustomize = settings.executable("kubectl")
                .map(kubectl -> List.of(kubectl.toString(), "kustomize"))
                .or(() -> settings.executable("kustomize").map(found -> List.of(found.toString(), "build")));
        Optional<List<String>> helm =
                settings.path("E2E_HELM").or(() -> settings.executable("helm")).map(found -> List.of(found.toString()));
        if (kustomize.isEmpty() || helm.isEmpty()) {
            Assumptions.assumeTrue(
                    settings.executable("go").isPresent(),
                    "could not run: neither " + (helm.isEmpty() ? "helm" : "kubectl or kustomize")
                            + " nor go is on the PATH");
            GoModule tools = new GoModule(settings, E2E.resolve("tools"), "-s -w");
            List<Program> missing = new ArrayList<>();
            if (kustomize.isEmpty()) {
                missing.add(new Program("kustomize", "sigs.k8s.io/kustomize/kustomize/v5"));
            }
            if (helm.isEmpty()) {
                missing.add(new Program("helm", "helm.sh/helm/v3/cmd/helm"));
            }
            List<Path> built = tools.build(missing, System.out);
            if (kustomize.isEmpty()) {
                kustomize = Optional.of(List.of(built.get(0).toString(), "build"));
            }
            if (helm.isEmpty()) {
                helm = Optional.of(List.of(built.get(built.size() - 1).toString()));
            }
        }
        return new Renderers(kustomize.orElseThrow(), helm.orElseThrow());
    }

    /** What a directory with a kustomization renders to. */
    String kustomized(Path directory) {
        List<String> command = new ArrayList<>(kustomize);
        command.add(directory.toString());
        return Run.of(command, "").text();
    }

    /** The chart, rendered for that namespace. */
    Run template(String namespace, String... values) {
        List<String> command = new ArrayList<>(helm);
        command.addAll(List.of("template", "apparmor-admission", CHART.toString(), "--namespace", namespace));
        // Without a cluster Helm has to be told for which Kubernetes.
        command.addAll(List.of("--kube-version", "1.35.0"));
        for (String value : values) {
            command.addAll(List.of("--set-json", value));
        }
        return Run.of(command, "");
    }

    /** Helm's own look at the chart. */
    Run lint() {
        List<String> command = new ArrayList<>(helm);
        command.addAll(List.of("lint", "--strict", CHART.toString()));
        return Run.of(command, "");
    }

    /** The objects of a text of YAML documents. */
    static List<ObjectNode> objects(String yaml) {
        return Arrays.stream(yaml.split("(?m)^---$"))
                .filter(document -> document.lines().anyMatch(line -> !line.isBlank() && !line.startsWith("#")))
                .map(Manifest::parse)
                .toList();
    }
}
