package dev.apparmoradmission.e2e.stage;

import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.cluster.TestCluster;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.webhook.InstalledWebhook;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Where a test class plays: the API server, and one scene at a time. */
public final class Stage implements AutoCloseable {
    private final TestCluster cluster;
    private final Settings settings;
    private final Path e2e;
    private @Nullable Scene scene;
    private @Nullable InstalledWebhook installed;

    Stage(TestCluster cluster, Settings settings, Path e2e) {
        this.cluster = cluster;
        this.settings = settings;
        this.e2e = e2e;
    }

    /** From now on scenes are judged by what is installed in the cluster, instead of a process each. */
    public void judgedBy(InstalledWebhook webhook) {
        installed = webhook;
    }

    /** Sets a scene, in place of the one before. */
    public Scene set(UnaryOperator<Scene.Builder> what) throws IOException {
        close();
        Scene.Builder world = what.apply(Scene.on(cluster, settings, e2e));
        Scene set = (installed == null ? world : world.installed(installed)).start();
        scene = set;
        return set;
    }

    /** Makes a namespace that outlives scenes, and waits until pods can be made in it. */
    public void namespace(ApiServer api, String name, String labels) {
        api.create(
                "",
                Manifest.parse(
                        "{apiVersion: v1, kind: Namespace, metadata: {name: %s, labels: %s}}".formatted(name, labels)));
        if (cluster.runsControllers()) {
            Scene.await(
                    "default service account",
                    () -> api.get("/api/v1/namespaces/" + name + "/serviceaccounts/default")
                            .ok());
        }
    }

    /** The scene that is set. */
    public Optional<Scene> scene() {
        return Optional.ofNullable(scene);
    }

    public TestCluster cluster() {
        return cluster;
    }

    /** The directory of this project. */
    public Path directory() {
        return e2e;
    }

    @Override
    public void close() {
        if (scene != null) {
            scene.close();
            scene = null;
        }
    }
}
