package dev.apparmoradmission.inventory;

import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.cluster.ListedCluster;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.inventory.InventoryOptions.FailOn;
import dev.apparmoradmission.inventory.InventoryOptions.Output;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.ProfileLists;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * The command {@code inventory}: looks at every node once, in a cluster or in files, and says what it really has, where it
 * differs from those that it ought to equal, or where one profile is. It changes nothing.
 */
public final class InventoryCommand {

    private static final int ALL_IS_WELL = 0;
    private static final int COMPLAINT = 1;

    /** What cannot be understood is told of so many lines, not of each. */
    private static final int MOST_TOLD = 20;

    private final CommandFrame frame;
    private final Surroundings surroundings;
    private final PrintStream err;

    private InventoryCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("inventory", surroundings);
        this.surroundings = surroundings;
        this.err = frame.err();
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code inventory}
     * @param surroundings where it runs
     * @return the exit code: 0 all is well; 1 something is not; 2 bad usage or input that cannot be read
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        InventoryCommand command = new InventoryCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        InventoryOptions options = InventoryOptions.parse(arguments);
        return options.help() ? frame.usage(InventoryOptions.usage()) : look(options);
    }

    private int look(InventoryOptions options) throws IOException {
        InventoryReader reader = InventoryReader.withNotes(new ProfileLists());
        ClusterFiles.View view = options.inventory().isEmpty()
                ? ListedCluster.read(options.context(), options.namespace(), reader)
                : new ClusterFiles(options.inventory(), options.nodes(), List.of())
                        .read(reader, TransientTaints.WELL_KNOWN);
        view.problems().stream().limit(MOST_TOLD).forEach(problem -> err.println("warning: " + problem.describe()));
        if (view.problems().size() > MOST_TOLD) {
            err.println("warning: and " + (view.problems().size() - MOST_TOLD) + " more problems");
        }
        Instant now =
                options.now().orElseGet(() -> surroundings.clock().instant().truncatedTo(ChronoUnit.SECONDS));
        Fleet fleet = Fleet.of(view, new Pools(options.poolLabel()), options.maxAge(), now);
        Optional<Whereabouts> where = options.profile().map(name -> Whereabouts.of(name, fleet));
        write(options, fleet, where);
        return isComplaint(options.failOn(), fleet, where) ? COMPLAINT : ALL_IS_WELL;
    }

    private void write(InventoryOptions options, Fleet fleet, Optional<Whereabouts> where) throws IOException {
        BufferedOutputStream out = new BufferedOutputStream(surroundings.out(), 1 << 16);
        if (options.output() == Output.JSON) {
            if (where.isPresent()) {
                new JsonViews(out).write(where.get(), fleet);
            } else {
                new JsonViews(out).write(fleet);
            }
        } else {
            Writer text = new OutputStreamWriter(out, surroundings.charset());
            if (where.isPresent()) {
                new WhereaboutsText(where.get(), options.all(), text).write();
            } else {
                new FleetText(fleet, options.all(), text).write();
            }
            text.flush();
        }
        out.flush();
    }

    private static boolean isComplaint(FailOn failOn, Fleet fleet, Optional<Whereabouts> where) {
        if (failOn == FailOn.NEVER) {
            return false;
        }
        if (where.isPresent()) {
            return !where.get().isEverywhere();
        }
        return fleet.hasUnknown()
                || failOn == FailOn.DIFFERENCE && !fleet.differing().isEmpty();
    }
}
