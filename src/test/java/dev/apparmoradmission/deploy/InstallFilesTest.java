package dev.apparmoradmission.deploy;

import static dev.apparmoradmission.deploy.DeployFiles.DEPLOY;
import static dev.apparmoradmission.deploy.DeployFiles.document;
import static dev.apparmoradmission.deploy.DeployFiles.documents;
import static dev.apparmoradmission.deploy.DeployFiles.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.check.CheckRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code deploy/} says about the installation, as it stands in the files. That it renders, that the chart agrees and that
 * an API server takes it, {@code e2e} shows.
 */
class InstallFilesTest {

    private static final Path BASE = DEPLOY.resolve("base");
    private static final Path COMPONENTS = DEPLOY.resolve("components");
    private static final Path CHART = DEPLOY.resolve("helm").resolve("apparmor-admission");
    /** The API server closes a connection that it has not used for this long (client-go, {@code IdleConnTimeout}). */
    private static final Duration CONNECTION_LIFE = Duration.ofSeconds(90);

    private static JsonNode webhook() {
        return document(BASE.resolve("deployment.yaml"), "Deployment");
    }

    private static JsonNode container() {
        return webhook().at("/spec/template/spec/containers/0");
    }

    private static String variable(String name) {
        return container()
                .path("env")
                .valueStream()
                .filter(variable -> variable.path("name").asText().equals(name))
                .map(variable -> variable.path("value").asText())
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not set"));
    }

    private static List<JsonNode> configurations() {
        return documents(BASE.resolve("webhooks.yaml")).stream()
                .flatMap(configuration -> configuration.path("webhooks").valueStream())
                .toList();
    }

    // ---- kustomizations

    @Test
    void every_file_that_a_kustomization_names_is_there_and_none_beside_it_is_forgotten() throws IOException {
        List<Path> kustomizations = DeployFiles.kustomizations();
        assertThat(kustomizations).hasSizeGreaterThanOrEqualTo(14);
        for (Path kustomization : kustomizations) {
            JsonNode content = documents(kustomization).get(0);
            Path directory = kustomization.getParent();
            List<String> named = new ArrayList<>(texts(content.path("resources")));
            named.addAll(texts(content.path("components")));
            content.path("configMapGenerator").forEach(map -> named.addAll(texts(map.path("files"))));

            assertThat(named)
                    .as(kustomization.toString())
                    .allSatisfy(name ->
                            assertThat(directory.resolve(name).normalize()).exists());
            if (!directory.endsWith("policies")) {
                try (Stream<Path> beside = Files.list(directory)) {
                    assertThat(beside.map(file -> file.getFileName().toString())
                                    .filter(name -> name.endsWith(".yaml") && !name.equals("kustomization.yaml")))
                            .as("beside " + kustomization)
                            .allSatisfy(name -> assertThat(named).contains(name));
                }
            }
        }
    }

    @Test
    void each_overlay_has_exactly_one_way_to_a_certificate() throws IOException {
        try (Stream<Path> overlays = Files.list(DEPLOY.resolve("overlays"))) {
            assertThat(overlays.toList())
                    .extracting(overlay -> overlay.getFileName().toString())
                    .contains("agent", "audit-only", "cert-manager", "high-availability", "self-managed-tls");
        }
        for (Path kustomization : DeployFiles.kustomizations()) {
            if (kustomization.startsWith(DEPLOY.resolve("overlays"))) {
                assertThat(texts(documents(kustomization).get(0).path("components")))
                        .as(kustomization.toString())
                        .filteredOn(component ->
                                component.endsWith("self-managed-tls") || component.endsWith("components/cert-manager"))
                        .hasSize(1);
            }
        }
    }

    @Test
    void the_policies_of_a_cluster_are_one_of_baseline_and_restricted_under_a_name_that_stays() {
        JsonNode map =
                documents(Path.of("policies", "kustomization.yaml")).get(0).at("/configMapGenerator/0");

        assertThat(texts(map.path("files")))
                .doesNotContain("restricted.yaml")
                .contains("baseline.yaml")
                .allSatisfy(name -> assertThat(name).doesNotContain("/"));
        assertThat(map.path("name").asText()).isEqualTo("apparmor-admission-policies");
        assertThat(map.at("/options/disableNameSuffixHash").asBoolean()).isTrue();
    }

    // ---- the webhook's pod

    @ParameterizedTest
    @ValueSource(strings = {"policies/restricted.yaml", "policies/baseline.yaml"})
    void our_own_policies_find_nothing_against_the_webhooks_pod(String policy) throws IOException {
        CheckRun run = CheckRun.of(
                BASE.resolve("deployment.yaml").toString(),
                "--policy",
                policy,
                "--output",
                "json",
                "--fail-on",
                "warn");

        assertThat(run.code()).as(run.out() + run.err()).isZero();
        JsonNode result = new ObjectMapper().readTree(run.out()).at("/results/0");
        assertThat(result.at("/containers/0/declared").asText()).isEqualTo("RuntimeDefault");
        assertThat(result.at("/containers/0/source").asText()).isEqualTo("container-field");
        assertThat(result.path("findings")).isEmpty();
    }

    @Test
    void the_webhooks_pod_has_no_privilege() {
        JsonNode pod = webhook().at("/spec/template/spec");
        JsonNode security = container().path("securityContext");

        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/securityContext/runAsUser").asInt()).isPositive();
        assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
        assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(security.at("/capabilities/drop").toString()).isEqualTo("[\"ALL\"]");
        assertThat(pod.has("hostNetwork") || pod.has("hostPID") || pod.has("hostIPC"))
                .isFalse();
        assertThat(pod.path("volumes")).noneMatch(volume -> volume.has("hostPath"));
        assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(container().at("/resources/limits").has("memory")).isTrue();
        assertThat(container().at("/resources/limits").has("cpu")).isFalse();
    }

    @Test
    void an_ending_webhook_answers_for_longer_than_the_api_server_keeps_its_connections() throws IOException {
        Duration delay = seconds(variable("QUARKUS_SHUTDOWN_DELAY"));
        Duration timeout = seconds(variable("QUARKUS_SHUTDOWN_TIMEOUT"));
        Duration grace = Duration.ofSeconds(webhook()
                .at("/spec/template/spec/terminationGracePeriodSeconds")
                .asLong());

        assertThat(delay).isGreaterThan(CONNECTION_LIFE);
        assertThat(grace).isGreaterThan(delay.plus(timeout));
        Properties built = new Properties();
        try (var in = Files.newBufferedReader(Path.of("src", "main", "resources", "application.properties"))) {
            built.load(in);
        }
        assertThat(built.getProperty("quarkus.shutdown.delay-enabled")).isEqualTo("true");
        assertThat(seconds(built.getProperty("quarkus.http.idle-timeout"))).isGreaterThan(CONNECTION_LIFE);
    }

    @Test
    void one_that_does_not_answer_is_started_again_without_being_left_to_drain() {
        long drain = webhook()
                .at("/spec/template/spec/terminationGracePeriodSeconds")
                .asLong();

        for (String probe : List.of("startupProbe", "livenessProbe")) {
            assertThat(container()
                            .path(probe)
                            .path("terminationGracePeriodSeconds")
                            .asLong())
                    .as(probe)
                    .isPositive()
                    .isLessThan(drain / 4);
        }
    }

    private static Duration seconds(String duration) {
        return Duration.parse("PT" + duration);
    }

    @Test
    void a_drain_of_nodes_takes_one_replica_at_a_time_and_is_never_held_up_for_good() {
        JsonNode budget = document(BASE.resolve("disruption-budget.yaml"), "PodDisruptionBudget");

        assertThat(webhook().at("/spec/replicas").asInt()).isGreaterThanOrEqualTo(2);
        assertThat(webhook().at("/spec/strategy/rollingUpdate/maxUnavailable").asInt(-1))
                .isZero();
        assertThat(budget.at("/spec/maxUnavailable").asInt()).isEqualTo(1);
        assertThat(budget.at("/spec/unhealthyPodEvictionPolicy").asText()).isEqualTo("AlwaysAllow");
    }

    @Test
    void what_selects_the_webhooks_pods_selects_them() {
        String label = "app.kubernetes.io/name";
        String name = webhook().at("/spec/template/metadata/labels").path(label).asText();

        assertThat(name).isNotEmpty();
        assertThat(webhook().at("/spec/selector/matchLabels").path(label).asText())
                .isEqualTo(name);
        assertThat(document(BASE.resolve("service.yaml"), "Service")
                        .at("/spec/selector")
                        .path(label)
                        .asText())
                .isEqualTo(name);
        assertThat(document(BASE.resolve("disruption-budget.yaml"), "PodDisruptionBudget")
                        .at("/spec/selector/matchLabels")
                        .path(label)
                        .asText())
                .isEqualTo(name);
        assertThat(document(BASE.resolve("network-policy.yaml"), "NetworkPolicy")
                        .at("/spec/podSelector/matchLabels")
                        .path(label)
                        .asText())
                .isEqualTo(name);
        assertThat(webhook().at("/spec/template/spec/topologySpreadConstraints"))
                .isNotEmpty()
                .allSatisfy(spread -> assertThat(spread.at("/labelSelector/matchLabels")
                                .path(label)
                                .asText())
                        .isEqualTo(name));
    }

    // ---- what the API server is told

    @Test
    void no_webhook_can_keep_the_control_plane_or_itself_from_starting() {
        assertThat(configurations()).hasSize(4).allSatisfy(webhook -> {
            JsonNode expression = webhook.at("/namespaceSelector/matchExpressions/0");
            assertThat(expression.path("key").asText()).isEqualTo("kubernetes.io/metadata.name");
            assertThat(expression.path("operator").asText()).isEqualTo("NotIn");
            assertThat(texts(expression.path("values"))).contains("kube-system", "apparmor-admission");
            // Labels of objects are free to whoever makes them.
            assertThat(webhook.has("objectSelector")).isFalse();
            assertThat(webhook.path("timeoutSeconds").asInt()).isBetween(1, 10);
            assertThat(webhook.path("sideEffects").asText()).isEqualTo("None");
            assertThat(webhook.at("/clientConfig/service/port").asInt()).isEqualTo(443);
        });
    }

    @Test
    void no_rule_takes_more_than_it_names() {
        assertThat(configurations())
                .flatExtracting(webhook -> webhook.path("rules").valueStream().toList())
                .isNotEmpty()
                .allSatisfy(rule -> {
                    assertThat(rule.toString()).doesNotContain("*");
                    assertThat(rule.path("scope").asText()).isEqualTo("Namespaced");
                });
    }

    @Test
    void audit_only_lets_everything_pass_if_the_webhook_does_not_answer_and_leaves_out_none() {
        JsonNode component = documents(COMPONENTS.resolve("audit-only").resolve("kustomization.yaml"))
                .get(0);
        List<String> ignored = new ArrayList<>();
        for (JsonNode patch : component.path("patches")) {
            if (patch.at("/target/kind").asText().endsWith("WebhookConfiguration")) {
                for (JsonNode webhook : parse(patch.path("patch").asText()).path("webhooks")) {
                    assertThat(webhook.path("failurePolicy").asText()).isEqualTo("Ignore");
                    ignored.add(webhook.path("name").asText());
                }
            }
        }

        assertThat(ignored)
                .containsExactlyElementsOf(configurations().stream()
                        .map(webhook -> webhook.path("name").asText())
                        .toList());
    }

    private static JsonNode parse(String yaml) {
        try {
            return new ObjectMapper(new com.fasterxml.jackson.dataformat.yaml.YAMLFactory()).readTree(yaml);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    // ---- rights

    @Test
    void no_role_has_a_wildcard_and_no_secret_can_be_read_but_the_webhooks_own() throws IOException {
        List<JsonNode> roles = new ArrayList<>();
        try (Stream<Path> files = Files.walk(DEPLOY)) {
            files.filter(file -> file.getFileName().toString().matches("rbac.*\\.yaml"))
                    .filter(file -> !file.startsWith(CHART))
                    .forEach(file -> documents(file).stream()
                            .filter(document -> document.path("kind").asText().endsWith("Role"))
                            .forEach(roles::add));
        }
        assertThat(roles).hasSizeGreaterThanOrEqualTo(6).allSatisfy(role -> {
            assertThat(role.toString()).doesNotContain("\"*\"");
            for (JsonNode rule : role.path("rules")) {
                if (texts(rule.path("resources")).contains("secrets")) {
                    assertThat(role.path("kind").asText()).isEqualTo("Role");
                    assertThat(rule.path("resourceNames").toString().equals("[\"apparmor-admission-tls\"]")
                                    || rule.path("verbs").toString().equals("[\"create\"]"))
                            .as(rule.toString())
                            .isTrue();
                }
                if (texts(rule.path("resources")).toString().contains("webhookconfigurations")) {
                    // Only people who look for what is wrong see those of others, and they can change none.
                    boolean looks = role.at("/metadata/name").asText().equals("apparmor-admission-doctor")
                            && texts(rule.path("verbs")).equals(List.of("list"));
                    assertThat(looks || rule.path("resourceNames").toString().equals("[\"apparmor-admission\"]"))
                            .as(rule.toString())
                            .isTrue();
                }
            }
        });
    }

    // ---- the chart

    @Test
    void the_chart_brings_the_policies_that_we_ship_letter_by_letter() throws IOException {
        try (Stream<Path> files = Files.list(CHART.resolve("files").resolve("policies"))) {
            assertThat(files.toList())
                    .hasSize(4)
                    .allSatisfy(copy -> assertThat(Files.readString(copy))
                            .as("%s: copy it anew from policies/", copy)
                            .isEqualTo(Files.readString(
                                    Path.of("policies", copy.getFileName().toString()))));
        }
        JsonNode schema =
                new ObjectMapper().readTree(CHART.resolve("values.schema.json").toFile());
        assertThat(texts(schema.at("/properties/policies/properties/shipped/items/enum")))
                .containsExactly("audit-first", "baseline", "kube-system-careful", "restricted");
    }

    @Test
    void alerts_and_dashboard_are_the_same_wherever_they_stand() throws IOException {
        Path component = COMPONENTS.resolve("monitoring");
        Path chart = CHART.resolve("files").resolve("monitoring");

        assertThat(component.resolve("alerts.yaml"))
                .as("copy it anew from deploy/alerts.yaml")
                .hasSameTextualContentAs(DEPLOY.resolve("alerts.yaml"));
        assertThat(chart.resolve("alerts.yaml"))
                .as("copy it anew from deploy/alerts.yaml")
                .hasSameTextualContentAs(DEPLOY.resolve("alerts.yaml"));
        assertThat(chart.resolve("apparmor-admission.json"))
                .as("copy it anew from deploy/components/monitoring")
                .hasSameTextualContentAs(component.resolve("apparmor-admission.json"));
    }

    @Test
    void every_value_of_the_chart_has_a_schema_and_every_schema_a_default() throws IOException {
        JsonNode values = documents(CHART.resolve("values.yaml")).get(0);
        JsonNode schema =
                new ObjectMapper().readTree(CHART.resolve("values.schema.json").toFile());
        List<String> known = new ArrayList<>();
        schema.path("properties").fieldNames().forEachRemaining(known::add);
        known.remove("global");

        assertThat(values.fieldNames()).toIterable().containsExactlyInAnyOrderElementsOf(known);
        assertThat(schema.path("additionalProperties").asBoolean(true)).isFalse();
    }

    // ---- GitOps

    @Test
    void argo_cd_and_flux_follow_a_directory_that_is_there() {
        Path gitops = DEPLOY.resolve("gitops");
        String followed = document(gitops.resolve("argo-cd.yaml"), "Application")
                .at("/spec/source/path")
                .asText();
        JsonNode flux = document(gitops.resolve("flux.yaml"), "Kustomization");

        assertThat(Path.of(followed).resolve("kustomization.yaml")).exists();
        assertThat(Path.of(flux.at("/spec/path").asText()).normalize()).isEqualTo(Path.of(followed));
        assertThat(flux.at("/spec/sourceRef/name").asText())
                .isEqualTo(document(gitops.resolve("flux.yaml"), "GitRepository")
                        .at("/metadata/name")
                        .asText());
    }

    @Test
    void the_policies_of_the_example_cluster_hold() throws IOException {
        CheckRun run = CheckRun.of(
                BASE.resolve("deployment.yaml").toString(),
                "--policy",
                DEPLOY.resolve("gitops").resolve("cluster").resolve("policies").toString());

        assertThat(run.code()).as(run.out() + run.err()).isZero();
    }
}
