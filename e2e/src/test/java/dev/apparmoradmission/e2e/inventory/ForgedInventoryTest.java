package dev.apparmoradmission.e2e.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Nobody speaks for another node: tokens that the API server bound to two nodes, the rights and the policy of
 * {@code deploy/agent}, and what a forger might try with one of the tokens.
 */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
// The last test widens the agents' rights, which would let the others pass through another gate.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ForgedInventoryTest {
    static final String BY_HAND = "kept-by-hand";
    static final String SECRET = "bound-to-this";

    private Fleet fleet;
    private Agent one;
    private Agent two;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        fleet = new Fleet(stage);
        one = fleet.agent("forger-1");
        two = fleet.agent("victim-2");
        fleet.installed().object(Manifest.parse("""
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: %s, namespace: %s, labels: {%s: "true"}}
                data: {by-hand-1: "k8s-web (enforce)", by-hand-2: "k8s-web (enforce)"}
                """.formatted(BY_HAND, WebhookProcess.NAMESPACE, Agent.LABEL)));
        fleet.installed().object(Manifest.parse("""
                {apiVersion: v1, kind: Secret, metadata: {name: %s, namespace: %s}}
                """.formatted(SECRET, WebhookProcess.NAMESPACE)));
        fleet.awaitPolicy(one);
    }

    @AfterAll
    void end() {
        fleet.close();
    }

    @Test
    @Order(1)
    void anAgentMakesItsNodesListAndWritesItAgain() {
        for (Agent agent : List.of(one, two)) {
            Answer made = agent.publish();
            assertThat(made.code()).as(made.message()).isEqualTo(201);
            assertThat(agent.publish().code()).isEqualTo(200);
            for (String text : List.of(
                    "# apparmor: disabled\n",
                    "# problem: the list cannot be read\n",
                    "# apparmor: enabled\n# observed-at: 2026-11-22T19:00:00Z\nMongoDB Compass (unconfined)\n",
                    "# observed-at: 2026-11-22T19:00:00Z\n# apparmor: enabled\n# boot-id: 0b9d7c0e\nk8s-web (enforce)\n",
                    "# observed-at: 2026-11-22T19:00:00Z\n# problem: the list is too long to publish\n",
                    "# apparmor: enabled\n" + "é (enforce)\n".repeat(79_000),
                    "# apparmor: enabled\n" + "x".repeat(1_032_192 - 20))) {
                ObjectNode list = agent.list();
                list.withObjectProperty("data").put(agent.node(), text);
                Answer written = agent.apply(list);
                assertThat(written.code()).as(written.message()).isEqualTo(200);
                assertThat(written.at("/data").path(agent.node()).asText()).isEqualTo(text);
            }
            assertThat(agent.publish().code()).isEqualTo(200);
        }
    }

    @Test
    @Order(1)
    void aTokenBoundToTheNodeItselfServesAsWell() {
        Answer token = fleet.token(fleet.admin(), Agent.ACCOUNT, "Node", two.node());
        assertThat(token.ok()).as(token.message()).isTrue();

        Agent bound = new Agent(
                two.node(), two.uid(), fleet.bearer(token.at("/status/token").asText()));

        assertThat(bound.publish().ok()).isTrue();
    }

    @Test
    @Order(2)
    void noForgeryAltersAnything() {
        int number = 0;
        for (Forgery forgery : new Forgeries(fleet, one, two).all().toList()) {
            number++;
            refused(number, forgery);
        }
        System.out.println("Forgery: " + number + " attempts, all refused");
        assertThat(number).isGreaterThanOrEqualTo(20);
    }

    private void refused(int number, Forgery forgery) {
        TreeMap<String, String> before = fleet.lists();
        assertThat(before).containsKeys(one.name(), two.name(), BY_HAND);

        Answer answer = forgery.attempt().get();

        System.out.println(String.format(Locale.ROOT, "Forgery %2d: ", number) + forgery.report(answer));
        assertThat(forgery.gate().refused(answer))
                .as("%s is refused by %s, not: %d %s", forgery, forgery.gate(), answer.code(), answer.message())
                .isTrue();
        assertThat(answer.message()).as(forgery.what()).contains(forgery.says());
        assertThat(answer.at("/data").isMissingNode())
                .as("nothing is read out of it")
                .isTrue();
        assertThat(fleet.lists()).as(forgery.what()).isEqualTo(before);
    }

    @Test
    @Order(3)
    void whatOthersAddToAListDoesNotStopItsAgent() {
        Answer marked = fleet.admin().patch(one.path(), ApiServer.MERGE_PATCH, """
                {"metadata": {"labels": {"backup": "daily"}, "annotations": {"seen-by": "somebody"}}}
                """);
        assertThat(marked.ok()).isTrue();

        Answer written = one.publish();

        assertThat(written.code()).as(written.message()).isEqualTo(200);
        assertThat(written.at("/metadata/labels/backup").asText()).isEqualTo("daily");
        // Nor can the agent take it away again.
        Answer removed = one.api().patch(one.path(), ApiServer.MERGE_PATCH, """
                {"metadata": {"labels": {"backup": null}}}
                """);
        assertThat(Gate.POLICY.refused(removed)).as(removed.message()).isTrue();
    }

    @Test
    @Order(3)
    void aListKeptByHandUnderTheAgentsNameIsNotTakenOver() {
        Agent agent = fleet.agent("by-hand-3");
        fleet.installed().object(Manifest.parse("""
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: %s, namespace: %s, labels: {%s: "true"}}
                data: {%s: "k8s-web (enforce)"}
                """.formatted(
                        agent.name(), WebhookProcess.NAMESPACE, Agent.LABEL, agent.node())));

        Answer answer = agent.publish();

        assertThat(Gate.POLICY.refused(answer)).as(answer.message()).isTrue();
        assertThat(answer.message()).contains("was not made by the agent of node by-hand-3", "rename or delete it");
        assertThat(fleet.lists().get(agent.name())).contains("k8s-web (enforce)");
    }

    @Test
    @Order(3)
    void theAgentOfANodeThatIsMadeAnewWritesForTheNewNodeAndTheOldTokenDoesNot() {
        Agent before = fleet.agent("anew-4");
        assertThat(before.publish().ok()).isTrue();
        fleet.remove("anew-4");
        Agent after = fleet.agent("anew-4");
        assertThat(after.uid()).isNotEqualTo(before.uid());

        Answer old = new Agent(after.node(), after.uid(), before.api()).publish();
        // A token ends with its pod, but the API server may believe in it for some seconds more.
        assertThat(old.code() == 401 || Gate.POLICY.refused(old))
                .as(old.message())
                .isTrue();
        Answer written = after.publish();

        assertThat(written.ok()).as(written.message()).isTrue();
        assertThat(fleet.admin().get(after.path()).at("/metadata/ownerReferences"))
                .hasSize(1)
                .allSatisfy(owner -> assertThat(owner.path("uid").asText()).isEqualTo(after.uid()));
    }

    @Test
    @Order(3)
    void theApiServerFindsNothingWrongWithThePolicy(Stage stage) throws IOException {
        Path policy = fleet.deploy().resolve("agent").resolve("inventory-writers.yaml");

        if (stage.cluster().runsControllers()) {
            assertThat(fleet.installed().warningsAbout(policy)).isEmpty();
        } else {
            System.out.println("The policy's types are not checked here: that is the work of a controller");
        }
    }

    @Test
    @Order(4)
    void withAllRightsInTwoNamespacesThePolicyStillHolds() {
        for (String namespace : List.of(WebhookProcess.NAMESPACE, "default")) {
            fleet.installed().object(Manifest.parse("""
                    apiVersion: rbac.authorization.k8s.io/v1
                    kind: RoleBinding
                    metadata: {name: e2e-agents-may-do-everything, namespace: %s}
                    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
                    subjects: [{kind: ServiceAccount, name: %s, namespace: %s}]
                    """.formatted(namespace, Agent.ACCOUNT, WebhookProcess.NAMESPACE)));
        }
        Map<String, String> reads = Map.of(one.path(), "own", "/api/v1/namespaces/default/configmaps", "elsewhere");
        reads.forEach((path, what) ->
                Scene.await("wide rights, " + what, () -> one.api().get(path).ok()));
        int number = 0;
        for (Forgery forgery : new Forgeries(fleet, one, two).despiteAllRights()) {
            number++;
            refused(number, forgery);
        }
        System.out.println("Forgery with all rights: " + number + " attempts, all refused");
    }
}
