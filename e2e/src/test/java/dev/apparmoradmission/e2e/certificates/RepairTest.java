package dev.apparmoradmission.e2e.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is done to the configurations, the Lease, the leader and its rights: it is put right, or told of. */
@ExtendWith(RealApiServer.class)
class RepairTest {
    private static final String TOOL = "?fieldManager=another-tool&force=true";

    @Test
    void whateverIsDoneToThemCertificatesAreKept(Stage stage) throws Exception {
        try (ApiServer api = ApiServer.of(stage.cluster().kubeconfig());
                Installed installed = new Installed(api, stage.directory());
                Front front = Front.start()) {
            Scene scene = Replicas.set(stage, "45S", "10M", "1S");
            Replicas replicas = Replicas.of(scene);
            replicas.register(stage, front);
            long begin = System.nanoTime();

            String foreign = Manifest.parse(stage.cluster().kubeconfig())
                    .at("/clusters/0/cluster/certificate-authority-data")
                    .asText();
            for (String configuration : Installed.CONFIGURATIONS) {
                bundlesAreBroken(scene, installed, replicas, configuration, foreign);
            }
            leaseAndSecretAreDeleted(installed, replicas);
            WebhookProcess survivor = leaderIsKilled(scene, installed, replicas, front);
            int connections = front.connections();
            double renewed = (System.nanoTime() - begin) / 1e9
                    + Replicas.await(
                            "the survivor renews",
                            () -> Replicas.count(survivor, "made a new serving certificate, because two thirds") > 0);
            isJudged(scene);
            System.out.printf(Locale.ROOT, "certificates: the survivor renewed %.0f s after the start%n", renewed);

            rightsAreTakenAway(scene, installed, survivor);
            // The connection was opened with a certificate that is followed by another now.
            assertThat(front.connections()).isEqualTo(connections);
        }
    }

    /** Of breaking the bundles of a configuration. */
    private record Way(String name, Runnable action) {}

    private static void bundlesAreBroken(
            Scene scene, Installed installed, Replicas replicas, String configuration, String foreign) {
        ApiServer api = scene.api();
        List<Way> ways = List.of(
                new Way("emptied", () -> put(api, configuration, hook -> hook.remove("caBundle"))),
                new Way("garbage", () -> put(api, configuration, hook -> hook.put("caBundle", "Z2FyYmFnZQ=="))),
                new Way("another CA", () -> put(api, configuration, hook -> hook.put("caBundle", foreign))),
                new Way("applied by another tool, which owned it once, without", () -> {
                    ObjectNode with = applied(api, configuration);
                    ObjectNode without = with.deepCopy();
                    clients(with).forEach(client -> client.put("caBundle", foreign));
                    Installed.require(api.patch(configuration + TOOL, ApiServer.APPLY_PATCH, with.toString()));
                    Installed.require(api.patch(configuration + TOOL, ApiServer.APPLY_PATCH, without.toString()));
                }));
        for (Way way : ways) {
            String what = way.name();
            String good = installed.bundles().get(0);
            double problems = replicas.problems("bundle");
            way.action().run();
            double seconds = Scene.await(
                    what + ": the bundle is back",
                    () -> Set.copyOf(installed.bundles()).equals(Set.of(good)));
            Scene.await(what + ": it is counted", () -> replicas.problems("bundle") > problems);
            isJudged(scene);
            System.out.printf(Locale.ROOT, "certificates: caBundle %s: back in %.2f s%n", what, seconds);
        }
        String good = installed.bundles().get(0);
        Installed.require(api.patch(
                configuration + "?fieldManager=a-third-tool&force=true",
                ApiServer.APPLY_PATCH,
                applied(api, configuration).toString()));
        assertThat(Set.copyOf(installed.bundles()))
                .as("applied without a bundle by who never had it: it stays")
                .isEqualTo(Set.of(good));
    }

    /** As an editor does it. */
    private static void put(ApiServer api, String configuration, Consumer<ObjectNode> change) {
        ObjectNode object = (ObjectNode) api.get(configuration).body();
        clients(object).forEach(change);
        Installed.require(api.put(configuration, object.toString()));
    }

    /** What a tool applies that knows of no bundle. */
    private static ObjectNode applied(ApiServer api, String configuration) {
        ObjectNode object = (ObjectNode) api.get(configuration).body();
        ((ObjectNode) object.path("metadata"))
                .remove(List.of("managedFields", "resourceVersion", "uid", "generation", "creationTimestamp"));
        clients(object).forEach(client -> client.remove("caBundle"));
        return object;
    }

    private static List<ObjectNode> clients(JsonNode configuration) {
        return configuration.findValues("clientConfig").stream()
                .map(ObjectNode.class::cast)
                .toList();
    }

    /** For a moment two may believe that they lead: the API server takes the Secret of one. */
    private static void leaseAndSecretAreDeleted(Installed installed, Replicas replicas) throws Exception {
        installed.deleteLease();
        installed.delete();
        double seconds = Scene.await(
                "Lease and Secret are back", () -> installed.isWhole() && installed.isLed() && replicas.areContent());
        String bundle = installed.bundles().get(0);
        assertThat(Verifier.shakeHands(replicas.all().get(0), bundle))
                .isEqualTo(Verifier.shakeHands(replicas.all().get(1), bundle));
        System.out.printf(Locale.ROOT, "certificates: Lease and Secret deleted: back in %.2f s%n", seconds);
    }

    private static WebhookProcess leaderIsKilled(Scene scene, Installed installed, Replicas replicas, Front front) {
        WebhookProcess leader = replicas.leader();
        WebhookProcess survivor = replicas.other(leader);
        long led = Replicas.count(survivor, "Leads: keeps the certificates");
        leader.kill();
        front.before(survivor);
        double seconds = Scene.await(
                "the survivor leads", () -> Replicas.count(survivor, "Leads: keeps the certificates") > led);
        Scene.await(
                "pods are judged by the survivor",
                () -> scene.attempt(PodDraft.pod("judged")).ok());
        System.out.printf(Locale.ROOT, "certificates: leader killed, the other leads after %.1f s%n", seconds);
        installed.put(Map.of("tls.crt", "null"));
        Scene.await("the survivor repairs", installed::isWhole);
        return survivor;
    }

    private static void rightsAreTakenAway(Scene scene, Installed installed, WebhookProcess webhook) {
        installed.withdraw();
        installed.delete();
        Scene.await("it is told", () -> webhook.log().contains("/rbac-self-managed-tls.yaml"));

        assertThat(webhook.metrics().sum("apparmor_admission_certificate_problems_total", "matter=\"access\""))
                .isPositive();
        assertThat(webhook.isReady()).isTrue();
        assertThat(webhook.readiness()).contains("certificateProblem", "/rbac-self-managed-tls.yaml");
        isJudged(scene);
        assertThat(webhook.log().lines().filter(line -> line.contains("ERROR") && line.contains("is forbidden")))
                .as("each once")
                .hasSizeLessThan(5);

        installed.grant();
        double seconds = Replicas.await(
                "the Secret is back",
                () -> installed.isWhole() && !webhook.readiness().contains("certificateProblem"));
        isJudged(scene);
        System.out.printf(
                Locale.ROOT,
                "certificates: rights taken away: served on; put right %.1f s after they came back%n",
                seconds);
    }

    private static void isJudged(Scene scene) {
        // The API server learns of a configuration a little later than it stores it.
        Scene.await("a good pod", () -> scene.attempt(PodDraft.pod("good")).ok());
        assertThat(scene.attempt(PodDraft.empty("bad").container("c", PodDraft.unconfined()))
                        .message())
                .contains("unconfined");
    }
}
