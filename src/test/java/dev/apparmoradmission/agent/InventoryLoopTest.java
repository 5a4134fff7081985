package dev.apparmoradmission.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.agent.FakeApiServer.Answer;
import dev.apparmoradmission.agent.FakeApiServer.Request;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The agent between a kernel and an API server that both misbehave. */
class InventoryLoopTest {

    @TempDir
    Path directory;

    private FakeNode node;
    private FakeApiServer server;

    @BeforeEach
    void begin() throws Exception {
        node = new FakeNode(directory);
        server = new FakeApiServer();
    }

    @AfterEach
    void end() throws Exception {
        server.close();
        node.close();
    }

    @Test
    void it_applies_one_configmap_that_its_node_owns() throws Exception {
        Instant before = Instant.now().minusSeconds(1);
        try (RunningAgent agent = new RunningAgent(node, server)) {
            agent.await("a publication", () -> !server.accepted().isEmpty());
        }
        Request request = server.requests().get(0);
        assertThat(request.method()).isEqualTo("PATCH");
        assertThat(request.target())
                .isEqualTo("/api/v1/namespaces/inventory/configmaps/apparmor-inventory-n1"
                        + "?fieldManager=apparmor-admission-agent&force=true");
        assertThat(request.headers().get("Content-type")).containsExactly("application/apply-patch+yaml");
        assertThat(request.headers().get("Authorization"))
                .containsExactly("Bearer " + Files.readString(node.tokenFile()));
        String value = request.value();
        assertThat(request.body().toString().replace(request.body().at("/data").toString(), "DATA"))
                .isEqualTo(
                        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"apparmor-inventory-n1\","
                                + "\"namespace\":\"inventory\",\"labels\":{\"apparmor-admission.dev/inventory\":\"true\"},"
                                + "\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"name\":\"n1\",\"uid\":\"uid-1\"}]},"
                                + "\"data\":DATA}");
        assertThat(request.body().at("/data").size()).isEqualTo(1);
        List<String> lines = value.lines().toList();
        assertThat(lines)
                .hasSize(5)
                .contains(
                        "# apparmor: enabled",
                        "# boot-id: " + FakeNode.BOOT_ID,
                        "# kernel: 6.8.0-31-generic",
                        "k8s-nginx (enforce)");
        assertThat(lines.get(0)).isEqualTo("# apparmor: enabled");
        assertThat(Instant.parse(lines.get(1).substring("# observed-at: ".length())))
                .isBetween(before, Instant.now());
    }

    @Test
    void the_kernel_wakes_it_and_a_burst_is_published_once() throws Exception {
        try (RunningAgent agent = new RunningAgent(node, server)) {
            agent.await("the first list", () -> server.value().contains("k8s-nginx (enforce)"));
            int before = server.requests().size();
            for (int i = 1; i <= 4; i++) {
                node.profiles(IntStream.rangeClosed(1, i)
                        .mapToObj(number -> "p" + number + " (enforce)")
                        .toArray(String[]::new));
                node.announce();
            }
            agent.await("the last list", () -> server.value().contains("p4 (enforce)"));

            assertThat(server.requests().size() - before).isLessThan(4);
            agent.await(
                    "its line in the log",
                    () -> Pattern.compile("revision [0-9]+, [0-9]+ ms after the change")
                            .matcher(agent.log())
                            .find());
        }
    }

    @Test
    void what_the_kernel_does_not_announce_is_found_by_looking() throws Exception {
        try (RunningAgent agent = new RunningAgent(node, server, Duration.ofMillis(50), RunningAgent.NEVER)) {
            agent.await("the first list", () -> !server.accepted().isEmpty());
            node.profiles("k8s-nginx (enforce)", ":other:web (complain)");

            agent.await("the namespace's profile", () -> server.value().contains("\n:other:web (complain)\n"));
        }
    }

    @Test
    void it_publishes_again_after_a_while_though_nothing_changes_and_not_before() throws Exception {
        try (RunningAgent agent = new RunningAgent(node, server, Duration.ofMillis(20), RunningAgent.NEVER)) {
            agent.await("the first list", () -> !server.accepted().isEmpty());
            node.announce();
            node.announce();
            Thread.sleep(500);
            assertThat(server.requests()).hasSize(1);
        }
        try (RunningAgent agent = new RunningAgent(node, server, RunningAgent.NEVER, Duration.ofMillis(100))) {
            agent.await("refreshments", () -> server.requests().size() >= 5);
            agent.await("its line", () -> agent.log().contains("refreshed apparmor-inventory-n1: 1 profile"));
        }
    }

    @Test
    void after_an_outage_only_the_newest_state_is_written() throws Exception {
        try (RunningAgent agent = new RunningAgent(node, server)) {
            agent.await("the first list", () -> !server.accepted().isEmpty());
            server.stop();
            String before = "k8s-nginx";
            for (int i = 0; i < 5; i++) {
                String gone = before + " (enforce) -> removed";
                before = "during-" + i;
                node.profiles(before + " (enforce)");
                node.announce();
                agent.await("each state noticed", () -> agent.log().contains(gone));
            }
            agent.await("a failed attempt", () -> agent.log().contains("cannot be reached"));
            int asked = server.requests().size();
            server.startAgain();
            agent.await("the newest state", () -> server.value().contains("during-4 (enforce)"));

            List<Request> afterwards =
                    server.requests().subList(asked, server.requests().size());
            assertThat(afterwards).hasSize(1);
            // The removals that happened meanwhile are told all the same.
            assertThat(server.value()).contains(" during-0 (enforce) -> removed\n");
            agent.await(
                    "its line in the log",
                    () -> Pattern.compile("after [0-9]+ failed attempts")
                            .matcher(agent.log())
                            .find());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "401, does not accept the token",
        "403, needs create and patch on configmaps",
        "404, namespace inventory is not there",
        "413, does not take ConfigMap inventory/apparmor-inventory-n1",
        "422, does not take ConfigMap inventory/apparmor-inventory-n1",
        "302, is that the API server?",
        "409, the API server says 409",
        "429, the API server says 429",
        "500, the API server says 500",
        "503, the API server says 503"
    })
    void a_refusal_is_told_once_with_the_way_out_and_tried_again_until_it_is_lifted(int code, String told)
            throws Exception {
        server.answer(Answer.status(code, "because of \u001b[31m reasons"));
        try (RunningAgent agent = new RunningAgent(node, server)) {
            agent.await("attempts", () -> server.requests().size() >= 4);
            server.answer(Answer.of(201, "{}"));
            agent.await("a publication", () -> agent.log().contains("published apparmor-inventory-n1"));

            assertThat(agent.log().split("not published", -1)).hasSize(2);
            assertThat(agent.log())
                    .contains(told, "because of \\u001b[31m reasons")
                    .doesNotContain("\u001b");
        }
    }

    @Test
    void a_server_that_does_not_answer_in_time_is_left_and_asked_again() throws Exception {
        server.answer(new Answer(200, "{}", Map.of(), 5_000));
        try (RunningAgent agent = new RunningAgent(node, server)) {
            agent.await("an attempt that is given up", () -> agent.log().contains("not published"));
            server.answer(Answer.of(200, "{}"));
            agent.await("a publication", () -> agent.log().contains("published apparmor-inventory-n1"));
        }
    }

    @Test
    void an_endless_and_senseless_answer_does_no_harm() throws Exception {
        server.answer(Answer.of(500, "<html>\n".repeat(1_000_000)));
        try (RunningAgent agent = new RunningAgent(node, server)) {
            agent.await("a failed attempt", () -> agent.log().contains("not published"));
            assertThat(agent.log().length()).isLessThan(2_000);
            server.answer(Answer.of(200, "x".repeat(5_000_000)));
            agent.await("a publication", () -> agent.log().contains("published apparmor-inventory-n1"));
        }
    }

    @Test
    void the_token_is_never_logged_whatever_the_server_says_and_a_renewed_one_is_used() throws Exception {
        String old = Files.readString(node.tokenFile());
        server.answer(Answer.status(401, "unknown token " + old));
        try (RunningAgent agent = new RunningAgent(node, server, Duration.ofMillis(20), RunningAgent.NEVER)) {
            agent.await("a refusal", () -> agent.log().contains("unknown token (token)"));
            Files.writeString(node.tokenFile(), "not a\u0001token " + old);
            agent.await("the broken file", () -> agent.log().contains("characters that no token has"));
            String renewed = node.token("n1", "uid-2");
            server.answer(Answer.of(200, "{}"));
            agent.await("a publication", () -> !server.accepted().isEmpty());

            Request accepted = server.accepted().get(0);
            assertThat(accepted.headers().get("Authorization")).containsExactly("Bearer " + renewed);
            assertThat(accepted.body().at("/metadata/ownerReferences/0/uid").asText())
                    .isEqualTo("uid-2");
            for (String token : List.of(old, renewed)) {
                for (String part : token.split("\\.", -1)) {
                    assertThat(agent.log()).doesNotContain(part);
                }
            }
        }
    }

    @Test
    void a_token_of_another_node_changes_nothing() throws Exception {
        try (RunningAgent agent = new RunningAgent(node, server, Duration.ofMillis(20), Duration.ofMillis(100))) {
            agent.await("a publication", () -> !server.accepted().isEmpty());
            String other = node.token("n2", "uid-2");
            agent.await(
                    "its use",
                    () -> server.requests().stream()
                            .anyMatch(request ->
                                    request.headers().get("Authorization").contains("Bearer " + other)));

            assertThat(server.requests())
                    .allMatch(request -> request.target().contains("/apparmor-inventory-n1?"))
                    .allMatch(request -> request.body()
                            .at("/metadata/ownerReferences/0/uid")
                            .asText()
                            .equals("uid-1"));
        }
    }

    @Test
    void a_list_that_vanishes_is_published_as_a_problem_and_never_as_empty() throws Exception {
        try (RunningAgent agent = new RunningAgent(node, server, Duration.ofMillis(20), RunningAgent.NEVER)) {
            agent.await("the first list", () -> !server.accepted().isEmpty());
            Files.delete(node.list());
            agent.await("the problem", () -> server.value().contains("# problem: "));
            assertThat(server.value())
                    .contains("is not there though AppArmor is on")
                    .doesNotContain("(enforce)");

            node.profiles("back (enforce)");
            agent.await("the list again", () -> server.value().contains("back (enforce)"));
            assertThat(server.value()).doesNotContain("# problem");
        }
        assertThat(server.requests()).noneMatch(request -> request.value().contains("disabled"));
    }

    @Test
    void a_profile_that_weakens_is_told_with_its_time_and_one_that_gets_stricter_is_not() throws Exception {
        node.profiles("a b (enforce)", "gone (kill)", "better (complain)", "kept (enforce)");
        try (RunningAgent agent = new RunningAgent(node, server)) {
            agent.await("the first list", () -> !server.accepted().isEmpty());
            node.profiles("a b (complain)", "better (enforce)", "kept (kill)");
            node.announce();
            agent.await("the second", () -> server.value().contains("kept (kill)"));

            assertThat(server.value().lines().filter(line -> line.startsWith("# changed: ")))
                    .hasSize(2)
                    .allMatch(
                            line -> line.matches(
                                    "# changed: [0-9-]+T[0-9:]+Z (a b \\(enforce\\) -> \\(complain\\)|gone \\(kill\\) -> removed)"));
            assertThat(agent.log()).contains("profile weakened or gone: gone (kill) -> removed");
        }
    }

    @Test
    void no_final_state_is_missed_under_many_changes() throws Exception {
        Random random = new Random(20261122);
        Map<String, String> modes = new TreeMap<>();
        try (RunningAgent agent = new RunningAgent(node, server, RunningAgent.NEVER, RunningAgent.NEVER)) {
            int changes = 400;
            for (int i = 1; i <= changes; i++) {
                String name = "p" + random.nextInt(60);
                switch (random.nextInt(3)) {
                    case 0 -> modes.put(name, "enforce");
                    case 1 -> modes.put(name, "complain");
                    default -> modes.remove(name);
                }
                node.profiles(lines(modes).toArray(String[]::new));
                node.announce();
                if (i == changes / 2) {
                    server.stop();
                } else if (i == changes / 2 + 30) {
                    server.startAgain();
                }
                boolean reachable = i < changes / 2 || i >= changes / 2 + 30;
                if (reachable && random.nextInt(40) == 0) {
                    // A pause now and then: then this is a final state, for a while.
                    String expected = String.join("\n", lines(modes));
                    agent.await(
                            "a state in between",
                            () -> kernelLines(server.value()).equals(expected));
                }
                Thread.sleep(random.nextInt(6));
            }
            String expected = String.join("\n", lines(modes));
            agent.await("the last state", () -> kernelLines(server.value()).equals(expected));
            assertThat(server.accepted().size()).isLessThan(changes);
        }
    }

    private static List<String> lines(Map<String, String> modes) {
        List<String> lines = new ArrayList<>();
        modes.forEach((name, mode) -> lines.add(name + " (" + mode + ")"));
        lines.sort(null);
        return lines;
    }

    private static String kernelLines(String value) {
        return String.join(
                "\n", value.lines().filter(line -> !line.startsWith("#")).toList());
    }
}
