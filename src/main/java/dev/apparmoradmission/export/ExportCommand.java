package dev.apparmoradmission.export;

import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.wire.PolicyReading;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The command {@code policy export}. It reads policy files and nothing else. */
public final class ExportCommand {

    private static final int WRITTEN = 0;

    private final CommandFrame frame;
    private final Surroundings surroundings;
    private final PrintStream err;

    private ExportCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("policy export", surroundings);
        this.surroundings = surroundings;
        this.err = frame.err();
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code policy export}
     * @param surroundings where it runs
     * @return the exit code: 0 written; 2 bad usage, or policies that cannot be read or written
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        ExportCommand command = new ExportCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        ExportOptions options = ExportOptions.parse(arguments);
        return options.help() ? frame.usage(ExportOptions.usage()) : export(options);
    }

    private int export(ExportOptions options) throws IOException {
        PolicyReading reading = new PolicyDirectories(options.policies()).read();
        if (reading instanceof PolicyReading.Refused refused) {
            refused.problems().forEach(problem -> err.println(Printable.of(problem.toString())));
        }
        if (!(reading instanceof PolicyReading.Accepted accepted)) {
            return CommandFrame.BAD_INPUT;
        }
        PolicySet set = accepted.set();
        Backstop backstop = new Backstop(set, options.mutating().version(), options.exempt());
        for (String name : backstop.tooLongNames()) {
            err.println("policy export: " + name
                    + ": too long a name for an object made from it; give the policy a shorter one");
        }
        if (!backstop.tooLongNames().isEmpty()) {
            return CommandFrame.BAD_INPUT;
        }
        Map<String, List<AdmissionPolicy>> files = new LinkedHashMap<>();
        files.put("validating.yaml", backstop.validating());
        files.put("bindings.yaml", backstop.bindings());
        files.put("mutating.yaml", backstop.mutating());
        Optional<Path> directory = options.outputDirectory();
        if (directory.isPresent()) {
            write(directory.get(), files, backstop, set);
        } else {
            print(text(files.values().stream().flatMap(List::stream).toList(), backstop, set));
        }
        return WRITTEN;
    }

    private static void write(
            Path directory, Map<String, List<AdmissionPolicy>> files, Backstop backstop, PolicySet set)
            throws IOException {
        Files.createDirectories(directory);
        for (Map.Entry<String, List<AdmissionPolicy>> file : files.entrySet()) {
            Path path = directory.resolve(file.getKey());
            if (file.getValue().isEmpty()) {
                // One of an earlier export would be applied with the others.
                Files.deleteIfExists(path);
            } else {
                Files.writeString(path, text(file.getValue(), backstop, set));
            }
        }
    }

    private static String text(List<AdmissionPolicy> policies, Backstop backstop, PolicySet set) {
        ManifestText text = new ManifestText(set.hash());
        text.comment("What the API server enforces by itself of " + backstop.origin() + ",");
        text.comment("made by `policy export`: edit the policies, not this file, and export it anew when they change.");
        text.comment("Nothing is denied or changed in the namespaces " + backstop.exemption() + ".");
        text.comment("It is never stricter than the webhook. Left to the webhook:");
        backstop.gaps().forEach(text::comment);
        policies.forEach(text::add);
        return text.toString();
    }

    private void print(String text) throws IOException {
        surroundings.out().write(text.getBytes(StandardCharsets.UTF_8));
        surroundings.out().flush();
    }
}
