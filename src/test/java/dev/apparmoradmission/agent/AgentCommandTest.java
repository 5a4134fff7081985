package dev.apparmoradmission.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as somebody types it, or as a DaemonSet does. */
class AgentCommandTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T19:00:00Z"), ZoneOffset.UTC);

    @TempDir
    Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Map<String, String> environment = new HashMap<>();
    private FakeNode node;

    @BeforeEach
    void begin() throws Exception {
        node = new FakeNode(directory);
    }

    @AfterEach
    void end() throws IOException {
        node.close();
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "--securityfs",
                node.securityfs().toString(),
                "--module-parameters=" + node.parameters(),
                "--boot-id-file",
                node.bootId().toString(),
                "--token-file",
                node.tokenFile().toString()));
        all.addAll(List.of(arguments));
        return AgentCommand.run(
                all,
                environment,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                CLOCK);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void print_shows_the_configmap_and_needs_no_api_server() throws IOException {
        int code = run("--print");

        assertThat(code).isZero();
        assertThat(err()).isEmpty();
        JsonNode configMap = new ObjectMapper().readTree(out());
        assertThat(configMap.at("/metadata/name").asText()).isEqualTo("apparmor-inventory-n1");
        assertThat(configMap.at("/metadata/ownerReferences/0/uid").asText()).isEqualTo("uid-1");
        assertThat(configMap.at("/data/n1").asText())
                .startsWith("# apparmor: enabled\n# observed-at: 2026-11-22T19:00:00Z\n# boot-id: " + FakeNode.BOOT_ID
                        + "\n# kernel: ")
                .endsWith("\nk8s-nginx (enforce)\n");
    }

    @Test
    void print_tells_a_list_that_cannot_be_read_and_fails() throws IOException {
        Files.delete(node.list());

        assertThat(run("--print")).isEqualTo(1);
        assertThat(err()).startsWith("agent: ").contains("is not there though AppArmor is on");
        assertThat(out()).contains("# problem: ");
    }

    @Test
    void print_without_a_token_takes_the_name_that_it_is_given() throws IOException {
        Files.delete(node.tokenFile());
        environment.put("NODE_NAME", "n7");

        assertThat(run("--print")).isZero();
        assertThat(out()).contains("apparmor-inventory-n7").doesNotContain("ownerReferences");
    }

    @Test
    void the_usage_names_every_option_with_its_default() {
        assertThat(run("--help")).isZero();
        assertThat(out())
                .contains(
                        "--namespace NAME",
                        "--node NAME",
                        "--node-uid UID",
                        "--securityfs DIR",
                        "--module-parameters DIR",
                        "--boot-id-file FILE",
                        "--server URL",
                        "--token-file FILE",
                        "--ca-file FILE",
                        "--refresh DURATION",
                        "(default: 6h)",
                        "--poll DURATION",
                        "(default: 30s)",
                        "--content-hashes",
                        "--print",
                        "--help",
                        "APPARMOR_ADMISSION_AGENT_TOKEN_FILE");
        assertThat(out().lines()).allMatch(line -> line.length() <= 130);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --prnt                                  | unknown option "--prnt"
            sometext                                | unknown option "sometext"
            --poll                                  | --poll needs a DURATION
            --poll=30                               | --poll "30" is not a number with ms, s, m or h, such as 6h
            --poll=1ms                              | --poll "1ms" is not between 50ms and 1h
            --refresh=999999h                       | --refresh "999999h" is not between 1000ms and 168h
            --node=N1                               | --node "N1" is not the name of a node of at most 234 characters
            --namespace=../x                        | --namespace "../x" is not the name of a namespace
            --node-uid=a/b                          | --node-uid "a/b" is not a uid
            --content-hashes=yes                    | --content-hashes "yes" is neither true nor false
            --server=https://                       | --server "https://" is not of the form https://HOST:PORT
            --server=ftp://a                        | --server "ftp://a" is not of the form https://HOST:PORT
            --server=a b                            | --server "a b" is not of the form https://HOST:PORT
            --server=http://10.0.0.1                | plain http is for the loopback alone
            """)
    void bad_usage_is_told_in_one_line(String argument, String told) {
        assertThat(run(argument)).isEqualTo(2);
        assertThat(err().lines()).hasSize(2);
        assertThat(err()).startsWith("agent: ").contains(told).contains("agent --help");
        assertThat(out()).isEmpty();
    }

    @Test
    void outside_a_pod_it_says_what_is_missing() {
        assertThat(run("--namespace", "x")).isEqualTo(2);
        assertThat(err()).contains("KUBERNETES_SERVICE_HOST is not set", "--server", "--print");
    }

    @Test
    void an_old_clusters_token_is_told_with_the_way_out() throws IOException {
        environment.put("KUBERNETES_SERVICE_HOST", "fd00::1");
        Files.writeString(node.tokenFile(), FakeNode.tokenOf("{\"kubernetes.io\":{\"namespace\":\"a\"}}"));

        assertThat(run("--namespace=x", "--node=n1")).isEqualTo(2);
        assertThat(err())
                .contains("does not tell its node", "Kubernetes 1.30", "--node-uid")
                .doesNotContain(Files.readString(node.tokenFile()).split("\\.", -1)[1]);
    }

    @Test
    void an_agent_speaks_for_no_other_node_than_its_tokens() {
        environment.put("KUBERNETES_SERVICE_HOST", "10.96.0.1");
        environment.put("NODE_NAME", "n2");

        assertThat(run("--namespace=x")).isEqualTo(2);
        assertThat(err()).contains("is bound to node \"n1\", but --node or NODE_NAME says \"n2\"");
    }

    @Test
    void a_token_that_names_no_possible_node_is_not_believed() throws IOException {
        environment.put("KUBERNETES_SERVICE_HOST", "10.96.0.1");
        node.token("../../secrets/x", "u");

        assertThat(run("--namespace=x")).isEqualTo(2);
        assertThat(err()).contains("names node \"../../secrets/x\"");
    }

    @ParameterizedTest
    @CsvSource({"token-file, there is no such file", "boot-id-file, there is no such file"})
    void a_missing_file_is_named(String option, String told) {
        environment.put("KUBERNETES_SERVICE_HOST", "10.96.0.1");

        assertThat(run("--namespace=x", "--" + option, directory.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(err()).contains(directory.resolve("none") + ": " + told);
    }

    @Test
    void the_environment_gives_what_no_argument_does() throws AgentFailure {
        Map<String, String> variables = Map.of(
                "KUBERNETES_SERVICE_HOST", "fd00::1",
                "KUBERNETES_SERVICE_PORT", "6443",
                "APPARMOR_ADMISSION_AGENT_POLL", "5m",
                "APPARMOR_ADMISSION_AGENT_REFRESH", "90s",
                "APPARMOR_ADMISSION_AGENT_CONTENT_HASHES", "true",
                "APPARMOR_ADMISSION_AGENT_NAMESPACE", "ns",
                "NODE_NAME", "n1");

        AgentOptions options =
                AgentOptions.parse(List.of("--refresh", "2h"), variables).orElseThrow();

        assertThat(options.server()).hasValueSatisfying(uri -> assertThat(uri).hasToString("https://[fd00::1]:6443"));
        assertThat(options.poll()).hasMinutes(5);
        assertThat(options.refresh()).hasHours(2);
        assertThat(options.contentHashes()).isTrue();
        assertThat(options.namespace()).contains("ns");
        assertThat(options.node()).contains("n1");
        assertThat(options.securityfs()).isEqualTo(Path.of("/sys/kernel/security"));
        assertThat(options.moduleParameters()).isEqualTo(Path.of("/sys/module/apparmor/parameters"));
    }

    @Test
    void it_publishes_until_it_is_interrupted() throws Exception {
        try (FakeApiServer server = new FakeApiServer()) {
            Thread agent = new Thread(() -> run("--server", server.uri().toString(), "--namespace", "x"));
            agent.start();
            RunningAgent.await("a publication", () -> err().contains("published "), this::err);
            agent.interrupt();
            agent.join(60_000);

            assertThat(agent.isAlive()).isFalse();
            assertThat(err())
                    .startsWith("2026-11-22T19:00:00Z INFO  agent of node n1 (uid uid-1): reads ")
                    .contains(" INFO  published apparmor-inventory-n1: 1 profile");
        }
    }
}
