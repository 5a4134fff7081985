package dev.apparmoradmission.e2e.cluster;

import com.dajudge.kindcontainer.KindContainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.utility.MountableFile;

/** A node with a kubelet that runs pods: kind's. Between tests a taint keeps their pods off it. */
public final class RealNode {
    /** Keeps pods away that do not tolerate everything. */
    static final String TAINT = "e2e.apparmor-admission.dev/real-node";

    private static final String IMAGES = "/var/lib/e2e-images.tar";

    private final KindContainer<?> container;

    RealNode(KindContainer<?> container) {
        this.container = container;
    }

    /** What a command on the node printed; kubectl is there, with all rights. */
    public String run(String... command) throws IOException {
        try {
            ExecResult result = container.execInContainer(command);
            if (result.getExitCode() != 0) {
                throw new IOException(String.join(" ", command) + ": " + result.getStdout() + result.getStderr());
            }
            return result.getStdout();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted: " + String.join(" ", command), interrupted);
        }
    }

    /** Copies a file, or a directory with all in it, to the node. */
    public void copy(Path from, String to) {
        container.copyFileToContainer(MountableFile.forHostPath(from), to);
    }

    /** Gives the node images that the engine of this machine holds: no registry is asked for them. */
    public void take(List<String> images) throws IOException {
        Path archive = Files.createTempFile("e2e-images", ".tar");
        try {
            List<String> save = new ArrayList<>(List.of("docker", "save", "-o", archive.toString()));
            save.addAll(images);
            Process process = new ProcessBuilder(save).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", save) + ": " + said);
            }
            copy(archive, IMAGES);
            run("ctr", "--namespace", "k8s.io", "images", "import", IMAGES);
            run("rm", IMAGES);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while saving images", interrupted);
        } finally {
            Files.deleteIfExists(archive);
        }
    }

    /**
     * kube-proxy spreads a Service with more than one endpoint by iptables' match "statistic", and without it sets up no new
     * Service at all. The match wants the mathematical library, which an image of kube-proxy that was put together by hand may
     * lack: then it gets the node's. Upstream's image has it.
     */
    private void mendServices() throws IOException {
        String missing = run(
                "sh",
                "-c",
                "kubectl --namespace kube-system exec daemonset/kube-proxy -- iptables --match statistic --help >/dev/null 2>&1"
                        + " || ls /lib/*/libm.so.6 /lib64/libm.so.6 2>/dev/null | head -n 1");
        if (missing.isBlank()) {
            return;
        }
        String library = missing.strip();
        String patch = """
                {"spec": {"template": {"spec": {
                  "containers": [{"name": "kube-proxy", "volumeMounts": [{"name": "libm", "mountPath": "%1$s", "readOnly": true}]}],
                  "volumes": [{"name": "libm", "hostPath": {"path": "%1$s", "type": "File"}}]}}}}
                """.formatted(library);
        run("kubectl", "--namespace", "kube-system", "patch", "daemonset", "kube-proxy", "--patch", patch);
        run("kubectl", "--namespace", "kube-system", "rollout", "status", "daemonset/kube-proxy", "--timeout=60s");
    }

    /** Lets pods onto the node, until {@link #keepPodsOff()}, and sees to it that Services lead to them. */
    public void admitPods() throws IOException {
        mendServices();
        run("kubectl", "taint", "nodes", "--all", TAINT + "-");
    }

    /** Keeps pods off the node again. */
    public void keepPodsOff() throws IOException {
        // A patch without a version: the kubelet and the controllers write to the node all the time.
        run("kubectl", "taint", "nodes", "--all", "--overwrite", TAINT + ":NoSchedule");
    }
}
