package dev.apparmoradmission.fix;

import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.fix.FixOptions.Form;
import dev.apparmoradmission.manifest.ManifestFiles;
import dev.apparmoradmission.manifest.ManifestFiles.ManifestFile;
import dev.apparmoradmission.report.Printable;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The command {@code fix}: mends manifests as they are written, and prints what it would change, or changes it. Whatever cannot
 * be read is told on standard error and left alone, and so is what a person must mend.
 */
public final class FixCommand {

    private static final int NOTHING_LEFT = 0;
    private static final int SOMETHING_LEFT = 1;

    private final CommandFrame frame;
    private final Surroundings surroundings;
    private final PrintStream err;
    private final OutputStream out;
    private boolean badInput;
    private boolean left;
    private int changed;

    private FixCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("fix", surroundings);
        this.surroundings = surroundings;
        this.err = frame.err();
        this.out = new BufferedOutputStream(frame.out(), 1 << 16);
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code fix}
     * @param surroundings where it runs
     * @return the exit code: 0 nothing is left to mend; 1 something is; 2 bad usage, or input that cannot be read or written
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        FixCommand command = new FixCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        FixOptions options = FixOptions.parse(arguments);
        return options.help() ? frame.usage(FixOptions.usage()) : fix(options);
    }

    private int fix(FixOptions options) throws IOException {
        Optional<Snapshot> snapshot = options.judging().read(this::tell, warning -> err.println("warning: " + warning));
        if (snapshot.isEmpty()) {
            return CommandFrame.BAD_INPUT;
        }
        Instant now = options.judging().instant(surroundings.clock());
        List<String> unreadable = new ArrayList<>();
        List<ManifestFile> files = ManifestFiles.find(options.paths(), options.excluded(), unreadable::add);
        unreadable.forEach(this::tell);
        int number = 0;
        for (ManifestFile file : files) {
            int at = ++number;
            frame.progress().at(() -> at + " of " + files.size() + " files, " + changed + " to change ...");
            try {
                byte[] content = file.content(surroundings.in());
                mended(file, content, MendedFile.of(file, content, snapshot.get(), now, options.renames()), options);
            } catch (UnreadableInputException e) {
                tell(e.line());
            }
        }
        out.flush();
        if (changed > 0 && options.form() == Form.DIFF) {
            err.println(changed == 1 ? "1 file to change." : changed + " files to change.");
            left = true;
        }
        return badInput ? CommandFrame.BAD_INPUT : left ? SOMETHING_LEFT : NOTHING_LEFT;
    }

    private void mended(ManifestFile file, byte[] content, MendedFile mended, FixOptions options) throws IOException {
        mended.unreadable().forEach(this::tell);
        if (options.form() == Form.TEXT) {
            out.write(mended.isChanged() ? mended.edited().content() : content);
        } else if (mended.isChanged()) {
            changed++;
            if (options.form() == Form.WRITE) {
                Replacement.of(Path.of(file.path()), content, mended.edited().content());
                for (String line : mended.done()) {
                    out.write((line + "\n").getBytes(surroundings.charset()));
                }
            } else {
                out.write(mended.edited().diff(name(file)).getBytes(StandardCharsets.UTF_8));
            }
        }
        // A patch is of no use in the middle of it.
        out.flush();
        for (String line : mended.left()) {
            left = true;
            err.println("left: " + line);
        }
    }

    /** As a patch names it: from the current directory where it is below that. */
    private static String name(ManifestFile file) {
        if (file.isStandardInput()) {
            return "stdin";
        }
        Path here = Path.of("").toAbsolutePath();
        Path path = Path.of(file.path()).toAbsolutePath().normalize();
        Path shown =
                path.startsWith(here) ? here.relativize(path) : path.getRoot().relativize(path);
        return shown.toString().replace('\\', '/');
    }

    private void tell(String line) {
        badInput = true;
        err.println(Printable.of(line));
    }
}
