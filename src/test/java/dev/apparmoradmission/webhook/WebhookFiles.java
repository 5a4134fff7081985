package dev.apparmoradmission.webhook;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** The files of a standalone webhook under test: strict policies, and the world of the tables in the semantics (§9.0). */
public final class WebhookFiles implements QuarkusTestResourceLifecycleManager {

    static final String INVENTORY = """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: inventory, labels: {apparmor-admission.dev/inventory: "true"}}
            data:
              n1: |
                # apparmor: enabled
                # observed-at: 2026-11-22T19:00:00Z
                k8s-web (enforce)
                k8s-db (enforce)
                learn (complain)
              n2: |
                k8s-web (enforce)
              n3: |
                # apparmor: disabled
            """;

    static final String NODES = """
            apiVersion: v1
            kind: NodeList
            items:
            - metadata: {name: n1, labels: {host: n1, kubernetes.io/os: linux}}
              status: {nodeInfo: {containerRuntimeVersion: "containerd://2.1.4", bootID: b1}}
            - metadata: {name: n2, labels: {host: n2, kubernetes.io/os: linux}}
              status: {nodeInfo: {containerRuntimeVersion: "containerd://2.1.4", bootID: b2}}
            - metadata: {name: n3, labels: {host: n3, kubernetes.io/os: linux}}
              spec: {taints: [{key: lsm, value: selinux, effect: NoSchedule}]}
              status: {nodeInfo: {containerRuntimeVersion: "containerd://2.1.4", bootID: b3}}
            """;

    static final String NAMESPACES = """
            apiVersion: v1
            kind: NamespaceList
            items:
            - metadata: {name: shop, labels: {team: shop}}
            - metadata: {name: free}
            """;

    /** Everything but the namespace {@code free}; in {@code audited} nothing is denied. */
    static final String POLICY = """
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorPolicy
            metadata: {name: strict}
            spec:
              mode: Enforce
              match: {excludeNamespaces: [free, audited]}
              defaultProfile: {type: RuntimeDefault}
              rules: {privileged: Enforce}
              exceptions: {source: Annotation, require: [reason]}
              templates: Warn
            ---
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorPolicy
            metadata: {name: audited}
            spec:
              mode: Audit
              match: {namespaces: [audited]}
              defaultProfile: {type: RuntimeDefault}
            """;

    private static final String DIRECTORY = "webhook-test.directory";

    private Map<String, String> settings = Map.of();

    @Override
    public Map<String, String> start() {
        try {
            Path directory = Files.createTempDirectory("webhook-test");
            Files.createDirectory(directory.resolve("policies"));
            put(directory.resolve("policies/strict.yaml"), POLICY);
            put(directory.resolve("inventory.yaml"), INVENTORY);
            put(directory.resolve("nodes.yaml"), NODES);
            put(directory.resolve("namespaces.yaml"), NAMESPACES);
            Map<String, String> all = new HashMap<>();
            all.put(
                    "apparmor-admission.policies[0]",
                    directory.resolve("policies").toString());
            all.put(
                    "apparmor-admission.inventory[0]",
                    directory.resolve("inventory.yaml").toString());
            all.put(
                    "apparmor-admission.nodes[0]",
                    directory.resolve("nodes.yaml").toString());
            all.put(
                    "apparmor-admission.namespaces[0]",
                    directory.resolve("namespaces.yaml").toString());
            all.put("apparmor-admission.ca-out", directory.resolve("ca.pem").toString());
            all.put("apparmor-admission.watch-interval", "100MS");
            // Thousands of denials are of no interest on the console; a test that wants them listens itself.
            all.put("quarkus.log.category.\"apparmor-admission.decision\".use-parent-handlers", "false");
            all.put(DIRECTORY, directory.toString());
            settings = all;
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        String directory = settings.get(DIRECTORY);
        if (directory == null) {
            return;
        }
        try (Stream<Path> files = Files.walk(Path.of(directory))) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the files are. */
    static Path directory() {
        return Path.of(
                org.eclipse.microprofile.config.ConfigProvider.getConfig().getValue(DIRECTORY, String.class));
    }

    /** Replaces a file at once. */
    static void put(Path file, String content) throws IOException {
        Path next = file.resolveSibling("." + file.getFileName() + ".next");
        Files.writeString(next, content);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
