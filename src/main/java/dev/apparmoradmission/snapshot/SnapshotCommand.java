package dev.apparmoradmission.snapshot;

import dev.apparmoradmission.cluster.LiveCluster;
import dev.apparmoradmission.cluster.SnapshotDescription;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.report.Printable;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;

/** The command {@code snapshot}: keeps what a decision looks at of a live cluster. It changes nothing there. */
public final class SnapshotCommand {

    private static final int ALL_READ = 0;

    private final CommandFrame frame;
    private final Surroundings surroundings;

    private SnapshotCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("snapshot", surroundings);
        this.surroundings = surroundings;
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code snapshot}
     * @param surroundings where it runs
     * @return the exit code: 0 all was read; 2 bad usage, nothing was written, or something could not be read
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        SnapshotCommand command = new SnapshotCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        SnapshotOptions options = SnapshotOptions.parse(arguments);
        if (options.help()) {
            return frame.usage(SnapshotOptions.usage());
        }
        Instant now = surroundings.clock().instant().truncatedTo(ChronoUnit.SECONDS);
        SnapshotDescription description;
        try (LiveCluster cluster = options.cluster().openLive("name a cluster with --context");
                NewDirectory directory = NewDirectory.begin(options.directory(), options.force())) {
            description = write(options, cluster, directory, now);
        }
        description.notRead().forEach(line -> frame.err().println(Printable.of("not all: " + line)));
        frame.out().write(summary(options, description).getBytes(surroundings.charset()));
        frame.out().flush();
        return description.notRead().isEmpty() ? ALL_READ : CommandFrame.BAD_INPUT;
    }

    private SnapshotDescription write(SnapshotOptions options, LiveCluster cluster, NewDirectory directory, Instant now)
            throws UnreadableInputException {
        try {
            SnapshotDescription description = new SnapshotWriter(cluster, directory, frame.progress())
                    .write(options.cluster().namespaces(), now);
            directory.finish();
            return description;
        } catch (UnreadableInputException told) {
            throw told;
        } catch (IOException e) {
            throw new UnreadableInputException(options.directory().toString(), "cannot be written: " + e.getMessage());
        }
    }

    private static String summary(SnapshotOptions options, SnapshotDescription description) {
        String lists = description.lists().entrySet().stream()
                .filter(list -> list.getValue().objects() > 0)
                .map(list -> list.getKey() + " " + list.getValue().objects())
                .collect(Collectors.joining(", "));
        return Printable.of(options.directory().toString()) + ", as of " + description.takenAt() + ": " + lists + ".\n"
                + (description.notRead().isEmpty() ? "" : "It is not all: see above.\n");
    }
}
