package dev.apparmoradmission.webhook;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Everything about the webhook that an operator may set, besides Quarkus' own keys. A key under the prefix that is not here
 * stops the start.
 *
 * <p>No key may be called {@code port}, {@code port-…} or {@code service-…}: for a Service named like the product Kubernetes
 * sets environment variables that would be taken for them.
 */
@ConfigMapping(prefix = WebhookSettings.PREFIX)
public interface WebhookSettings {

    /** The prefix of all keys. */
    String PREFIX = "apparmor-admission";

    /** Where the policies are. */
    @Described(
            value =
                    "Directories (searched with everything below them) or single files with policies and grants. They are watched.",
            option = "--policy")
    @WithDefault("policies")
    List<Path> policies();

    /** Whether nothing is enforced. */
    @Described(
            value =
                    "Dry-run audit mode: every action is capped at Audit and nothing is patched. What would have been denied or"
                            + " patched is in audit annotations, metrics and the log.",
            option = "--dry-run")
    @WithDefault("false")
    @WithConverter(TrueOrFalse.class)
    boolean dryRun();

    /** Inventory ConfigMaps in files. */
    @Described(
            value =
                    "Files with inventory ConfigMaps, as YAML or JSON. With this, nodes or namespaces given the webhook is"
                            + " standalone: it watches these files and never asks a cluster.",
            option = "--inventory")
    Optional<List<Path>> inventory();

    /** Nodes in files. */
    @Described(
            value =
                    "Files with Nodes (kubectl get nodes -o yaml). Standalone without it, every node of the inventory is"
                            + " eligible for every pod.",
            option = "--nodes")
    Optional<List<Path>> nodes();

    /** Namespaces in files. */
    @Described(
            value = "Files with Namespaces (kubectl get namespaces -o yaml), for namespaceSelector.",
            option = "--namespaces")
    Optional<List<Path>> namespaces();

    /** The namespace of the inventory ConfigMaps. */
    @Described(
            value =
                    "The namespace that holds the inventory ConfigMaps. Absent: the namespace that the webhook runs in.",
            option = "--inventory-namespace")
    Optional<String> inventoryNamespace();

    /** Further transient taints. */
    @Described(
            "Further taints that come and go without a new admission, so that a node which carries one still counts as eligible:"
                    + " keys, or beginnings of keys that end in / or *.")
    Optional<List<String>> transientTaints();

    /** How long a pod should be held at most. */
    @Described(
            "How long a pod of a policy with placement Hold should wait for its profiles, between 1 s and 30 days (such as 10M)."
                    + " After that it gets the condition reason DeadlineExceeded and a warning event. It waits on: it is never"
                    + " let go without its profiles.")
    @WithDefault("10M")
    Duration holdDeadline();

    /** How often files are looked at. */
    @Described(
            "How often policies and the files of standalone mode are looked at, between 100 ms and 1 h (such as 500MS, 2S).")
    @WithDefault("500MS")
    Duration watchInterval();

    /** Hosts of the self-made certificate. */
    @Described(
            value =
                    "Further DNS names and IP addresses for the self-made certificate, besides localhost, 127.0.0.1, ::1 and"
                            + " the host's name.",
            option = "--tls-host")
    Optional<List<String>> tlsHosts();

    /** Where the CA of the self-made certificate goes. */
    @Described(
            value = "A file to which the CA of the self-made certificate is written, in PEM form.",
            option = "--ca-out")
    Optional<Path> caOut();

    /** How many reviews warm the webhook. */
    @Described(
            "How many reviews the webhook sends to itself before it is ready, 0 to 10000, for half a second at most: the"
                    + " first real one would wait for the JVM otherwise.")
    @WithDefault("100")
    int warmUpReviews();

    /** Whether standalone mode is on. */
    default boolean isStandalone() {
        return inventory().isPresent() || nodes().isPresent() || namespaces().isPresent();
    }
}
