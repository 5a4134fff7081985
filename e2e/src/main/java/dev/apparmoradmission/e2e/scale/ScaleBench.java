package dev.apparmoradmission.e2e.scale;

import dev.apparmoradmission.e2e.cluster.Ladder;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.cluster.TestCluster;
import java.nio.file.Files;
import java.nio.file.Path;

/** Measures the webhook with a simulated fleet, on an API server of its own. {@code e2e/bench/run-scale} starts it. */
public final class ScaleBench {
    private ScaleBench() {}

    /** @param arguments the directory of this project, the file for the table, and options */
    public static void main(String... arguments) throws Exception {
        Path e2e = Path.of(arguments[0]);
        Settings settings = Settings.ofProcess();
        Options options;
        try {
            options = Options.of(java.util.Arrays.copyOfRange(arguments, 2, arguments.length));
        } catch (IllegalArgumentException unusable) {
            System.err.println("run-scale: " + unusable.getMessage() + "\nusage: " + Options.USAGE);
            System.exit(2);
            return;
        }
        try (TestCluster cluster = Ladder.apiServerAlone(settings, e2e, System.out)) {
            System.out.println("API server: " + cluster.description());
            Figures figures = new ScaleRun(cluster, settings, e2e, options).measure();
            figures.put("API server", "%s", cluster.description());
            Files.writeString(Path.of(arguments[1]), figures.table());
        }
    }
}
