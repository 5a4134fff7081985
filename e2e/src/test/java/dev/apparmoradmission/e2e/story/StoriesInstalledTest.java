package dev.apparmoradmission.e2e.story;

import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.install.Installation;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.InstalledWebhook;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The stories again, word for word, with the webhook in the cluster: two replicas of its image, asked through their Service, under
 * the CA of the configurations and the rights of {@code deploy/}. Wants kind.
 */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestClassOrder(ClassOrderer.OrderAnnotation.class)
class StoriesInstalledTest {
    /** The node's taint is back while the stories play, for the node is no place for their pods; replicas stay and come. */
    private static final String OVERLAY = """
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            resources: [../install]
            patches:
              - target: {kind: Deployment, name: apparmor-admission}
                patch: |-
                  apiVersion: apps/v1
                  kind: Deployment
                  metadata: {name: apparmor-admission}
                  spec:
                    template:
                      spec:
                        tolerations: [{operator: Exists}]
                        containers:
                          - name: webhook
                            env:
                              # No stream of pods is on while it is rolled out.
                              - {name: QUARKUS_SHUTDOWN_DELAY, value: 1S}
            """;

    private Optional<Installation> installation = Optional.empty();
    private Optional<ApiServer> api = Optional.empty();

    @BeforeAll
    void install(Stage stage) throws IOException {
        Installation installed = Installation.on(stage);
        installation = Optional.of(installed);
        installed.apply(installed.overlay("stories", OVERLAY));
        installed.node().keepPodsOff();
        ApiServer admin = ApiServer.of(stage.cluster().kubeconfig());
        api = Optional.of(admin);
        InstalledWebhook webhook = new InstalledWebhook(admin);
        // Scenes register it: nobody is asked between them, as where each has a webhook of its own.
        webhook.close();
        stage.judgedBy(webhook);
    }

    @AfterAll
    void remove(Stage stage) throws IOException {
        stage.close();
        if (installation.isPresent()) {
            installation.get().leave();
        }
        api.ifPresent(ApiServer::close);
    }

    @Nested
    class RestrictedNginx extends RestrictedNginxTest {}

    @Nested
    class Unconfined extends UnconfinedTest {}

    @Nested
    class Defaulting extends DefaultingTest {}

    @Nested
    class Debug extends DebugTest {}

    @Nested
    class Warnings extends WarningsTest {}

    @Nested
    class LeftAlone extends PodsThatAreLeftAloneTest {}

    /** Another setting, by a roll-out: last, so that there is one. */
    @Nested
    @Order(Integer.MAX_VALUE)
    class DryRun extends DryRunAuditModeTest {}
}
