package dev.apparmoradmission.e2e.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the policies of {@code deploy/placement/placement-writers.yaml} leave to the webhook's account, even if RBAC gave it
 * everything.
 */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
// The last test lifts the gate that the forgeries are about.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PlacementWritersTest {
    private static final String ACCOUNT = "apparmor-admission";

    private ApiServer admin;
    private Installed installed;
    private Leader leader;
    private Path policies;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        Path deploy = stage.directory().resolveSibling("deploy");
        policies = deploy.resolve("placement").resolve("placement-writers.yaml");
        admin = ApiServer.of(stage.cluster().kubeconfig());
        installed = new Installed(admin);
        installed.file(deploy.resolve("base").resolve("rbac.yaml"));
        if (stage.cluster().runsControllers()) {
            Scene.await(
                    "default service account",
                    () -> admin.get("/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/serviceaccounts/default")
                            .ok());
        }
        installed.object(Manifest.parse("""
                apiVersion: v1
                kind: Node
                metadata: {name: labelled-1, labels: {zone: a}}
                spec: {taints: [{key: reserved, value: everybody, effect: NoSchedule}]}
                """));
        installed.object(Manifest.parse("""
                apiVersion: v1
                kind: Pod
                metadata: {name: held, namespace: %s}
                spec:
                  schedulingGates: [{name: %s}, {name: %s}]
                  tolerations: [{key: reserved, operator: Exists}]
                  containers: [{name: c, image: none}]
                """.formatted(WebhookProcess.NAMESPACE, Leader.OUR_GATE, Leader.OTHER_GATE)));
        installed.file(policies);
        installed.object(Manifest.parse("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: e2e-the-webhook-may-do-everything}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
                subjects: [{kind: ServiceAccount, name: %s, namespace: %s}]
                """.formatted(ACCOUNT, WebhookProcess.NAMESPACE)));
        String token = admin.post(
                        "/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/serviceaccounts/" + ACCOUNT + "/token",
                        "{}")
                .at("/status/token")
                .asText();
        leader = new Leader(ApiServer.of(stage.cluster().kubeconfig(), token), "labelled-1", "held");
        Scene.await(
                "wide rights",
                () -> leader.api().get("/api/v1/namespaces/default/secrets").ok());
        // Each policy comes into force on its own. What is tried here would change nothing.
        Scene.await(
                "policy on nodes",
                () -> Gate.PLACEMENT.refused(leader.api()
                        .patch(
                                leader.nodePath() + "?dryRun=All",
                                ApiServer.MERGE_PATCH,
                                "{\"spec\": {\"taints\": null}}")));
        Scene.await(
                "policy on pods",
                () -> Gate.PLACEMENT.refused(leader.api()
                        .patch(
                                leader.podPath() + "?dryRun=All",
                                ApiServer.MERGE_PATCH,
                                "{\"spec\": {\"schedulingGates\": []}}")));
        Scene.await(
                "policy on the status of pods",
                () -> Gate.PLACEMENT.refused(leader.api()
                        .patch(
                                leader.podPath() + "/status?dryRun=All",
                                ApiServer.MERGE_PATCH,
                                "{\"metadata\": {\"labels\": {\"app\": \"shop\"}}}")));
    }

    @AfterAll
    void end() {
        leader.api().close();
        installed.close();
        admin.close();
    }

    private List<JsonNode> state() {
        return Leader.state(admin.get(leader.nodePath()), admin.get(leader.podPath()));
    }

    @Test
    @Order(1)
    void nothingElseOfANodeOrAPodCanBeChanged() {
        int number = 0;
        for (Forgery forgery : leader.forgeries()) {
            List<JsonNode> before = state();

            Answer answer = forgery.attempt().get();

            System.out.println(
                    String.format(Locale.ROOT, "Webhook's account %2d: ", ++number) + forgery.report(answer));
            assertThat(forgery.gate().refused(answer))
                    .as("%s is refused by the policy, not: %d %s", forgery, answer.code(), answer.message())
                    .isTrue();
            assertThat(answer.message()).as(forgery.what()).contains(forgery.says());
            assertThat(state()).as(forgery.what()).isEqualTo(before);
        }
        System.out.println("Webhook's account: " + number + " attempts, all refused");
    }

    @Test
    @Order(1)
    void theLabelsOfProfilesCanBeWrittenChangedAndRemoved() {
        for (String patch : List.of(
                "{\"metadata\": {\"labels\": {\"%s\": \"enforce\", \"%s\": \"true\"}}}",
                "{\"metadata\": {\"labels\": {\"%s\": \"complain\", \"%s\": null}}}",
                "{\"metadata\": {\"labels\": {\"%s\": null, \"%s\": null}}}")) {
            Answer answer = leader.node(patch.formatted(Leader.PROFILE_LABEL, Leader.ENABLED_LABEL));
            assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        }
        assertThat(admin.get(leader.nodePath()).at("/metadata/labels/zone").asText())
                .isEqualTo("a");
    }

    @Test
    @Order(1)
    void theConditionCanBeWrittenAndChanged() {
        for (String status : List.of("False", "True")) {
            Answer answer = leader.condition(Leader.OUR_CONDITION, status);
            assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        }
        assertThat(admin.get(leader.podPath()).at("/status/conditions"))
                .anySatisfy(
                        condition -> assertThat(condition.path("type").asText()).isEqualTo(Leader.OUR_CONDITION));
    }

    @Test
    @Order(1)
    void othersAreNotJudgedByThesePolicies() {
        Answer answer = admin.patch(
                leader.nodePath(), ApiServer.MERGE_PATCH, "{\"metadata\": {\"annotations\": {\"seen\": \"yes\"}}}");

        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
    }

    @Test
    @Order(1)
    void theApiServerFindsNothingWrongWithThePolicies(Stage stage) throws IOException {
        if (stage.cluster().runsControllers()) {
            assertThat(installed.warningsAbout(policies)).isEmpty();
        } else {
            System.out.println("The policies' types are not checked here: that is the work of a controller");
        }
    }

    @Test
    @Order(2)
    void theGateCanBeLiftedAndTheOtherStays() {
        Answer lifted = leader.gates(List.of(Leader.OTHER_GATE));

        assertThat(lifted.code()).as(lifted.message()).isEqualTo(200);
        assertThat(admin.get(leader.podPath()).at("/spec/schedulingGates").toString())
                .isEqualTo("[{\"name\":\"" + Leader.OTHER_GATE + "\"}]");
    }
}
