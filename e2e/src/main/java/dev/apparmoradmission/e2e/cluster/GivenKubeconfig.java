package dev.apparmoradmission.e2e.cluster;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Rung 1: a throw-away cluster of the caller, named by {@code E2E_KUBECONFIG}. */
record GivenKubeconfig(Settings settings) implements Rung {
    @Override
    public String name() {
        return "kubeconfig";
    }

    @Override
    public Optional<String> hindrance() {
        return settings.path("E2E_KUBECONFIG").isPresent()
                ? Optional.empty()
                : Optional.of("set E2E_KUBECONFIG to the kubeconfig of a throw-away cluster");
    }

    @Override
    public TestCluster start(PrintStream progress) throws IOException {
        Path file = settings.path("E2E_KUBECONFIG").orElseThrow();
        return new GivenCluster(file, Files.readString(file), settings);
    }
}
