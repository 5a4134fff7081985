package dev.apparmoradmission.webhook;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithConverter;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
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

    /** The ConfigMap that the policies come from. */
    @Described(
            "The ConfigMap that the policies are mounted from, in the namespace of the inventory: Events about policies that were"
                    + " refused, and accepted again, are about it. Without a cluster there are none.")
    @WithDefault("apparmor-admission-policies")
    String policiesConfigMap();

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

    /** The kind of reports that are kept. */
    @Described(
            "Reports on what is in the cluster, kept by one of the replicas: openreports for Report and ClusterReport of"
                    + " openreports.io/v1alpha1, policyreport for PolicyReport and ClusterPolicyReport of wgpolicyk8s.io/v1alpha2."
                    + " Needs the rights of deploy/components/reports. none: none are kept; those that are there stay.")
    @WithDefault("none")
    Reports reports();

    /** How often the cluster is judged for reports. */
    @Described("From one look at the cluster for reports to the next, between 10 s and 24 h (such as 10M).")
    @WithDefault("10M")
    Duration reportsInterval();

    /** How often files are looked at. */
    @Described(
            "How often policies and the files of standalone mode are looked at, between 100 ms and 1 h (such as 500MS, 2S).")
    @WithDefault("500MS")
    Duration watchInterval();

    /** Hosts of the self-made certificate. */
    @Described(
            value =
                    "Further DNS names and IP addresses for the self-made certificate, besides localhost, 127.0.0.1, ::1 and"
                            + " the host's name; for a self-managed one, besides the Service's.",
            option = "--tls-host")
    Optional<List<String>> tlsHosts();

    /** Where the CA of the self-made certificate goes. */
    @Described(
            value = "A file to which the CA of the self-made certificate is written, in PEM form.",
            option = "--ca-out")
    Optional<Path> caOut();

    /** Where the serving certificate comes from. */
    @Described(
            "Where the serving certificate comes from. files: from quarkus.tls.admission.key-store… where that is given"
                    + " (cert-manager mounts it), self-made otherwise. self-managed: from a Secret that the replicas share and"
                    + " keep themselves, with its CA in both webhook configurations (deploy/components/self-managed-tls/rbac-self-managed-tls.yaml).")
    @WithName("tls.mode")
    @WithDefault("files")
    TlsMode tlsMode();

    /** The Secret of self-managed certificates. */
    @Described("Self-managed: the name of the Secret.")
    @WithName("tls.secret")
    @WithDefault("apparmor-admission-tls")
    String tlsSecret();

    /** The namespace of that Secret. */
    @Described(
            "Self-managed: the namespace of the Secret and of the Service. Absent: the one that the webhook runs in.")
    @WithName("tls.namespace")
    Optional<String> tlsNamespace();

    /** The Service by which the webhook is called. */
    @Described(
            "Self-managed: the name of the Service, for the certificate. It is for tls-hosts as well, but for no name of the"
                    + " host.")
    @WithName("tls.service-name")
    @WithDefault("apparmor-admission")
    String tlsServiceName();

    /** How long a serving certificate is valid. */
    @Described(
            "Self-managed: how long a serving certificate is valid, between 10 s and 3650 days. It is renewed when two thirds"
                    + " of that are over.")
    @WithName("tls.validity")
    @WithDefault("90D")
    Duration tlsValidity();

    /** How long a CA is valid. */
    @Described(
            "Self-managed: how long a CA is valid, at least twice as long as a serving certificate and at most 7300 days. The"
                    + " next one is made when two thirds of that are over.")
    @WithName("tls.ca-validity")
    @WithDefault("365D")
    Duration tlsCaValidity();

    /** How long a CA is trusted before it signs. */
    @Described(
            "Self-managed: how long a new CA is in both webhook configurations before a certificate of it is served, between 1 s"
                    + " and a quarter of the validity of a CA. The old one stays until its last certificate has expired.")
    @WithName("tls.overlap")
    @WithDefault("1H")
    Duration tlsOverlap();

    /** Who may ask. */
    @Described(
            "Who may ask, where quarkus.tls.admission.trust-store.pem.certs names the CA of callers: common names, DNS names or"
                    + " URIs, of which a caller's certificate has to carry one. Absent: whoever has a certificate of that CA"
                    + " (deploy/SECURITY.md).")
    Optional<List<String>> callers();

    /** Where spans go. */
    @Described(
            "Where spans of reviews are sent: the base of a collector that takes OTLP over HTTP, such as http://collector:4318."
                    + " Absent: nowhere, and nothing of it is loaded.")
    @WithName("tracing.endpoint")
    Optional<String> tracingEndpoint();

    /** How many of the reviews are traced. */
    @Described(
            "The part of the reviews that are traced where the API server does not say, between 0 and 1. One that traces itself"
                    + " decides with each request.")
    @WithName("tracing.ratio")
    @WithDefault("1")
    double tracingRatio();

    /** How many reviews warm the webhook. */
    @Described(
            "How many reviews the webhook sends to itself before it is ready, 0 to 10000, for half a second at most: the"
                    + " first real one would wait for the JVM otherwise.")
    @WithDefault("24")
    int warmUpReviews();

    /** Which reports are kept. */
    enum Reports {
        /** None. */
        NONE,
        /** Those of OpenReports. */
        OPENREPORTS,
        /** Those of the policy working group. */
        POLICYREPORT
    }

    /** Where a serving certificate may come from. */
    enum TlsMode {
        /** Files, or else it is self-made. */
        FILES,
        /** A Secret that the replicas keep themselves. */
        SELF_MANAGED
    }

    /** Whether standalone mode is on. */
    default boolean isStandalone() {
        return inventory().isPresent() || nodes().isPresent() || namespaces().isPresent();
    }
}
