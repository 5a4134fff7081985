package dev.apparmoradmission.e2e.install;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@code deploy/README.md} tells people to write and to apply, and the example that GitOps tools follow. */
class InstallGuideTest {
    private static final Path README = Renderers.DEPLOY.resolve("README.md");

    private static Renderers renderers = new Renderers(List.of(), List.of());

    @BeforeAll
    static void find() throws Exception {
        renderers = Renderers.find();
    }

    @Test
    void theOverlayOfTheGuideRendersWithItsImagesAndItsPolicies() throws IOException {
        String kustomization = Pattern.compile("(?s)```yaml\n(.*?)```")
                .matcher(Files.readString(README))
                .results()
                .map(found -> found.group(1))
                .filter(block -> block.contains("kind: Kustomization"))
                .findFirst()
                .orElseThrow();
        Path directory = Renderers.E2E.resolve("target").resolve("overlays").resolve("guide");
        Files.createDirectories(directory);
        Path deploy = directory.toRealPath().relativize(Renderers.DEPLOY.toRealPath());
        Files.writeString(directory.resolve("kustomization.yaml"), kustomization.replace("../..", deploy.toString()));
        Files.writeString(directory.resolve("cluster.yaml"), "kind: AppArmorPolicy\n");

        List<ObjectNode> objects = Renderers.objects(renderers.kustomized(directory));

        assertThat(data(objects)).isEqualTo("{\"cluster.yaml\":\"kind: AppArmorPolicy\\n\"}");
        assertThat(images(objects))
                .containsExactlyInAnyOrder(
                        "registry.example/apparmor-admission:0.1.0",
                        "registry.example/apparmor-admission-agent:0.1.0",
                        "registry.example/apparmor-admission-agent:0.1.0");
    }

    @Test
    void everyDirectoryThatIsAppliedInTheDocumentsRenders() throws IOException {
        List<String> directories = new ArrayList<>();
        for (Path document : List.of(README, Renderers.DEPLOY.resolve("agent").resolve("README.md"))) {
            Pattern.compile("kubectl (?:apply|delete) -k (deploy/[-a-z/]+)")
                    .matcher(Files.readString(document))
                    .results()
                    .map((MatchResult found) -> found.group(1))
                    .forEach(directories::add);
        }

        assertThat(directories)
                .hasSizeGreaterThanOrEqualTo(4)
                .allSatisfy(directory -> assertThat(
                                Renderers.objects(renderers.kustomized(Renderers.DEPLOY.resolveSibling(directory))))
                        .isNotEmpty());
    }

    @Test
    void everyAlertThatTheGuideToARollOutNamesIsThere() throws IOException {
        String alerts = Files.readString(Renderers.DEPLOY.resolve("alerts.yaml"));

        assertThat(Pattern.compile("`(AppArmor[A-Z]\\w+)`")
                        .matcher(Files.readString(Renderers.DEPLOY.resolve("ROLLOUT.md")))
                        .results()
                        .map(found -> found.group(1))
                        .filter(name -> !name.equals("AppArmorException")))
                .hasSizeGreaterThan(10)
                .allSatisfy(name -> assertThat(alerts).contains("- alert: " + name + "\n"));
    }

    @Test
    void theExampleClusterHasItsOwnPoliciesAndRegistersTheWebhookLast() {
        List<ObjectNode> objects = Renderers.objects(
                renderers.kustomized(Renderers.DEPLOY.resolve("gitops").resolve("cluster")));

        assertThat(data(objects)).startsWith("{\"cluster.yaml\":").doesNotContain("baseline.yaml");
        assertThat(images(objects)).singleElement().asString().contains("@sha256:");
        assertThat(objects)
                .filteredOn(object -> object.path("kind").asText().endsWith("WebhookConfiguration"))
                .hasSize(2)
                .allSatisfy(object -> assertThat(object.path("metadata")
                                .path("annotations")
                                .path("argocd.argoproj.io/sync-wave")
                                .asText())
                        .isEqualTo("1"));
    }

    private static String data(List<ObjectNode> objects) {
        return objects.stream()
                .filter(object -> object.path("kind").asText().equals("ConfigMap"))
                .map(object -> object.path("data").toString())
                .findFirst()
                .orElseThrow();
    }

    private static List<String> images(List<ObjectNode> objects) {
        return objects.stream()
                .map(object -> object.at("/spec/template/spec/containers/0/image"))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .toList();
    }
}
