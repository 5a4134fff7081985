package dev.apparmoradmission.command;

import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.report.Printable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import picocli.CommandLine.ParameterException;

/**
 * What every short command does around its work: its usage where that is wanted, and one line on standard error for whatever
 * goes wrong.
 *
 * @param name the command, as messages call it
 * @param surroundings where it runs
 * @param err standard error, a line at once
 * @param progress tells on standard error how far a long run is
 */
public record CommandFrame(String name, Surroundings surroundings, PrintStream err, Progress progress) {

    /** The exit code of bad usage, and of input that cannot be read. */
    public static final int BAD_INPUT = 2;

    /** The work of a command. */
    public interface Work {
        /**
         * Does it.
         *
         * @return the exit code
         * @throws ParameterException where the arguments make no sense
         * @throws UnreadableInputException where what it works on cannot be read
         * @throws IOException where the report cannot be written
         */
        int run() throws IOException;
    }

    /** The frame of this command. */
    public static CommandFrame of(String name, Surroundings surroundings) {
        Progress progress = new Progress(surroundings.err(), surroundings.attended(), surroundings.clock());
        PrintStream err = new PrintStream(progress.givingWayTo(surroundings.err()), true, surroundings.charset());
        return new CommandFrame(name, surroundings, err, progress);
    }

    /** Standard output; progress gives way to it, for both may be one terminal. */
    public OutputStream out() {
        return progress.givingWayTo(surroundings.out());
    }

    /** Does the work; gives its exit code, or {@link #BAD_INPUT} where it could not be done. */
    public int run(Work work) {
        try {
            return work.run();
        } catch (ParameterException badUsage) {
            err.println(name + ": " + Printable.of(String.valueOf(badUsage.getMessage())));
            err.println(name + " --help tells the options.");
        } catch (UnreadableInputException unreadable) {
            err.println(Printable.of(unreadable.line()));
        } catch (IOException broken) {
            // Most often a reader that went away, as head does.
            err.println(name + ": the report cannot be written: " + Printable.of(String.valueOf(broken.getMessage())));
        } finally {
            progress.erase();
        }
        return BAD_INPUT;
    }

    /**
     * Prints the usage.
     *
     * @return the exit code
     * @throws IOException where it cannot be written
     */
    public int usage(String text) throws IOException {
        surroundings.out().write(text.getBytes(surroundings.charset()));
        surroundings.out().flush();
        return 0;
    }
}
