package dev.apparmoradmission.e2e.cluster;

import java.io.FileNotFoundException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Rung 3: the directory of etcd and kube-apiserver that envtest users have, named by {@code KUBEBUILDER_ASSETS}. */
record AssetsDirectory(Settings settings) implements Rung {
    @Override
    public String name() {
        return "assets";
    }

    @Override
    public Optional<String> hindrance() {
        return settings.path("KUBEBUILDER_ASSETS").isPresent()
                ? Optional.empty()
                : Optional.of("set KUBEBUILDER_ASSETS to a directory with etcd and kube-apiserver");
    }

    @Override
    public TestCluster start(PrintStream progress) throws Exception {
        return LocalControlPlane.start(programs());
    }

    /** The programs of the directory. */
    ControlPlanePrograms programs() throws FileNotFoundException {
        Path directory = settings.path("KUBEBUILDER_ASSETS").orElseThrow();
        return new ControlPlanePrograms(
                "KUBEBUILDER_ASSETS",
                program(directory, "etcd"),
                program(directory, "kube-apiserver"),
                optional(directory, "kube-controller-manager"),
                optional(directory, "kube-scheduler"));
    }

    private static Optional<Path> optional(Path directory, String name) {
        return Optional.of(directory.resolve(name)).filter(Files::isExecutable);
    }

    private static Path program(Path directory, String name) throws FileNotFoundException {
        Path program = directory.resolve(name);
        if (!Files.isExecutable(program)) {
            throw new FileNotFoundException(program + " is not an executable file");
        }
        return program;
    }
}
