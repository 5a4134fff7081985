package dev.apparmoradmission.e2e.cluster;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The ways to an API server, best first. It reports in one line which one was taken; where none can be, it fails
 * and names them all: tests that silently did not run would look like tests that passed.
 */
public final class Ladder {
    private final Settings settings;
    private final PrintStream report;
    private final List<Rung> rungs;

    /**
     * @param settings the variables that choose
     * @param e2e the directory of this project, which holds the Go module of the last rung
     * @param report where progress and the one line go
     */
    public Ladder(Settings settings, java.nio.file.Path e2e, PrintStream report) {
        this.settings = settings;
        this.report = report;
        this.rungs = List.of(
                new GivenKubeconfig(settings),
                new KindThroughTestcontainers(settings),
                new AssetsDirectory(settings),
                new GoToolchain(settings, e2e.resolve("controlplane")));
    }

    /**
     * Starts the first API server that can be had.
     *
     * @throws NoApiServer if there is none, naming every rung and what it lacks
     */
    public TestCluster climb() {
        StringBuilder lacking = new StringBuilder();
        for (Rung rung : chosen()) {
            Optional<String> hindrance = rung.hindrance();
            if (hindrance.isPresent()) {
                lacking.append("\n  ").append(rung.name()).append(": ").append(hindrance.get());
                continue;
            }
            long begin = System.nanoTime();
            try {
                TestCluster cluster = rung.start(report);
                report.printf(
                        Locale.ROOT,
                        "API server: %s (ready in %.0f s)%n",
                        cluster.description(),
                        (System.nanoTime() - begin) / 1e9);
                return cluster;
            } catch (Exception failure) {
                if (failure instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                    throw new NoApiServer("interrupted while starting " + rung.name(), failure);
                }
                // Docker may be there while the image is out of reach: that is no reason to give up. What a
                // variable names by hand has to work as named.
                if (!(rung instanceof KindThroughTestcontainers)
                        || settings.value("E2E_CLUSTER").isPresent()) {
                    throw new NoApiServer(rung.name() + " was chosen but did not start: " + failure, failure);
                }
                report.println(
                        "API server: " + rung.name() + " did not start (" + cause(failure) + "), trying the next way");
                lacking.append("\n  ")
                        .append(rung.name())
                        .append(": did not start: ")
                        .append(cause(failure));
            }
        }
        throw new NoApiServer("No API server to test against. Any one of these will do:" + lacking);
    }

    /**
     * An API server with nothing beside it but its store, whichever rungs would hold: for measuring, and for thousands of nodes
     * that no controller is to look after.
     */
    public static TestCluster apiServerAlone(Settings settings, java.nio.file.Path e2e, PrintStream progress)
            throws Exception {
        return apiServerAlone(settings, e2e, progress, List.of());
    }

    /** @param options further options of kube-apiserver, such as a feature gate */
    public static TestCluster apiServerAlone(
            Settings settings, java.nio.file.Path e2e, PrintStream progress, List<String> options) throws Exception {
        AssetsDirectory assets = new AssetsDirectory(settings);
        ControlPlanePrograms programs = assets.hindrance().isEmpty()
                ? assets.programs()
                : new GoToolchain(settings, e2e.resolve("controlplane")).programs(progress);
        return LocalControlPlane.start(programs.alone(), options);
    }

    private List<Rung> chosen() {
        Optional<String> forced = settings.value("E2E_CLUSTER");
        if (forced.isEmpty()) {
            return rungs;
        }
        List<Rung> named =
                rungs.stream().filter(rung -> rung.name().equals(forced.get())).toList();
        if (named.isEmpty()) {
            throw new NoApiServer("E2E_CLUSTER=" + forced.get() + " is none of "
                    + rungs.stream().map(Rung::name).collect(Collectors.joining(", ")));
        }
        return named;
    }

    private static String cause(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage()).strip();
        return message.lines().findFirst().orElse(root.getClass().getSimpleName());
    }
}
