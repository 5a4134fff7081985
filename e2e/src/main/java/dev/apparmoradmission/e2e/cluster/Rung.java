package dev.apparmoradmission.e2e.cluster;

import java.io.PrintStream;
import java.util.Optional;

/** One way to come by an API server. */
sealed interface Rung permits GivenKubeconfig, KindThroughTestcontainers, AssetsDirectory, GoToolchain {
    /** The word by which {@code E2E_CLUSTER} forces this rung. */
    String name();

    /** Why this rung cannot be stepped on here, with the way to change that; empty if it can. */
    Optional<String> hindrance();

    /**
     * Starts, and waits until the API server is ready.
     *
     * @param progress told of what takes long
     */
    TestCluster start(PrintStream progress) throws Exception;
}
