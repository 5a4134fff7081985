package dev.apparmoradmission.e2e.cluster;

import dev.apparmoradmission.e2e.cluster.GoModule.Program;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rung 4: the control plane built from a Go module of tool dependencies, once, into the user's cache.
 *
 * @param module the directory of {@code go.mod} and {@code go.sum}
 */
record GoToolchain(Settings settings, Path module) implements Rung {
    private static final String COMMANDS = "k8s.io/kubernetes/cmd/";
    private static final Pattern KUBERNETES = Pattern.compile("k8s\\.io/kubernetes (v1\\.(\\d+)\\.\\S+)");

    @Override
    public String name() {
        return "go";
    }

    @Override
    public Optional<String> hindrance() {
        return settings.executable("go").isPresent()
                ? Optional.empty()
                : Optional.of("install Go 1.25 or newer, to build etcd and Kubernetes once from " + module);
    }

    @Override
    public TestCluster start(PrintStream progress) throws Exception {
        return LocalControlPlane.start(programs(progress));
    }

    /** The programs, built where they are not there yet. */
    ControlPlanePrograms programs(PrintStream progress) throws Exception {
        List<Path> built = new GoModule(settings, module, linkerFlags())
                .build(
                        List.of(
                                new Program("etcd", "go.etcd.io/etcd/server/v3"),
                                new Program("kube-apiserver", COMMANDS + "kube-apiserver"),
                                new Program("kube-controller-manager", COMMANDS + "kube-controller-manager"),
                                new Program("kube-scheduler", COMMANDS + "kube-scheduler")),
                        progress);
        return new ControlPlanePrograms(
                "built with Go", built.get(0), built.get(1), Optional.of(built.get(2)), Optional.of(built.get(3)));
    }

    /** Kubernetes learns its version from the linker; without one it reports v0.0.0 and clients get confused. */
    private String linkerFlags() throws IOException {
        Matcher version = KUBERNETES.matcher(Files.readString(module.resolve("go.mod")));
        if (!version.find()) {
            throw new IOException(module.resolve("go.mod") + " requires no k8s.io/kubernetes");
        }
        StringBuilder flags = new StringBuilder("-s -w");
        for (String owner : List.of("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")) {
            flags.append(" -X ").append(owner).append(".gitVersion=").append(version.group(1));
            flags.append(" -X ").append(owner).append(".gitMajor=1");
            flags.append(" -X ").append(owner).append(".gitMinor=").append(version.group(2));
        }
        return flags.toString();
    }
}
