package dev.apparmoradmission.e2e.install;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Directories;
import dev.apparmoradmission.e2e.cluster.RealNode;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The product on a node, installed as a user does: images built and loaded, directories with a kustomization applied. */
public final class Installation {
    static final String NAMESPACE = "apparmor-admission";
    static final String IMAGE = "apparmor-admission:0.1.0";
    static final String AGENT_IMAGE = "apparmor-admission-agent:0.1.0";

    /** The overlay of the tests: shipped objects, a policy and a certificate of the tests', agents. */
    static final String OVERLAY = "e2e/install";

    /** The webhook's pods, for kubectl. */
    static final String WEBHOOK = "--selector=app.kubernetes.io/name=apparmor-admission";

    private static final String PROJECT = "/root/e2e-install";

    /** What is no sandbox, for containerd. */
    private static final String CONTAINER = "labels.\"io.cri-containerd.kind\"==container";

    private static final int VALIDATING = 3;

    private final RealNode node;
    private final Path project;
    private String applied = OVERLAY;

    /** @param project the directory that holds {@code deploy}, {@code policies} and {@code e2e} */
    public Installation(RealNode node, Path project) {
        this.node = node;
        this.project = project;
    }

    /**
     * Images and manifests on the node of that stage, and nothing installed; the test is reported as not run where there is
     * no node that runs pods. {@link #leave()} ends it.
     */
    public static Installation on(Stage stage) throws IOException {
        RealNode node = stage.cluster().realNode().orElse(null);
        assumeTrue(node != null, "the API server has no node of ours that runs pods: kind has");
        Installation installation = new Installation(
                node, stage.directory().toAbsolutePath().normalize().getParent());
        installation.images();
        installation.manifests();
        // Other tests have had a webhook in this namespace: begin as on a cluster that never saw one.
        installation.remove();
        node.admitPods();
        return installation;
    }

    /** Removes what is left of it, and keeps pods off the node again. */
    public void leave() throws IOException {
        remove();
        node.keepPodsOff();
    }

    /** The node. */
    public RealNode node() {
        return node;
    }

    /** Builds both images and hands them to the node, if it has not got them from a test before. */
    public void images() throws IOException {
        long begin = System.nanoTime();
        String built = Commands.run(List.of(project.resolve("e2e/image/build").toString(), IMAGE, AGENT_IMAGE));
        long loading = System.nanoTime();
        take(IMAGE, AGENT_IMAGE);
        built.lines().forEach(line -> System.out.println("install: image " + line));
        System.out.printf(
                Locale.ROOT,
                "install: images built in %.0f s, loaded into the node in %.0f s%n",
                (loading - begin) / 1e9,
                (System.nanoTime() - loading) / 1e9);
    }

    /** Another image of the webhook, which differs from the built one by its version alone; the node gets it too. */
    void upgrade(String image) throws IOException {
        Path directory = Files.createTempDirectory("e2e-image");
        try {
            String version = image.substring(image.indexOf(':') + 1);
            Files.writeString(
                    directory.resolve("Dockerfile"),
                    "FROM " + IMAGE + "\nLABEL org.opencontainers.image.version=" + version + "\n");
            Commands.run(List.of("docker", "build", "--quiet", "--tag", image, directory.toString()));
        } finally {
            Directories.remove(directory);
        }
        take(image);
    }

    /** Hands those images of this machine to the node that it has not got. */
    void take(String... images) throws IOException {
        // The kubelet's side of containerd names each image by its id as well.
        String there = node.run("ctr", "--namespace", "k8s.io", "images", "ls", "--quiet");
        List<String> missing = new ArrayList<>();
        for (String image : images) {
            String id = Commands.run(List.of("docker", "image", "inspect", "--format", "{{.Id}}", image))
                    .strip();
            if (!there.contains(id)) {
                missing.add(image);
            }
        }
        if (!missing.isEmpty()) {
            node.take(missing);
        }
    }

    /** Puts the manifests, with a new certificate, where kubectl can read them. */
    public void manifests() throws IOException {
        Path copy = Files.createTempDirectory("e2e-install");
        try {
            ServingPair pair = ServingPair.make(NAMESPACE + "." + NAMESPACE + ".svc", copy);
            node.run("rm", "-rf", PROJECT);
            node.run("mkdir", "-p", PROJECT + "/" + OVERLAY);
            node.copy(project.resolve("deploy"), PROJECT + "/deploy");
            node.copy(project.resolve("policies"), PROJECT + "/policies");
            node.copy(project.resolve("e2e").resolve("install"), PROJECT + "/" + OVERLAY);
            Files.writeString(copy.resolve("tls.crt"), pair.certificate());
            Files.writeString(copy.resolve("tls.key"), pair.key());
            Files.writeString(copy.resolve("ca-mutating.yaml"), bundles(1, pair));
            Files.writeString(copy.resolve("ca-validating.yaml"), bundles(VALIDATING, pair));
            for (String name : List.of("tls.crt", "tls.key", "ca-mutating.yaml", "ca-validating.yaml")) {
                node.copy(copy.resolve(name), PROJECT + "/" + OVERLAY + "/" + name);
            }
        } finally {
            Directories.remove(copy);
        }
    }

    private static String bundles(int webhooks, ServingPair pair) {
        StringBuilder patch = new StringBuilder();
        for (int i = 0; i < webhooks; i++) {
            patch.append(
                    "- {op: add, path: /webhooks/%d/clientConfig/caBundle, value: %s}%n".formatted(i, pair.bundle()));
        }
        return patch.toString();
    }

    /**
     * Writes an overlay as a user does, beside the shipped ones.
     *
     * @param name of its directory
     * @param kustomization what is in it; {@code deploy} is {@code ../../deploy}
     * @return the directory, for {@link #apply(String)}
     */
    public String overlay(String name, String kustomization) throws IOException {
        String directory = "e2e/" + name;
        Path file = Files.createTempFile("kustomization", ".yaml");
        try {
            Files.writeString(file, kustomization);
            node.run("mkdir", "-p", PROJECT + "/" + directory);
            node.copy(file, PROJECT + "/" + directory + "/kustomization.yaml");
        } finally {
            Files.delete(file);
        }
        return directory;
    }

    /** {@code kubectl apply -k} of the tests' overlay, until the webhook is rolled out. */
    public void apply() throws IOException {
        apply(OVERLAY);
    }

    /** {@code kubectl apply -k}, until the webhook is rolled out. */
    public void apply(String directory) throws IOException {
        begin(directory);
        rolledOut();
    }

    /** {@code kubectl apply -k}, and no more. */
    void begin(String directory) throws IOException {
        applied = directory;
        node.run("kubectl", "apply", "-k", PROJECT + "/" + directory);
    }

    /**
     * Waits for the roll-out of the webhook. One that takes long tells what its pods say, and goes on: the kubelet tries a
     * mount that failed only after two minutes again, and the startup probe gives a program as long.
     */
    public void rolledOut() throws IOException {
        try {
            rolledOutWithin("60s");
        } catch (IOException late) {
            System.out.println("install: " + late.getMessage() + "\n" + pods());
            try {
                rolledOutWithin("300s");
            } catch (IOException never) {
                throw new IOException(never.getMessage() + "\n" + pods(), never);
            }
        }
    }

    private void rolledOutWithin(String timeout) throws IOException {
        kubectl("rollout", "status", "deployment/apparmor-admission", "--timeout=" + timeout);
    }

    /**
     * How the webhook's pods are and what happened to them; of those whose program runs and is not ready what it wrote, before a
     * restart too, what it says of its health, and where its threads stand.
     */
    private String pods() throws IOException {
        return node.run("sh", "-c", """
                exec 2>&1
                kubectl="kubectl --namespace %1$s"
                $kubectl get pods --output=wide
                $kubectl get events --sort-by=.lastTimestamp | tail -n 40
                unready='{range .items[?(@.status.containerStatuses[0].ready==false)]}{.metadata.name}={.status.podIP} {end}'
                for pod in $($kubectl get pods %2$s --output="jsonpath=$unready"); do
                    name=${pod%%=*}
                    echo "--- $name"
                    $kubectl get pod "$name" --output='jsonpath={.status.containerStatuses}{"\\n"}'
                    timeout 5 bash -c "exec 3<>/dev/tcp/${pod#*=}/9000
                        printf 'GET /q/health/ready HTTP/1.0\\r\\n\\r\\n' >&3
                        cat <&3"
                    for id in $(ctr --namespace k8s.io containers ls --quiet 'labels."io.kubernetes.pod.name"=='$name',%3$s'); do
                        ctr --namespace k8s.io tasks kill --signal SIGQUIT "$id"
                    done
                    sleep 1
                    $kubectl logs "$name" --previous --tail=20
                    $kubectl logs "$name" --tail=800
                done
                true
                """.formatted(NAMESPACE, WEBHOOK, CONTAINER));
    }

    /**
     * Removes what was applied last, as the guide says: what asks the webhook, then {@code kubectl delete -k}, until nothing
     * ends any more. Pods are not left to drain, for nobody asks them now; were they when their namespace is deleted, its
     * controller would look again only after half of their grace period.
     */
    public void remove() throws IOException {
        unregister();
        kubectl("delete", "deployments,daemonsets", "--all", "--ignore-not-found");
        end();
        node.run("kubectl", "delete", "-k", PROJECT + "/" + applied, "--ignore-not-found", "--wait=false");
        gone();
    }

    /** What asks the webhook goes first. */
    void unregister() throws IOException {
        node.run(
                "kubectl",
                "delete",
                "mutatingwebhookconfiguration,validatingwebhookconfiguration",
                "apparmor-admission",
                "--ignore-not-found");
    }

    /** Waits for the namespace, which is being deleted, to be gone. */
    void gone() throws IOException {
        end();
        Awaited.of(
                "the namespace to be gone",
                () -> node.run("kubectl", "get", "namespace", NAMESPACE, "--ignore-not-found", "--output=name"),
                String::isBlank);
    }

    /** Deletes all pods, and kills what runs in them: a drain would take a minute and a half, and nobody asks any more. */
    void end() throws IOException {
        kubectl("delete", "pods", "--all", "--grace-period=1", "--ignore-not-found", "--wait=false");
        kill("");
        kubectl("delete", "pods", "--all", "--grace-period=1", "--ignore-not-found");
    }

    /** Kills what drains: it would go on answering whoever has a connection to it, as it is set and by its policy. */
    void endDrains() throws IOException {
        for (JsonNode pod : get("pods").path("items")) {
            if (!pod.at("/metadata/deletionTimestamp").isMissingNode()) {
                String name = pod.at("/metadata/name").asText();
                kill(",labels.\"io.kubernetes.pod.name\"==" + name);
                Awaited.of(
                        name + " to be gone",
                        () -> kubectl("get", "pod", name, "--ignore-not-found", "--output=name"),
                        String::isBlank);
            }
        }
    }

    /** @param which further terms of containerd's filter */
    private void kill(String which) throws IOException {
        String filter = "labels.\"io.kubernetes.pod.namespace\"==" + NAMESPACE + "," + CONTAINER + which;
        // One that has ended already cannot be killed, and need not be.
        node.run(
                "sh",
                "-c",
                "for id in $(ctr -n k8s.io containers ls -q '" + filter
                        + "'); do ctr -n k8s.io tasks kill -s SIGKILL $id 2>/dev/null || true; done");
    }

    /** The name of the node that runs pods: it alone tells of images. */
    String nodeName() throws IOException {
        return real().at("/metadata/name").asText();
    }

    /** An image that every node has, whose program waits to be ended. */
    String sleeper() throws IOException {
        return StreamSupport.stream(real().at("/status/images").spliterator(), false)
                .flatMap(image -> StreamSupport.stream(image.path("names").spliterator(), false))
                .map(JsonNode::asText)
                .filter(image -> image.contains("/pause:"))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode real() throws IOException {
        return StreamSupport.stream(get("nodes").path("items").spliterator(), false)
                .filter(one -> one.at("/status/images").size() > 0)
                .findFirst()
                .orElseThrow();
    }

    /** Runs kubectl in the webhook's namespace. */
    public String kubectl(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("kubectl", "--namespace", NAMESPACE));
        command.addAll(List.of(arguments));
        return node.run(command.toArray(String[]::new));
    }

    /** The object or list of objects that kubectl gets. */
    public JsonNode get(String... what) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("get", "--output=json"));
        arguments.addAll(List.of(what));
        return Manifest.json(kubectl(arguments.toArray(String[]::new)));
    }

    /**
     * Every object of the cluster that bears our name, or a label of ours, or stands in our namespace, as
     * {@code kind namespace/name labels}.
     */
    public Set<String> traces() throws IOException {
        String kinds = node.run("kubectl", "api-resources", "--verbs=list", "--output=name")
                .lines()
                // They tell what was, and go by themselves.
                .filter(kind -> !kind.startsWith("events"))
                .collect(Collectors.joining(","));
        String all = node.run(
                "kubectl",
                "get",
                kinds,
                "--all-namespaces",
                "--ignore-not-found",
                "--output=jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}"
                        + " {.metadata.labels}{\"\\n\"}{end}");
        return all.lines().filter(line -> line.contains("apparmor")).collect(Collectors.toCollection(TreeSet::new));
    }
}
