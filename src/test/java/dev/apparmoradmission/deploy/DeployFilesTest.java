package dev.apparmoradmission.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.apparmoradmission.check.CheckRun;
import dev.apparmoradmission.node.ProfileLabels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What we ship for the cluster holds to the policies that we ship, and to itself. */
class DeployFilesTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final Path AGENT = Path.of("deploy", "agent");
    private static final Path WITH = AGENT.resolve("daemonset.yaml");
    private static final Path WITHOUT = AGENT.resolve("daemonset-without-profile.yaml");

    /** Two nodes, of which the second has AppArmor off and the label for such nodes. */
    private static final String NODES = """
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: Node, metadata: {name: n1, labels: {kubernetes.io/os: linux}}}
            - apiVersion: v1
              kind: Node
              metadata: {name: n2, labels: {kubernetes.io/os: linux, apparmor-admission.dev/agent: without-profile}}
            """;

    @TempDir
    Path directory;

    private JsonNode check(int code, Path manifest, String policy, String listOfTheFirst) throws IOException {
        Path nodes = Files.writeString(directory.resolve("nodes.yaml"), NODES);
        Path inventory = Files.writeString(directory.resolve("inventory.yaml"), """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: inventory, labels: {apparmor-admission.dev/inventory: "true"}}
                data:
                  n1: "# apparmor: enabled\\n%s\\n"
                  n2: "# apparmor: disabled\\n"
                """.formatted(listOfTheFirst));
        CheckRun run = CheckRun.of(
                manifest.toString(),
                "--policy",
                policy,
                "--nodes",
                nodes.toString(),
                "--inventory",
                inventory.toString(),
                "--output",
                "json");
        assertThat(run.code()).as(run.out() + run.err()).isEqualTo(code);
        return JSON.readTree(run.out()).at("/results/0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"policies/restricted.yaml", "policies/baseline.yaml"})
    void the_agent_with_its_profile_needs_no_exception(String policy) throws IOException {
        JsonNode result = check(0, WITH, policy, "apparmor-admission-agent (enforce)");

        assertThat(result.at("/containers/0/declared").asText()).isEqualTo("Localhost/apparmor-admission-agent");
        assertThat(result.at("/containers/0/confinement").asText()).isEqualTo("Enforced");
        assertThat(result.at("/findings")).isEmpty();
    }

    @Test
    void where_its_profile_is_not_loaded_the_policy_says_so() throws IOException {
        JsonNode result = check(1, WITH, "policies/restricted.yaml", "something-else (enforce)");

        assertThat(result.at("/findings/0/rule").asText()).isEqualTo("localhost-not-loaded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"policies/restricted.yaml", "policies/baseline.yaml"})
    void the_agent_without_a_profile_is_a_documented_exception_that_our_policy_accepts(String policy)
            throws IOException {
        JsonNode result = check(0, WITHOUT, policy, "");

        assertThat(result.at("/allowed").asBoolean()).isTrue();
        assertThat(result.at("/containers/0/confinement").asText()).isEqualTo("Unconfined");
    }

    @ParameterizedTest
    @ValueSource(strings = {"policies/restricted.yaml", "policies/baseline.yaml"})
    void without_its_annotations_it_would_be_denied(String policy) throws IOException {
        String bare =
                Files.readString(WITHOUT).replaceAll("(?m)^ +annotations:\\R( +apparmor-admission\\.dev/.*\\R)+", "");
        assertThat(bare).doesNotContain("apparmor-admission.dev/unconfined");

        JsonNode result = check(1, Files.writeString(directory.resolve("bare.yaml"), bare), policy, "");

        assertThat(result.at("/findings/0/rule").asText()).isEqualTo("unconfined");
    }

    /** The policy's own measure of a hardened container, with everything that an exception can be asked for. */
    @Test
    void the_exception_shows_every_compensating_control_and_names_who_answers_for_it() throws IOException {
        String strict = Files.readString(Path.of("policies", "restricted.yaml"))
                .replace("require: [reason]", "require: [reason, owner]")
                .replace(
                        "controls: []",
                        "controls: [SeccompProfile, DropAllCapabilities, RunAsNonRoot, NoPrivilegeEscalation,"
                                + " ReadOnlyRootFilesystem]");
        assertThat(strict).contains("[reason, owner]", "ReadOnlyRootFilesystem]");
        Path policy = Files.writeString(directory.resolve("strict.yaml"), strict);

        assertThat(check(0, WITHOUT, policy.toString(), "").at("/allowed").asBoolean())
                .isTrue();
    }

    @Test
    void the_two_faces_of_the_agent_differ_in_name_nodes_and_profile_only() throws IOException {
        SortedMap<String, String> with = leaves(YAML.readTree(Files.readString(WITH)));
        SortedMap<String, String> without = leaves(YAML.readTree(Files.readString(WITHOUT)));
        List<String> different = new ArrayList<>();
        with.forEach((path, value) -> {
            if (!value.equals(without.remove(path))) {
                different.add(path);
            }
        });
        String pod = "/spec/template/spec";

        assertThat(different)
                .containsExactly(
                        "/metadata/labels/app.kubernetes.io/name",
                        "/metadata/name",
                        "/spec/selector/matchLabels/app.kubernetes.io/name",
                        "/spec/template/metadata/labels/app.kubernetes.io/name",
                        pod
                                + "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0"
                                + "/matchExpressions/1/operator",
                        pod + "/containers/0/securityContext/appArmorProfile/localhostProfile",
                        pod + "/containers/0/securityContext/appArmorProfile/type");
        assertThat(without.keySet())
                .hasSize(3)
                .allSatisfy(path ->
                        assertThat(path).startsWith("/spec/template/metadata/annotations/apparmor-admission.dev/"));
    }

    private static SortedMap<String, String> leaves(JsonNode node) {
        SortedMap<String, String> leaves = new TreeMap<>();
        collect("", node, leaves);
        return leaves;
    }

    private static void collect(String path, JsonNode node, SortedMap<String, String> leaves) {
        if (node.isObject()) {
            node.properties().forEach(field -> collect(path + "/" + field.getKey(), field.getValue(), leaves));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                collect(path + "/" + i, node.get(i), leaves);
            }
        } else {
            leaves.put(path, node.asText());
        }
    }

    @Test
    void the_agent_shares_nothing_of_the_node_but_one_directory_that_it_can_only_read() throws IOException {
        JsonNode spec = YAML.readTree(Files.readString(WITH)).at("/spec/template/spec");

        assertThat(spec.has("hostNetwork") || spec.has("hostPID") || spec.has("hostIPC"))
                .isFalse();
        assertThat(spec.findValues("path").stream().map(JsonNode::asText).filter(path -> path.startsWith("/")))
                .containsExactly("/sys/kernel/security");
        assertThat(spec.at("/containers/0/volumeMounts"))
                .isNotEmpty()
                .allSatisfy(
                        mount -> assertThat(mount.path("readOnly").asBoolean()).isTrue());
        assertThat(spec.at("/securityContext/runAsGroup").asInt(-1)).isZero();
        assertThat(spec.at("/securityContext/runAsUser").asInt()).isNotZero();
    }

    @Test
    void the_agents_may_create_and_patch_ConfigMaps_and_nothing_else() throws IOException {
        String rbac = Files.readString(AGENT.resolve("rbac.yaml"));
        JsonNode role = document(rbac, "Role");

        assertThat(rbac).doesNotContain("ClusterRole");
        assertThat(role.at("/metadata/namespace").asText()).isEqualTo("apparmor-admission");
        assertThat(role.at("/rules")).hasSize(1);
        assertThat(role.at("/rules/0/resources").toString()).isEqualTo("[\"configmaps\"]");
        assertThat(role.at("/rules/0/verbs").toString()).isEqualTo("[\"create\",\"patch\"]");
        assertThat(document(rbac, "ServiceAccount")
                        .at("/automountServiceAccountToken")
                        .asBoolean(true))
                .isFalse();
    }

    private static JsonNode document(String file, String kind) throws IOException {
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(file)) {
            while (documents.hasNext()) {
                JsonNode document = documents.next();
                if (kind.equals(document.path("kind").asText())) {
                    return document;
                }
            }
        }
        throw new IllegalArgumentException("no " + kind);
    }

    @Test
    void the_agents_profile_lets_nothing_be_written_executed_or_administered() throws IOException {
        Pattern file = Pattern.compile("(deny )?(/\\S*) ([a-z]+),");
        List<String> rules = Files.readString(AGENT.resolve("apparmor-admission-agent"))
                .lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty() && !line.equals("}"))
                .skip(1)
                .toList();

        assertThat(rules).isNotEmpty().allSatisfy(rule -> {
            var match = file.matcher(rule);
            if (match.matches()) {
                boolean harmless = match.group(1) != null
                        || List.of("r", "mr").contains(match.group(3))
                        || rule.equals("/dev/{null,zero} rw,");
                assertThat(harmless).as(rule).isTrue();
            } else {
                assertThat(rule)
                        .isIn(
                                "network inet stream,",
                                "network inet6 stream,",
                                "network inet dgram,",
                                "network inet6 dgram,",
                                "network unix stream,",
                                "signal (receive),",
                                "ptrace (readby),");
            }
        });
    }

    @Test
    void the_webhooks_account_may_write_the_labels_that_it_writes() throws IOException {
        String policies = Files.readString(Path.of("deploy", "placement", "placement-writers.yaml"));

        assertThat(policies)
                .contains("key.startsWith('" + ProfileLabels.PROFILE_PREFIX + "')")
                .contains("key != '" + ProfileLabels.ENABLED + "'");
    }
}
