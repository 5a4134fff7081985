package dev.apparmoradmission.e2e.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A cluster that someone else started and will throw away. */
final class GivenCluster implements TestCluster {
    private final Path file;
    private final String kubeconfig;
    private final String version;
    private final String webhookHost;
    private final Optional<Path> auditLog;

    GivenCluster(Path file, String kubeconfig, Settings settings) throws IOException {
        this.file = file;
        this.kubeconfig = kubeconfig;
        this.auditLog = settings.path("E2E_AUDIT_LOG");
        Config config = Config.fromKubeconfig(kubeconfig);
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            this.version = client.getKubernetesVersion().getGitVersion();
        }
        this.webhookHost = settings.value("E2E_WEBHOOK_HOST").orElse(addressTowards(URI.create(config.getMasterUrl())));
    }

    /** The address of this machine on the way to the API server: what it would see us come from. */
    private static String addressTowards(URI server) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            // Connecting a datagram socket sends nothing; it makes the kernel choose the route.
            socket.connect(new InetSocketAddress(server.getHost(), server.getPort() > 0 ? server.getPort() : 443));
            return socket.getLocalAddress().getHostAddress();
        }
    }

    @Override
    public String description() {
        return "the given cluster " + version + " of " + file;
    }

    @Override
    public String kubeconfig() {
        return kubeconfig;
    }

    @Override
    public AuditLog auditLog() {
        return () -> Files.readString(auditLog.orElseThrow(() -> new IOException(
                "the audit log of a given cluster is not known: set E2E_AUDIT_LOG to the file it is written to"
                        + " (level Metadata for pods and workloads)")));
    }

    @Override
    public String webhookHost() {
        return webhookHost;
    }

    @Override
    public boolean runsControllers() {
        return true;
    }

    @Override
    public boolean runsScheduler() {
        return true;
    }

    @Override
    public boolean outlivesUs() {
        return true;
    }

    @Override
    public void close() {
        // Not ours to stop.
    }
}
