package dev.apparmoradmission.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InventoryCommandTest {

    private static final Path RESOURCES = Path.of("src/test/resources/inventory");
    private static final String CLUSTER = RESOURCES.resolve("cluster.yaml").toString();
    private static final String NODES = RESOURCES.resolve("nodes.yaml").toString();

    @TempDir
    Path directory;

    @Test
    void the_table_shows_how_each_node_stands_and_what_is_different_there() throws Exception {
        InventoryRun run = look();

        assertThat(run.out()).isEqualTo(golden("fleet.txt"));
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
        assertThat(run.err()).contains("node \"node-8\"", "permission denied").hasLineCount(1);
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void programs_get_all_of_it() throws Exception {
        InventoryRun run = look("--output", "json");

        assertThat(run.out()).isEqualTo(golden("fleet.json"));
        JsonNode json = new ObjectMapper().readTree(run.out());
        assertThat(json.path("nodes")).hasSize(10);
        assertThat(json.path("summary").path("rebooted").asInt()).isEqualTo(1);
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void one_profile_is_found_and_told_where_it_is_missing() throws Exception {
        InventoryRun run = look("--profile", "k8s-db");

        assertThat(run.out()).isEqualTo(golden("profile.txt"));
        assertThat(run.code()).isEqualTo(1);
        JsonNode json = new ObjectMapper()
                .readTree(look("--profile", "k8s-db", "--output", "json").out());
        assertThat(json.path("summary").path("enforced").asInt()).isEqualTo(1);
        assertThat(json.path("summary").path("weak").asInt()).isEqualTo(1);
        assertThat(json.path("summary").path("missing").asInt()).isEqualTo(1);
        assertThat(json.path("summary").path("off").asInt()).isEqualTo(1);
        assertThat(json.path("summary").path("unknown").asInt()).isEqualTo(5);
    }

    @Test
    void a_mistyped_profile_brings_the_name_that_was_meant() {
        InventoryRun run = look("--profile", "k8s-wbe");

        assertThat(run.out()).contains("No node has a profile of that name; did you mean \"k8s-web\"?");
        assertThat(run.code()).isEqualTo(1);
        assertThat(look("--profile", "something-else").out())
                .contains("No node has a profile of that name.")
                .doesNotContain("did you mean");
    }

    @Test
    void a_fleet_that_is_well_gives_0_and_so_does_a_profile_that_is_enforced_everywhere() throws Exception {
        String file = file("""
                {kind: ConfigMap, data: {n1: "a (enforce)\\nb (complain)", n2: "a (kill)\\nb (complain)"}}
                """);

        assertThat(InventoryRun.of("--inventory", file, "--fail-on", "unknown").code())
                .isZero();
        assertThat(InventoryRun.of("--inventory", file, "--profile", "a").code())
                .isZero();
        InventoryRun weak = InventoryRun.of("--inventory", file, "--profile", "b");
        assertThat(weak.code()).isEqualTo(1);
        assertThat(weak.out()).contains("\"b\" restrains on 0 of 2 nodes; does not restrain on 2 (n1, n2)");
        assertThat(InventoryRun.of("--inventory", file, "--profile", "b", "--fail-on", "never")
                        .code())
                .isZero();
    }

    @Test
    void what_fails_can_be_chosen() throws Exception {
        String differing = file("{kind: ConfigMap, data: {n1: a (enforce), n2: a (enforce), n3: a (complain)}}");

        assertThat(InventoryRun.of("--inventory", differing).code()).isEqualTo(1);
        assertThat(InventoryRun.of("--inventory", differing, "--fail-on", "unknown")
                        .code())
                .isZero();
        assertThat(look("--fail-on", "unknown").code()).isEqualTo(1);
        assertThat(look("--fail-on", "never").code()).isZero();
    }

    @Test
    void nodes_are_compared_with_those_of_the_same_label() throws Exception {
        InventoryRun run = look("--pool-label", "zone");

        assertThat(run.out())
                .contains("-- zone=a: 2 nodes", "-- zone=b: 1 node\n", "-- without zone: 7 nodes")
                .doesNotContain("scratch");
    }

    @Test
    void well_known_labels_tell_pools_apart() throws Exception {
        String inventory =
                file("{kind: ConfigMap, data: {n1: a (enforce), n2: a (enforce), g1: b (enforce), cp: c (enforce)}}");
        Path nodes = Files.writeString(directory.resolve("nodes.yaml"), """
                kind: NodeList
                items:
                - metadata: {name: n1, labels: {karpenter.sh/nodepool: web}}
                - metadata: {name: n2, labels: {karpenter.sh/nodepool: web}}
                - metadata: {name: g1, labels: {cloud.google.com/gke-nodepool: gpu}}
                - metadata: {name: cp, labels: {node-role.kubernetes.io/control-plane: ""}}
                """);

        InventoryRun run = InventoryRun.of("--inventory", inventory, "--nodes", nodes.toString());

        assertThat(run.out())
                .contains(
                        "-- karpenter.sh/nodepool=web: 2 nodes",
                        "-- cloud.google.com/gke-nodepool=gpu: 1 node",
                        "-- control plane: 1 node",
                        "None differs from its pool.");
        assertThat(run.code()).isZero();
    }

    @Test
    void many_nodes_that_are_alike_share_a_line_and_those_that_are_not_stand_out() throws Exception {
        StringBuilder data = new StringBuilder("kind: ConfigMap\ndata:\n");
        for (int i = 0; i < 5000; i++) {
            data.append("  n%04d: \"# observed-at: 2026-11-22T18:%02d:00Z\\na (enforce)\\nb (%s)\"%n"
                    .formatted(i, i % 60, i % 1000 == 7 ? "complain" : "enforce"));
        }
        String file = file(data.toString());

        InventoryRun run = InventoryRun.of("--inventory", file);

        assertThat(run.out()).isEqualTo("""
                NODE                  APPARMOR  AGE       PROFILES        RUNTIME  DIFFERENCES
                n0000 and 4,994 more  enabled   1m to 1h  2               -        -
                n0007 and 4 more      enabled   13m to 53m  2 (1 complain)  -        1

                Different from most nodes of their pool:
                  n0007, n1007, n2007 and 2 more: "b" complain, not enforce

                5,000 nodes: 5,000 enabled
                5 differ from their pool.
                """.replace("AGE       PROFILES", "AGE         PROFILES")
                .replace("1m to 1h  2", "1m to 1h    2"));
        assertThat(InventoryRun.of("--inventory", file, "--all").out().lines()).hasSizeGreaterThan(5000);
        assertThat(InventoryRun.of("--inventory", file, "--profile", "b").out())
                .contains("n0000 and 4,994 more", "\"b\" restrains on 4,995 of 5,000 nodes;");
    }

    @Test
    void however_different_all_nodes_are_the_report_ends() throws Exception {
        StringBuilder data = new StringBuilder("kind: ConfigMap\ndata:\n");
        for (int i = 0; i < 300; i++) {
            data.append("  n%03d: \"p%d (enforce)\"%n".formatted(i, i));
        }

        InventoryRun run = InventoryRun.of("--inventory", file(data.toString()));

        assertThat(run.out().lines()).hasSizeLessThan(120);
        assertThat(run.out())
                .contains("and 250 more lines (--all shows them)", "and 250 more groups of nodes (--all shows them)");
    }

    @Test
    void odd_names_cannot_break_a_line_or_hide() throws Exception {
        String file = file("""
                kind: ConfigMap
                data:
                  "n\\u001b[2K": "k8s\\u202e-web (enforce)\\nMongoDB (x) (enforce)"
                  "n2": "# problem: \\u001b[31mno\\nMongoDB (x) (enforce)"
                """);

        InventoryRun run = InventoryRun.of("--inventory", file, "--profile", "k8s\u202e-web");

        assertThat(run.out() + run.err() + InventoryRun.of("--inventory", file).out())
                .doesNotContain("\u001b", "\u202e")
                .contains("n\\u001b[2K", "\"k8s\\u202e-web\"");
    }

    @Test
    void contents_without_a_majority_are_all_shown() throws Exception {
        String file = file("""
                {kind: ConfigMap, data: {
                  n1: "# sha1: aaaa1111aaaa a\\na (enforce)", n2: "# sha1: bbbb2222bbbb a\\na (enforce)"}}
                """);

        assertThat(InventoryRun.of("--inventory", file).out())
                .contains("n1: \"a\" of other content (aaaa1111)", "n2: \"a\" of other content (bbbb2222)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--nodes x|--nodes needs --inventory",
                "--inventory x --namespace y|are for a cluster",
                "--inventory x --max-age 5x|not a duration such as 24h",
                "--inventory x --max-age 0h|not a duration such as 24h",
                "--inventory x --now yesterday|not an RFC 3339 instant",
                "--inventory x --output yaml|--output must be one of text, json, not yaml",
                "--inventory x --fail-on warn|--fail-on must be one of difference, unknown, never, not warn",
                "--inventory not-there.yaml|not-there.yaml: there is no such file or directory",
                "--inventory x y|y",
            })
    void bad_usage_gives_2_and_one_clear_line(String arguments, String line) {
        InventoryRun run = InventoryRun.of(arguments.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(line);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void max_age_decides_what_is_stale() throws Exception {
        String file = file("{kind: ConfigMap, data: {n1: \"# observed-at: 2026-11-20T19:00:00Z\\na (enforce)\"}}");

        assertThat(InventoryRun.of("--inventory", file).out()).contains("n1    stale     2d");
        assertThat(InventoryRun.of("--inventory", file, "--max-age", "never").out())
                .contains("n1    enabled   2d");
        assertThat(InventoryRun.of("--inventory", file, "--max-age", "3d").code())
                .isZero();
        assertThat(InventoryRun.of("--inventory", file, "--now", "2026-11-20T18:50:00Z")
                        .out())
                .contains("n1    enabled   -10m");
    }

    @Test
    void nothing_at_all_is_said_so() throws Exception {
        assertThat(InventoryRun.of("--inventory", file("{kind: ConfigMapList, items: []}"))
                        .out())
                .isEqualTo("No nodes found.\n");
    }

    @Test
    void the_usage_fits_a_terminal() {
        InventoryRun run = InventoryRun.of("--help");

        assertThat(run.code()).isZero();
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 80);
        assertThat(run.out()).contains("--profile=NAME", "Exit codes: 0 all is well;");
    }

    private InventoryRun look(String... more) {
        return InventoryRun.of(Stream.concat(Stream.of("--inventory", CLUSTER, "--nodes", NODES), Arrays.stream(more))
                .toArray(String[]::new));
    }

    private String file(String content) throws IOException {
        return Files.writeString(directory.resolve("inventory.yaml"), content).toString();
    }

    private static String golden(String name) throws IOException {
        return Files.readString(RESOURCES.resolve(name));
    }
}
