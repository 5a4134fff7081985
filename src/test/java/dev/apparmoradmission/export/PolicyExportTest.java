package dev.apparmoradmission.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.apparmoradmission.command.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code policy export} writes. What it means, a real API server tells, in {@code e2e}. */
class PolicyExportTest {

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Path POLICIES = Path.of("policies");

    @TempDir
    Path directory;

    private static CommandRun run(String... arguments) {
        return CommandRun.of(ExportCommand::run, List.of(arguments));
    }

    private static String exported(Path policy, String... more) {
        List<String> arguments = new ArrayList<>(List.of("--policy", policy.toString()));
        arguments.addAll(List.of(more));
        CommandRun run = run(arguments.toArray(String[]::new));
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        return run.out();
    }

    private String exported(String spec, String... more) throws IOException {
        return exported(Files.writeString(directory.resolve("policy.yaml"), """
                        apiVersion: apparmor-admission.dev/v1alpha1
                        kind: AppArmorPolicy
                        metadata: {name: mine}
                        spec:
                        %s
                        """.formatted(spec.indent(2))), more);
    }

    private static List<JsonNode> documents(String yaml) throws IOException {
        List<JsonNode> documents = new ArrayList<>();
        try (MappingIterator<JsonNode> all = YAML.readerFor(JsonNode.class).readValues(yaml)) {
            all.forEachRemaining(documents::add);
        }
        return documents;
    }

    private static JsonNode named(String yaml, String kind, String name) throws IOException {
        for (JsonNode document : documents(yaml)) {
            if (document.path("kind").asText().equals(kind)
                    && document.at("/metadata/name").asText().equals("apparmor-admission-backstop-" + name)) {
                return document;
            }
        }
        throw new IllegalArgumentException("no " + kind + " " + name + " in:\n" + yaml);
    }

    @ParameterizedTest
    @ValueSource(strings = {"audit-first", "baseline", "restricted", "kube-system-careful"})
    void each_policy_has_the_binding_that_puts_it_in_force_and_each_export_is_the_same(String policy)
            throws IOException {
        Path file = POLICIES.resolve(policy + ".yaml");
        String yaml = exported(file, "--mutating", "v1");
        assertThat(exported(file, "--mutating", "v1")).isEqualTo(yaml);

        Set<String> policies = new TreeSet<>();
        Set<String> bindings = new TreeSet<>();
        for (JsonNode document : documents(yaml)) {
            String kind = document.path("kind").asText();
            String name = document.at("/metadata/name").asText();
            assertThat(document.at("/metadata/labels/app.kubernetes.io~1component")
                            .asText())
                    .isEqualTo("backstop");
            if (kind.endsWith("Binding")) {
                assertThat(document.at("/spec/policyName").asText()).isEqualTo(name);
                bindings.add(kind + name);
            } else {
                boolean denies = name.endsWith("-deny") || name.endsWith("-default");
                assertThat(document.at("/spec/failurePolicy").asText())
                        .isIn(denies ? List.of("Fail") : List.of("Fail", "Ignore"));
                assertThat(policies.add(kind + "Binding" + name)).isTrue();
            }
        }
        assertThat(bindings).isNotEmpty().isEqualTo(policies);
    }

    @ParameterizedTest
    @CsvSource({"Enforce, deny, Deny", "Warn, warn, Warn", "Audit, audit, ''"})
    void the_mode_decides_what_the_API_server_does(String mode, String suffix, String verb) throws IOException {
        String yaml = exported("mode: " + mode + "\nmatch: {namespaces: [shop]}");

        List<String> actions = new ArrayList<>();
        named(yaml, "ValidatingAdmissionPolicyBinding", "mine-pods-" + suffix)
                .at("/spec/validationActions")
                .forEach(action -> actions.add(action.asText()));
        assertThat(actions).isEqualTo(verb.isEmpty() ? List.of("Audit") : List.of(verb, "Audit"));
    }

    @Test
    void names_of_namespaces_become_a_selector_and_globs_a_condition() throws IOException {
        JsonNode policy = named(
                exported("match: {namespaces: [\"shop-*\"], excludeNamespaces: [b, a],"
                        + " namespaceSelector: {matchLabels: {team: \"x: 'y'\"}}}"),
                "ValidatingAdmissionPolicy",
                "mine-pods-deny");

        JsonNode selector = policy.at("/spec/matchConstraints/namespaceSelector");
        assertThat(selector.at("/matchLabels/team").asText()).isEqualTo("x: 'y'");
        assertThat(selector.at("/matchExpressions/0/key").asText()).isEqualTo("kubernetes.io/metadata.name");
        assertThat(selector.at("/matchExpressions/0/operator").asText()).isEqualTo("NotIn");
        assertThat(selector.at("/matchExpressions/0/values").toString())
                .isEqualTo("[\"a\",\"apparmor-admission\",\"b\",\"kube-system\"]");
        assertThat(policy.at("/spec/matchConditions/0/expression").asText())
                .isEqualTo("request.namespace.matches('(?s)^(?:shop-.*)$')");
    }

    /** The webhook's registration leaves them out: denied there by the API server alone, a cluster might not come up again. */
    @Test
    void what_denies_or_changes_leaves_out_the_control_plane_and_the_webhook_itself() throws IOException {
        String yaml = exported("rules: {privileged: Warn, unconfined: Audit}", "--mutating", "v1");
        for (String name : List.of("mine-pods-deny", "mine-bindings")) {
            assertThat(excluded(named(yaml, "ValidatingAdmissionPolicy", name)))
                    .isEqualTo("[\"apparmor-admission\",\"kube-system\"]");
        }
        assertThat(excluded(named(yaml, "MutatingAdmissionPolicy", "mine-default")))
                .isEqualTo("[\"apparmor-admission\",\"kube-system\"]");
        for (String name : List.of("mine-pods-warn", "mine-pods-audit")) {
            assertThat(excluded(named(yaml, "ValidatingAdmissionPolicy", name))).isEmpty();
        }

        String elsewhere = exported(
                "match: {excludeNamespaces: [kube-system, b]}",
                "--exclude-namespace",
                "kube-system",
                "--exclude-namespace",
                "security");
        assertThat(excluded(named(elsewhere, "ValidatingAdmissionPolicy", "mine-pods-deny")))
                .isEqualTo("[\"b\",\"kube-system\",\"security\"]");
        assertThat(elsewhere).contains("# Nothing is denied or changed in the namespaces kube-system, security.");
    }

    private static String excluded(JsonNode policy) {
        JsonNode expression = policy.at("/spec/matchConstraints/namespaceSelector/matchExpressions/0");
        assertThat(expression.path("operator").asText()).isIn("", "NotIn");
        return expression.path("values").toString();
    }

    @Test
    void grants_end_by_the_time_at_which_a_pod_is_created() throws IOException {
        Path grants = Files.writeString(directory.resolve("grants.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorException
                metadata: {name: day}
                spec: {namespaces: ["*"], containers: ["*"], permits: [unconfined], reason: for a day only, expires: "2027-03-01"}
                ---
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorException
                metadata: {name: instant}
                spec: {namespaces: ["*"], containers: ["*"], permits: [unconfined], reason: for an instant, expires: "2027-03-01T12:00:00+02:00"}
                """);
        String yaml = exported("exceptions: {source: Grant, maxDays: 10}", "--policy", grants.toString());

        assertThat(yaml)
                .contains(
                        "timestamp(dyn(object).metadata.creationTimestamp) < timestamp('2027-03-02T00:00:00Z')",
                        "timestamp(dyn(object).metadata.creationTimestamp) >= timestamp('2027-02-18T23:59:00Z')",
                        "timestamp(dyn(object).metadata.creationTimestamp) < timestamp('2027-03-01T10:00:00Z')",
                        "timestamp(dyn(object).metadata.creationTimestamp) >= timestamp('2027-02-19T09:59:00Z')");
    }

    @Test
    void what_needs_nodes_or_a_clock_is_not_exported_and_is_named() throws IOException {
        String yaml = exported("rules: {privileged: Enforce}\nlocalhost: {placement: Steer}");

        assertThat(yaml.lines().filter(line -> line.startsWith("#")))
                .anyMatch(line -> line.startsWith("#   localhost-not-loaded (Enforce) needs the nodes"))
                .anyMatch(line -> line.startsWith("#   inventory-unknown (Enforce) needs the nodes"))
                .anyMatch(line -> line.startsWith("#   privileged (Enforce) with a Localhost profile"))
                .anyMatch(line -> line.startsWith("#   expires and exceptions.maxDays: judged when a pod is created"))
                .anyMatch(line -> line.startsWith("#   defaultProfile: needs MutatingAdmissionPolicy"))
                .anyMatch(line -> line.startsWith("#   localhost.placement:"));
        assertThat(yaml.replaceAll("(?m)^#.*", ""))
                .doesNotContain("localhost-not-loaded", "localhost-mode", "inventory-unknown", "apparmor-unavailable");
    }

    @Test
    void a_rule_that_is_ignored_is_neither_exported_nor_named() throws IOException {
        String yaml = exported("rules: {unconfined: Ignore, localhost-mode: Ignore, annotation-malformed: Ignore}");

        assertThat(yaml).doesNotContain("[unconfined]", "localhost-mode", "[annotation-malformed]", "-bindings");
    }

    @Test
    void the_default_is_exported_only_where_it_needs_no_nodes() throws IOException {
        String pod = "defaultProfile: {type: Localhost, localhostProfile: \"a'b\", onUnsupportedNode: %s}";
        String beta = exported(pod.formatted("Deny"), "--mutating", "v1beta1");

        JsonNode mutating = named(beta, "MutatingAdmissionPolicy", "mine-default");
        assertThat(mutating.path("apiVersion").asText()).isEqualTo("admissionregistration.k8s.io/v1beta1");
        assertThat(mutating.at("/spec/mutations/0/jsonPatch/expression").asText())
                .contains("'localhostProfile': 'a\\'b'");
        for (String moved : List.of("Skip", "Pin")) {
            assertThat(exported(pod.formatted(moved), "--mutating", "v1beta1"))
                    .doesNotContain("MutatingAdmissionPolicy")
                    .contains("#   defaultProfile: with onUnsupportedNode Skip or Pin");
        }
    }

    @Test
    void policies_that_differ_in_the_default_export_none() throws IOException {
        Path other = Files.writeString(directory.resolve("other.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: other}
                spec: {defaultProfile: {type: Localhost, localhostProfile: web}}
                """);

        assertThat(exported("mode: Warn", "--policy", other.toString(), "--mutating", "v1"))
                .doesNotContain("MutatingAdmissionPolicy")
                .contains("#   defaultProfile: policies differ in it");
    }

    @Test
    void files_hold_the_same_and_those_of_an_earlier_export_go() throws IOException {
        Path target = directory.resolve("a/b");
        assertThat(exported("mode: Warn", "--mutating", "v1", "--output-dir", target.toString()))
                .isEmpty();
        assertThat(target.resolve("mutating.yaml")).exists();

        exported("mode: Warn", "--output-dir", target.toString());

        assertThat(target.resolve("mutating.yaml")).doesNotExist();
        String together = Files.readString(target.resolve("validating.yaml")) + "---\n"
                + Files.readString(target.resolve("bindings.yaml"));
        assertThat(documents(together)).isEqualTo(documents(exported("mode: Warn")));
    }

    @Test
    void bad_usage_is_one_line_and_the_way_to_help() {
        for (String[] arguments : new String[][] {
            {"--format", "rego"}, {"--mutating", "v2"}, {"more"}, {"--exclude-namespace", "Kube_System"}
        }) {
            CommandRun run = run(arguments);
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).startsWith("policy export: ").hasLineCount(2).contains("policy export --help");
        }
        assertThat(run("--help").out())
                .startsWith("Usage: java -jar quarkus-run.jar policy export")
                .contains("--mutating");
    }

    @Test
    void policies_that_cannot_be_used_are_told_with_file_and_place() throws IOException {
        Path broken = Files.writeString(directory.resolve("broken.yaml"), "kind: AppArmorPolicy\nspec: {mode: Off}\n");
        CommandRun run = run("--policy", broken.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("broken.yaml:");

        Path longest = Files.writeString(
                directory.resolve("long.yaml"),
                "{apiVersion: apparmor-admission.dev/v1alpha1, kind: AppArmorPolicy, metadata: {name: %s}, spec: {}}"
                        .formatted("a".repeat(250)));
        CommandRun tooLong = run("--policy", longest.toString());
        assertThat(tooLong.code()).isEqualTo(2);
        assertThat(tooLong.err()).hasLineCount(1).contains("give the policy a shorter one");
    }

    @Test
    void the_commands_that_the_reference_shows_are_understood() throws IOException {
        String readme = Files.readString(POLICIES.resolve("README.md"));
        List<String> commands = Pattern.compile("(?m)^java -jar target/quarkus-app/quarkus-run.jar policy export (.*)$")
                .matcher(readme)
                .results()
                .map(found -> found.group(1))
                .toList();

        assertThat(commands).isNotEmpty();
        for (String command : commands) {
            String options = command.replaceFirst("\\|.*", "")
                    .strip()
                    .replace("--output-dir backstop", "--output-dir " + directory.resolve("backstop"));
            assertThat(run(options.split(" +")).code()).as(command).isZero();
        }
        assertThat(directory.resolve("backstop").resolve("validating.yaml")).exists();
    }
}
