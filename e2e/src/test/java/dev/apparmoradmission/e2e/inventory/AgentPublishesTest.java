package dev.apparmoradmission.e2e.inventory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The agent itself, with the token of one node, against the rights and the policy of {@code deploy/agent}. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgentPublishesTest {
    private Fleet fleet;
    private Path e2e;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        fleet = new Fleet(stage);
        e2e = stage.directory();
        fleet.awaitPolicy(fleet.agent("probe-0"));
    }

    @AfterAll
    void end() {
        fleet.close();
    }

    private String value(Agent agent) {
        return fleet.admin().get(agent.path()).at("/data").path(agent.node()).asText();
    }

    @Test
    void itPublishesItsNodesListAndEveryChangeOfIt(@TempDir Path directory) throws IOException {
        Agent agent = fleet.agent("publishes-1");
        Instant before = Instant.now().minusSeconds(1);
        try (AgentProcess process = AgentProcess.start(
                agent,
                AgentProcess.server(agent),
                e2e,
                directory,
                List.of("web (enforce)", "MongoDB Compass (unconfined)"))) {
            process.await(() -> value(agent).contains("web (enforce)"));

            JsonNode stored = fleet.admin().get(agent.path()).body();
            assertThat(stored.at("/metadata/labels").toString()).isEqualTo("{\"" + Agent.LABEL + "\":\"true\"}");
            assertThat(stored.at("/metadata/ownerReferences").toString())
                    .isEqualTo("[{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"name\":\"publishes-1\",\"uid\":\""
                            + agent.uid() + "\"}]");
            assertThat(stored.at("/metadata/managedFields")).hasSize(1);
            assertThat(stored.at("/metadata/managedFields/0/manager").asText()).isEqualTo("apparmor-admission-agent");
            assertThat(stored.at("/metadata/managedFields/0/operation").asText())
                    .isEqualTo("Apply");
            List<String> lines = value(agent).lines().toList();
            assertThat(lines.get(0)).isEqualTo("# apparmor: enabled");
            assertThat(Instant.parse(lines.get(1).replace("# observed-at: ", "")))
                    .isBetween(before, Instant.now());
            assertThat(lines.get(2)).isEqualTo("# boot-id: " + AgentProcess.BOOT_ID);
            assertThat(lines.subList(4, 6)).containsExactly("MongoDB Compass (unconfined)", "web (enforce)");

            process.profiles("web (complain)");
            process.await(() -> value(agent).contains("\nweb (complain)\n"));
            assertThat(value(agent))
                    .contains(" web (enforce) -> (complain)\n", " MongoDB Compass (unconfined) -> removed\n");
            assertThat(fleet.admin().get(agent.path()).at("/metadata/ownerReferences"))
                    .hasSize(1);
            assertThat(process.log()).doesNotContain(process.token().split("\\.", -1));
        }
    }

    @Test
    void afterAnOutageTheNewestStateIsThere(@TempDir Path directory) throws IOException {
        Agent agent = fleet.agent("outage-2");
        URI server = AgentProcess.server(agent);
        assumeThat(server.getHost())
                .as("the wire that is cut ends on this machine, and so must the API server's certificate")
                .isIn("127.0.0.1", "localhost");
        try (CutWire wire = new CutWire(server);
                AgentProcess process =
                        AgentProcess.start(agent, wire.uri(), e2e, directory, List.of("before (enforce)"))) {
            process.await(() -> value(agent).contains("before (enforce)"));
            wire.cut();
            process.profiles("during (enforce)");
            process.await(() -> process.log().contains("before (enforce) -> removed"));
            process.profiles("newest (enforce)");
            process.await(() -> process.log().contains("during (enforce) -> removed"));
            process.await(() -> process.log().contains("not published: "));
            assertThat(value(agent)).contains("before (enforce)");
            wire.join();

            process.await(() -> value(agent).contains("newest (enforce)"));
            process.await(() -> process.log().contains(" failed attempts"));
        }
    }

    @Test
    void aRefusalByThePolicyStandsInItsLog(@TempDir Path directory) throws IOException {
        Agent agent = fleet.agent("refused-3");
        try (AgentProcess process = AgentProcess.start(
                agent,
                AgentProcess.server(agent),
                e2e,
                directory,
                List.of("web (enforce)"),
                "--node-uid=00000000-0000-0000-0000-000000000000")) {
            process.await(() -> process.log().contains("not published: "));

            assertThat(process.log())
                    .contains("no right to write ConfigMap apparmor-admission/apparmor-inventory-refused-3")
                    .contains("the only owner has to be")
                    .doesNotContain(process.token().split("\\.", -1));
        }
        assertThat(fleet.admin().get(agent.path()).code()).isEqualTo(404);
    }
}
