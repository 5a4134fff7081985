package dev.apparmoradmission.e2e.cluster;

import com.dajudge.kindcontainer.KindContainer;
import com.dajudge.kindcontainer.KindContainerVersion;
import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ContainerNetwork;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.images.builder.Transferable;

/** A kind node: kubeadm's control plane and one kubelet, in a container. */
final class KindCluster implements TestCluster {
    private static final String MANIFEST = "/etc/kubernetes/manifests/kube-apiserver.yaml";
    private static final String POLICY = "/etc/kubernetes/audit/policy.yaml";
    private static final String LOG_DIRECTORY = "/var/log/kubernetes-audit";
    private static final String LOG = LOG_DIRECTORY + "/audit.log";
    private static final String ADMISSION = "/etc/kubernetes/admission";
    private static final Duration REMOVAL = Duration.ofSeconds(20);
    private static final Duration RESTART = Duration.ofMinutes(3);

    /**
     * The container library writes the newest version it knows into kubeadm's configuration; the node's own version,
     * which kind notes in the image, is the one whose programs are at hand.
     */
    private static final String KUBEADM = """
            #!/bin/sh
            for option in "$@"; do
                file=${option#--config=}
                if [ "$file" != "$option" ] && [ -s /kind/version ]; then
                    sed -i "s/^kubernetesVersion:.*/kubernetesVersion: $(cat /kind/version)/" "$file"
                fi
            done
            exec /usr/bin/kubeadm "$@"
            """;

    private final KindContainer<?> container;
    private final String version;
    private final String webhookHost;
    private final CallerIdentity caller;
    private final Cleanup cleanup;

    private KindCluster(
            KindContainer<?> container, String version, String webhookHost, CallerIdentity caller, Cleanup cleanup) {
        this.container = container;
        this.version = version;
        this.webhookHost = webhookHost;
        this.caller = caller;
        this.cleanup = cleanup;
    }

    static KindCluster start(String image, Optional<String> webhookHost) throws Exception {
        KindContainer<?> container = new KindContainer<>(KindContainerVersion.VERSION_1_34_0.withImage(image));
        container.withCopyToContainer(Transferable.of(KUBEADM, 0755), "/usr/local/bin/kubeadm");
        Cleanup cleanup = new Cleanup(() -> stop(container));
        try {
            container.start();
            CallerIdentity caller = CallerIdentity.make();
            configure(container, caller);
            Config config = Config.fromKubeconfig(container.getKubeconfig());
            try (KubernetesClient client =
                    new KubernetesClientBuilder().withConfig(config).build()) {
                // The tests bring nodes of their own. The real one must not count as a place for their pods, nor run
                // them.
                new RealNode(container).keepPodsOff();
                String version = client.getKubernetesVersion().getGitVersion();
                return new KindCluster(
                        container, version, webhookHost.orElseGet(() -> gateway(container)), caller, cleanup);
            }
        } catch (Exception failure) {
            cleanup.close();
            throw failure;
        }
    }

    /**
     * Removes the container and the volume that the library made for its images. The library does that too, but not on
     * Ctrl-C: then the container is removed from two sides, and the volume only once nobody uses it.
     */
    private static void stop(KindContainer<?> container) {
        DockerClient engine = container.getDockerClient();
        List<String> volumes = container.getContainerId() == null ? List.of() : volumes(container);
        container.stop();
        for (String volume : volumes) {
            long end = System.nanoTime() + REMOVAL.toNanos();
            while (!removed(engine, volume) && System.nanoTime() < end) {
                try {
                    TimeUnit.MILLISECONDS.sleep(200);
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    private static List<String> volumes(KindContainer<?> container) {
        List<InspectContainerResponse.Mount> mounts =
                container.getContainerInfo().getMounts();
        return mounts == null
                ? List.of()
                : mounts.stream()
                        .map(InspectContainerResponse.Mount::getName)
                        .filter(name -> name != null && name.startsWith("kindcontainer-"))
                        .toList();
    }

    private static boolean removed(DockerClient engine, String volume) {
        try {
            engine.removeVolumeCmd(volume).exec();
            return true;
        } catch (NotFoundException gone) {
            return true;
        } catch (ConflictException inUse) {
            return false;
        }
    }

    /** The engine's side of the node's network: there servers of this machine can be reached. */
    private static String gateway(KindContainer<?> container) {
        return container.getContainerInfo().getNetworkSettings().getNetworks().values().stream()
                .map(ContainerNetwork::getGateway)
                .filter(address -> address != null && !address.isBlank())
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException("the node's network has no gateway: set E2E_WEBHOOK_HOST"));
    }

    /** Switches the audit log on, and has the API server show a certificate to webhooks that ask for one. */
    private static void configure(KindContainer<?> container, CallerIdentity caller)
            throws IOException, InterruptedException {
        run(container, "mkdir", "-p", "/etc/kubernetes/audit", ADMISSION, LOG_DIRECTORY);
        container.copyFileToContainer(
                Transferable.of(CallerIdentity.admissionConfiguration(ADMISSION + "/kubeconfig")),
                ADMISSION + "/admission.yaml");
        container.copyFileToContainer(Transferable.of(caller.kubeconfig()), ADMISSION + "/kubeconfig");
        container.copyFileToContainer(Transferable.of(AuditPolicy.YAML), POLICY);
        Pod server = Serialization.unmarshal(run(container, "cat", MANIFEST), Pod.class);
        Pod audited = new PodBuilder(server)
                .editSpec()
                .withContainers(
                        new ContainerBuilder(server.getSpec().getContainers().get(0))
                                .addToCommand(
                                        "--audit-policy-file=" + POLICY,
                                        "--audit-log-path=" + LOG,
                                        "--admission-control-config-file=" + ADMISSION + "/admission.yaml")
                                .addNewVolumeMount()
                                .withName("admission")
                                .withMountPath(ADMISSION)
                                .withReadOnly(true)
                                .endVolumeMount()
                                .addNewVolumeMount()
                                .withName("audit-policy")
                                .withMountPath(POLICY)
                                .withReadOnly(true)
                                .endVolumeMount()
                                .addNewVolumeMount()
                                .withName("audit-log")
                                .withMountPath(LOG_DIRECTORY)
                                .endVolumeMount()
                                .build())
                .addNewVolume()
                .withName("admission")
                .withNewHostPath()
                .withPath(ADMISSION)
                .withType("Directory")
                .endHostPath()
                .endVolume()
                .addNewVolume()
                .withName("audit-policy")
                .withNewHostPath()
                .withPath(POLICY)
                .withType("File")
                .endHostPath()
                .endVolume()
                .addNewVolume()
                .withName("audit-log")
                .withNewHostPath()
                .withPath(LOG_DIRECTORY)
                .withType("DirectoryOrCreate")
                .endHostPath()
                .endVolume()
                .endSpec()
                .build();
        // Written elsewhere and moved: the kubelet reads whatever appears in that directory, at once.
        String beside = "/etc/kubernetes/kube-apiserver.new.yaml";
        container.copyFileToContainer(Transferable.of(Serialization.asYaml(audited)), beside);
        run(container, "mv", beside, MANIFEST);
        awaitAudited(container);
    }

    /** Only the new API server writes that file, so it tells the new one from the old one that still answers. */
    private static void awaitAudited(KindContainer<?> container) throws IOException, InterruptedException {
        long end = System.nanoTime() + RESTART.toNanos();
        while (true) {
            ExecResult ready = container.execInContainer(
                    "sh", "-c", "test -e " + LOG + " && kubectl get --raw=/readyz && kubectl get namespace default");
            if (ready.getExitCode() == 0) {
                return;
            }
            if (System.nanoTime() > end) {
                ExecResult why = container.execInContainer(
                        "sh", "-c", "tail -n 5 /var/log/pods/kube-system_kube-apiserver-*/kube-apiserver/*.log");
                throw new IllegalStateException("the API server did not come back with auditing on: "
                        + ready.getStderr() + why.getStdout() + why.getStderr());
            }
            TimeUnit.MILLISECONDS.sleep(250);
        }
    }

    private static String run(KindContainer<?> container, String... command) throws IOException, InterruptedException {
        ExecResult result = container.execInContainer(command);
        if (result.getExitCode() != 0) {
            throw new IOException(String.join(" ", command) + ": " + result.getStderr());
        }
        return result.getStdout();
    }

    @Override
    public String description() {
        return "kind " + version + " through Testcontainers";
    }

    @Override
    public String kubeconfig() {
        return container.getKubeconfig();
    }

    @Override
    public AuditLog auditLog() {
        return () -> {
            try {
                return run(container, "cat", LOG);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while reading " + LOG, interrupted);
            }
        };
    }

    @Override
    public String webhookHost() {
        return webhookHost;
    }

    @Override
    public Optional<String> callerAuthority() {
        return Optional.of(caller.certificate());
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
    public Optional<RealNode> realNode() {
        return Optional.of(new RealNode(container));
    }

    @Override
    public boolean outlivesUs() {
        return false;
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
