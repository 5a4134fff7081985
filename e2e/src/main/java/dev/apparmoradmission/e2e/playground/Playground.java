package dev.apparmoradmission.e2e.playground;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Cleanup;
import dev.apparmoradmission.e2e.cluster.Ladder;
import dev.apparmoradmission.e2e.cluster.NoApiServer;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.cluster.TestCluster;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.scene.TestNode;
import io.fabric8.kubernetes.api.model.Config;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** An API server with the webhook in front, to try things on with kubectl, until Ctrl-C. */
public final class Playground {
    private static final String NAMESPACE = "shop";

    private Playground() {}

    /** @param arguments the directory of this project */
    public static void main(String... arguments) throws IOException, InterruptedException {
        Path e2e = Path.of(arguments[0]);
        Settings settings = Settings.ofProcess();
        try (TestCluster cluster = new Ladder(settings, e2e, System.out).climb();
                Scene scene = Scene.on(cluster, settings, e2e)
                        .policy("restricted.yaml")
                        .nodes(
                                TestNode.containerd("node-1"),
                                TestNode.containerd("node-2"),
                                TestNode.containerd("node-3"))
                        .inventory("apparmor-inventory", inventory(e2e))
                        .namespace(NAMESPACE)
                        .start()) {
            Path kubeconfig = kubeconfig(scene);
            System.out.println(instructions(e2e, kubeconfig));
            // Ctrl-C ends the process; what has been started is undone by the hooks of whoever started it.
            new CountDownLatch(1).await();
        } catch (NoApiServer | IllegalStateException failure) {
            System.err.println("playground: " + failure.getMessage());
            System.exit(1);
        }
    }

    private static Map<String, String> inventory(Path e2e) throws IOException {
        JsonNode map = Manifest.parse(Files.readString(e2e.resolve("samples").resolve("inventory.yaml")));
        Map<String, String> lists = new LinkedHashMap<>();
        map.path("data")
                .properties()
                .forEach(entry -> lists.put(entry.getKey(), entry.getValue().asText()));
        return lists;
    }

    /** A file that is gone when the playground is, with the namespace of the stories as its default. */
    private static Path kubeconfig(Scene scene) throws IOException {
        Config config = Serialization.unmarshal(scene.cluster().kubeconfig(), Config.class);
        config.getContexts().forEach(context -> context.getContext().setNamespace(scene.namespace()));
        Path file = Files.createTempFile(
                "apparmor-playground",
                ".kubeconfig",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        new Cleanup(() -> {
            try {
                Files.deleteIfExists(file);
            } catch (IOException failure) {
                throw new UncheckedIOException("cannot remove " + file, failure);
            }
        });
        return Files.writeString(file, Serialization.asYaml(config));
    }

    private static String instructions(Path e2e, Path kubeconfig) {
        return """

                The webhook is registered under policies/restricted.yaml (edit it: it is loaded again at once). In another terminal:

                  export KUBECONFIG=%1$s
                  cd %2$s

                  # k8s-nginx is not loaded on node-3: rejected. Load it there, and try again.
                  kubectl create -f samples/restricted-nginx.yaml
                  kubectl edit configmap apparmor-inventory -n apparmor-admission     # add to node-3: k8s-nginx (enforce)

                  # Nothing said about AppArmor: stored with RuntimeDefault.
                  kubectl create -f playground.d/plain.yaml
                  kubectl get pod plain -o jsonpath='{.spec.securityContext}{"\\n"}'

                  # Unconfined: rejected; with an exception: admitted with a warning; with one that has expired: rejected.
                  kubectl create -f playground.d/unconfined.yaml
                  kubectl create -f playground.d/exception.yaml
                  kubectl create -f playground.d/expired.yaml

                  # A Deployment whose pods will be rejected: a warning tells so.
                  kubectl create -f playground.d/deployment.yaml

                  # An unconfined debug container: rejected. A plain one: admitted and confined.
                  kubectl debug plain --image=busybox --profile=general --custom=playground.d/debug-unconfined.json
                  kubectl debug plain --image=busybox --profile=general
                  kubectl get pod plain -o jsonpath='{.spec.ephemeralContainers}{"\\n"}'

                Pods stay Pending: the nodes are objects without machines. Ctrl-C ends it all.""".formatted(kubeconfig, e2e.toAbsolutePath().normalize());
    }
}
