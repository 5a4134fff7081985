package dev.apparmoradmission.check;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code check} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param paths files, directories, or {@code -}
 * @param policies files and directories of policies
 * @param inventory files of inventory ConfigMaps
 * @param nodes files of Nodes
 * @param namespaces files of Namespaces
 * @param now the instant to judge at, where it is not the present
 * @param output the form of the report
 * @param failOn what makes it fail
 */
record CheckOptions(
        boolean help,
        List<String> paths,
        List<Path> policies,
        List<Path> inventory,
        List<Path> nodes,
        List<Path> namespaces,
        Optional<Instant> now,
        Output output,
        FailOn failOn) {

    /** Forms of report. */
    enum Output {
        TEXT,
        JSON,
        SARIF,
        JUNIT
    }

    /** What makes the command fail. */
    enum FailOn {
        DENY,
        WARN,
        NEVER
    }

    private static final String POLICY = "--policy";
    private static final String INVENTORY = "--inventory";
    private static final String NODES = "--nodes";
    private static final String NAMESPACES = "--namespaces";
    private static final String NOW = "--now";
    private static final String OUTPUT = "--output";
    private static final String FAIL_ON = "--fail-on";
    private static final String HELP = "--help";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static CheckOptions parse(List<String> arguments) {
        ParseResult parsed = new CommandLine(spec()).parseArgs(arguments.toArray(String[]::new));
        boolean help = parsed.isUsageHelpRequested();
        List<String> paths = parsed.matchedPositionalValue(0, List.of());
        if (paths.isEmpty() && !help) {
            throw problem(parsed, "Give the files or directories to check, or - for standard input");
        }
        List<Path> policies = paths(parsed, POLICY);
        return new CheckOptions(
                help,
                List.copyOf(paths),
                policies.isEmpty() ? List.of(Path.of("policies")) : policies,
                paths(parsed, INVENTORY),
                paths(parsed, NODES),
                paths(parsed, NAMESPACES),
                now(parsed),
                choice(parsed, OUTPUT, Output.values(), Output.TEXT),
                choice(parsed, FAIL_ON, FailOn.values(), FailOn.DENY));
    }

    /** How to use it. */
    static String usage() {
        return new CommandLine(spec()).getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("check");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar check [OPTION...] PATH...")
                .description(
                        "Judges manifests as the webhook would judge the pods they make, without a cluster.",
                        "Files, directories (every *.yaml, *.yml and *.json below), or - for standard input:",
                        "YAML with any number of documents, JSON, lists, rendered Helm or Kustomize.")
                .footer(
                        "",
                        "Without --inventory no profile can be looked up: such findings are warnings that never fail the check.",
                        "A ConfigMap of --inventory needs no label, unless another in the same file has it.",
                        "",
                        "Exit codes: 0 nothing to complain of; 1 something is denied (or warned of, with --fail-on warn);",
                        "2 bad usage, or input that cannot be read (all other files are judged all the same).");
        spec.addPositional(PositionalParamSpec.builder()
                .index("0..*")
                .arity("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel("PATH")
                .description("a file, a directory, or - for standard input")
                .build());
        many(spec, POLICY, "DIR", "a directory or file with policies, repeatable (default: policies)");
        many(spec, INVENTORY, "FILE", "inventory ConfigMaps as YAML or JSON, repeatable");
        many(
                spec,
                NODES,
                "FILE",
                "Nodes, as kubectl get nodes -o yaml prints them; without it every node of the"
                        + " inventory is eligible");
        many(
                spec,
                NAMESPACES,
                "FILE",
                "Namespaces, as kubectl get namespaces -o yaml prints them, for namespaceSelector");
        one(spec, NOW, "INSTANT", "judge as of this RFC 3339 instant (default: now)");
        one(spec, OUTPUT, "FORM", names(Output.values()) + " (default: text)");
        one(spec, FAIL_ON, "WHAT", names(FailOn.values()) + " (default: deny)");
        return spec.addOption(OptionSpec.builder("-h", HELP)
                .usageHelp(true)
                .description("print this")
                .build());
    }

    private static void many(CommandSpec spec, String name, String label, String help) {
        spec.addOption(OptionSpec.builder(name)
                .arity("1")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel(label)
                .description(help)
                .build());
    }

    private static void one(CommandSpec spec, String name, String label, String help) {
        spec.addOption(OptionSpec.builder(name)
                .arity("1")
                .type(String.class)
                .paramLabel(label)
                .description(help)
                .build());
    }

    private static List<Path> paths(ParseResult parsed, String option) {
        List<String> values = parsed.matchedOptionValue(option, List.of());
        List<Path> paths = new ArrayList<>();
        for (String value : values) {
            try {
                paths.add(Path.of(value));
            } catch (InvalidPathException e) {
                throw problem(parsed, option + ": not a path: " + e.getReason());
            }
        }
        return paths;
    }

    private static Optional<Instant> now(ParseResult parsed) {
        if (!parsed.hasMatchedOption(NOW)) {
            return Optional.empty();
        }
        String text = parsed.matchedOptionValue(NOW, "");
        try {
            OffsetDateTime instant = OffsetDateTime.parse(text);
            // RFC 3339 has years of four digits; beyond them, adding an age could overflow.
            if (instant.getYear() >= 0 && instant.getYear() <= 9999) {
                return Optional.of(instant.toInstant());
            }
        } catch (DateTimeParseException notAnInstant) {
            // Answered below.
        }
        throw problem(parsed, NOW + ": not an RFC 3339 instant such as 2026-11-22T19:00:00Z: " + text);
    }

    private static <E extends Enum<E>> E choice(ParseResult parsed, String option, E[] choices, E otherwise) {
        String text = parsed.matchedOptionValue(option, word(otherwise));
        return Stream.of(choices)
                .filter(choice -> word(choice).equals(text))
                .findFirst()
                .orElseThrow(() -> problem(parsed, option + " must be one of " + names(choices) + ", not " + text));
    }

    private static String names(Enum<?>[] choices) {
        return Arrays.stream(choices).map(CheckOptions::word).collect(Collectors.joining(", "));
    }

    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    private static ParameterException problem(ParseResult parsed, String text) {
        return new ParameterException(parsed.commandSpec().commandLine(), text);
    }
}
