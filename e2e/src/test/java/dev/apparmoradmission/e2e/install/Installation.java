package dev.apparmoradmission.e2e.install;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Directories;
import dev.apparmoradmission.e2e.cluster.RealNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** {@code e2e/install} on a node: images built and loaded, manifests applied as a user would. */
final class Installation {
    static final String NAMESPACE = "apparmor-admission";
    static final String IMAGE = "apparmor-admission:0.1.0";
    static final String AGENT_IMAGE = "apparmor-admission-agent:0.1.0";

    private static final String PROJECT = "/root/e2e-install";
    private static final String OVERLAY = PROJECT + "/e2e/install";
    private static final int VALIDATING = 3;

    private final RealNode node;
    private final Path project;

    /** @param project the directory that holds {@code deploy}, {@code policies} and {@code e2e} */
    Installation(RealNode node, Path project) {
        this.node = node;
        this.project = project;
    }

    /** Builds both images and hands them to the node. */
    void images() throws IOException {
        long begin = System.nanoTime();
        String built = Commands.run(List.of(project.resolve("e2e/image/build").toString(), IMAGE, AGENT_IMAGE));
        long loading = System.nanoTime();
        node.take(List.of(IMAGE, AGENT_IMAGE));
        built.lines().forEach(line -> System.out.println("install: image " + line));
        System.out.printf(
                Locale.ROOT,
                "install: images built in %.0f s, loaded into the node in %.0f s%n",
                (loading - begin) / 1e9,
                (System.nanoTime() - loading) / 1e9);
    }

    /** Puts the manifests, with a new certificate, where kubectl can read them. */
    void manifests() throws IOException {
        Path copy = Files.createTempDirectory("e2e-install");
        try {
            ServingPair pair = ServingPair.make(NAMESPACE + "." + NAMESPACE + ".svc", copy);
            node.run("rm", "-rf", PROJECT);
            node.run("mkdir", "-p", OVERLAY);
            node.copy(project.resolve("deploy"), PROJECT + "/deploy");
            node.copy(project.resolve("policies"), PROJECT + "/policies");
            node.copy(project.resolve("e2e").resolve("install"), OVERLAY);
            Files.writeString(copy.resolve("tls.crt"), pair.certificate());
            Files.writeString(copy.resolve("tls.key"), pair.key());
            Files.writeString(copy.resolve("ca-mutating.yaml"), bundles(1, pair));
            Files.writeString(copy.resolve("ca-validating.yaml"), bundles(VALIDATING, pair));
            for (String name : List.of("tls.crt", "tls.key", "ca-mutating.yaml", "ca-validating.yaml")) {
                node.copy(copy.resolve(name), OVERLAY + "/" + name);
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

    /** {@code kubectl apply -k}, until the webhook is rolled out. */
    void apply() throws IOException {
        node.run("kubectl", "apply", "-k", OVERLAY);
        rolledOut();
    }

    /** Waits for the roll-out of the webhook. */
    void rolledOut() throws IOException {
        kubectl("rollout", "status", "deployment/apparmor-admission", "--timeout=180s");
    }

    /** {@code kubectl delete -k}, until nothing ends any more. What still drains is told not to: nobody asks it now. */
    void remove() throws IOException {
        node.run("kubectl", "delete", "-k", OVERLAY, "--ignore-not-found", "--wait=false");
        kubectl("delete", "pods", "--all", "--grace-period=1", "--ignore-not-found");
        Awaited.of(
                "the namespace to be gone",
                () -> node.run("kubectl", "get", "namespace", NAMESPACE, "--ignore-not-found", "--output=name"),
                String::isBlank);
    }

    /** Runs kubectl in the webhook's namespace. */
    String kubectl(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("kubectl", "--namespace", NAMESPACE));
        command.addAll(List.of(arguments));
        return node.run(command.toArray(String[]::new));
    }

    /** The object or list of objects that kubectl gets. */
    JsonNode get(String... what) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("get", "--output=json"));
        arguments.addAll(List.of(what));
        return Manifest.json(kubectl(arguments.toArray(String[]::new)));
    }

    /** Every object of the cluster that bears our name or stands in our namespace, as {@code kind namespace/name}. */
    Set<String> traces() throws IOException {
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
                "--output=jsonpath={range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{\"\\n\"}{end}");
        return all.lines().filter(line -> line.contains("apparmor")).collect(Collectors.toCollection(TreeSet::new));
    }
}
