package dev.apparmoradmission.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.command.CommandRun;
import dev.apparmoradmission.observed.FakeCluster;
import dev.apparmoradmission.observed.FakeCluster.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code explain} about a workload that a cluster holds. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class ExplainStoredTest {

    private static final String KUBECONFIG = "kubeconfig";

    @TempDir
    Path dir;

    private FakeCluster cluster;

    @BeforeEach
    void begin() throws IOException {
        Files.writeString(dir.resolve("strict.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec: {defaultProfile: {type: RuntimeDefault}}
                """);
        cluster = new FakeCluster()
                .list(
                        "/api/v1/nodes",
                        "Node",
                        "{\"metadata\": {\"name\": \"n1\"}}",
                        "{\"metadata\": {\"name\": \"n2\"}}")
                .list("/api/v1/namespaces", "Namespace", "{\"metadata\": {\"name\": \"shop\"}}")
                .list("/api/v1/pods", "Pod", pod("shop", "web"), pod("shop", "other"), pod("bank", "web"))
                .list("/api/v1/namespaces/shop/pods", "Pod", pod("shop", "web"), pod("shop", "other"))
                .list("/apis/apps/v1/deployments", "Deployment", """
                        {"metadata": {"namespace": "shop", "name": "web"},
                         "spec": {"template": {"spec": {"containers": [{"name": "app"}]}}}}""");
        System.setProperty(KUBECONFIG, cluster.kubeconfig(dir).toString());
    }

    @AfterEach
    void end() {
        System.clearProperty(KUBECONFIG);
        cluster.close();
    }

    private static String pod(String namespace, String name) {
        return """
                {"metadata": {"namespace": "%s", "name": "%s"}, "spec": {"nodeName": "n1", "containers": [{"name": "app"}]}}
                """.formatted(namespace, name);
    }

    private CommandRun explain(String... options) {
        List<String> arguments =
                new ArrayList<>(List.of("--policy", dir.resolve("strict.yaml").toString()));
        arguments.addAll(List.of(options));
        return CommandRun.of(ExplainCommand::run, arguments);
    }

    @Test
    void a_pod_is_explained_as_it_is_stored() {
        CommandRun run = explain("--workload", "pod/web", "--namespace", "shop");

        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .startsWith("Pod shop/web: allowed, with warnings\n")
                .contains(
                        "default         RuntimeDefault, not written: the pod came without it, and is stored already (policy strict)\n",
                        "nodes           1 of 2 can take the pod\n",
                        "container \"app\" (spec.containers[0])\n",
                        "  warning       no AppArmor profile is declared [profile-missing, policy strict]\n")
                .doesNotContain("webhook  ", "other", "bank");
        assertThat(cluster.asked()).as("no other kind is listed").noneMatch(path -> path.contains("deployments"));
        assertThat(run.code()).isZero();
    }

    @Test
    void a_template_is_explained_as_the_pods_that_it_makes() {
        assertThat(explain("--workload", "Deployment/web").out())
                .startsWith("Deployment shop/web: allowed\n")
                .contains("webhook         adds RuntimeDefault at /spec/securityContext\n");
    }

    @Test
    void a_name_alone_is_looked_for_among_all_kinds_and_namespaces() throws IOException {
        assertThat(explain("--workload", "web").out())
                .contains("Pod shop/web: ", "Pod bank/web: ", "Deployment shop/web: ");
        JsonNode results = new ObjectMapper()
                .readTree(explain("--workload", "web", "--output", "json").out())
                .path("results");
        assertThat(results).hasSize(3).noneMatch(result -> result.has("line"));
    }

    @Test
    void what_is_not_there_and_what_cannot_be_read_is_2() {
        CommandRun none = explain("--workload", "pod/none", "--namespace", "shop");
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).isEqualTo("explain: no workload pod/none in namespace shop\n");

        cluster.reply("/api/v1/namespaces/shop/pods", next -> Reply.refused(403));
        CommandRun refused = explain("--workload", "pod/web", "--namespace", "shop");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).startsWith("cluster: pods in namespace shop: you may not list them");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--namespace shop | Give the file to explain, - for standard input, or the --workload of a cluster",
                "--workload web --nodes n.yaml | --nodes is for files, and none is given",
                "--workload web --context c web.yaml | --context is for a cluster, which is not asked where files are given"
            })
    void options_that_do_not_fit_together_are_refused(String options, String line) {
        CommandRun run = explain(options.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isEqualTo("explain: " + line + "\nexplain --help tells the options.\n");
    }
}
