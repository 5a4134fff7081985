package dev.apparmoradmission.export;

import dev.apparmoradmission.cluster.PolicyDirectories;
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
import picocli.CommandLine.ParameterException;

/** The command {@code policy}, whose one subcommand is {@code export}. It reads policy files and nothing else. */
public final class PolicyCommand {

    private static final int WRITTEN = 0;
    private static final int BAD_INPUT = 2;
    private static final String EXPORT = "export";
    private static final String HELP = "policy export --help tells the options.";

    private final Surroundings surroundings;
    private final PrintStream err;

    private PolicyCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.err = new PrintStream(surroundings.err(), true, surroundings.charset());
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code policy}
     * @param surroundings where it runs
     * @return the exit code: 0 written; 2 bad usage, or policies that cannot be read or written
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        return new PolicyCommand(surroundings).run(arguments);
    }

    private int run(List<String> arguments) {
        try {
            boolean help = !arguments.isEmpty() && List.of("--help", "-h").contains(arguments.get(0));
            if (!help && (arguments.isEmpty() || !arguments.get(0).equals(EXPORT))) {
                err.println("policy: give the subcommand export");
                err.println(HELP);
                return BAD_INPUT;
            }
            ExportOptions options = ExportOptions.parse(help ? arguments : arguments.subList(1, arguments.size()));
            if (options.help()) {
                print(ExportOptions.usage());
                return WRITTEN;
            }
            return export(options);
        } catch (ParameterException badUsage) {
            err.println("policy export: " + Printable.of(String.valueOf(badUsage.getMessage())));
            err.println(HELP);
        } catch (IOException broken) {
            err.println("policy export: cannot be written: " + Printable.of(String.valueOf(broken.getMessage())));
        }
        return BAD_INPUT;
    }

    private int export(ExportOptions options) throws IOException {
        PolicyReading reading = new PolicyDirectories(options.policies()).read();
        if (reading instanceof PolicyReading.Refused refused) {
            refused.problems().forEach(problem -> err.println(Printable.of(problem.toString())));
        }
        if (!(reading instanceof PolicyReading.Accepted accepted)) {
            return BAD_INPUT;
        }
        PolicySet set = accepted.set();
        Backstop backstop = new Backstop(set, options.mutating().version(), options.exempt());
        for (String name : backstop.tooLongNames()) {
            err.println("policy export: " + name
                    + ": too long a name for an object made from it; give the policy a shorter one");
        }
        if (!backstop.tooLongNames().isEmpty()) {
            return BAD_INPUT;
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
