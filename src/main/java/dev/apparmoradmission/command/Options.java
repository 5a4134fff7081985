package dev.apparmoradmission.command;

import java.nio.file.FileSystems;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** Kinds of option that several commands have, declared and read without annotations, which would need reflection. */
public final class Options {

    private static final String HELP = "--help";

    private Options() {}

    /** An option that may be given several times. */
    public static void many(CommandSpec spec, String name, String label, String help) {
        spec.addOption(OptionSpec.builder(name)
                .arity("1")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel(label)
                .description(help)
                .build());
    }

    /** An option with one value. */
    public static void one(CommandSpec spec, String name, String label, String help) {
        spec.addOption(OptionSpec.builder(name)
                .arity("1")
                .type(String.class)
                .paramLabel(label)
                .description(help)
                .build());
    }

    /** An option that is given or not. */
    public static void flag(CommandSpec spec, String name, String help) {
        spec.addOption(OptionSpec.builder(name)
                .arity("0")
                .type(boolean.class)
                .description(help)
                .build());
    }

    /** What stands behind the options: any number of files, directories, or {@code -}. */
    public static void files(CommandSpec spec) {
        positions(spec, "PATH", "a file, a directory, or - for standard input");
    }

    /**
     * What stands behind the options.
     *
     * @param missing what to say where nothing does, and the usage is not asked for either
     * @throws ParameterException then
     */
    public static List<String> files(ParseResult parsed, String missing) {
        List<String> files = parsed.matchedPositionalValue(0, List.of());
        if (files.isEmpty() && !parsed.isUsageHelpRequested()) {
            throw problem(parsed, missing);
        }
        return List.copyOf(files);
    }

    /**
     * Of a command that looks at files where some are given, and else at a cluster.
     *
     * @param files whether files are given
     * @param forFiles options that make sense only then
     * @param forCluster options that make sense only else
     * @throws ParameterException where one is given that makes no sense
     */
    public static void filesOrCluster(
            ParseResult parsed, boolean files, List<String> forFiles, List<String> forCluster) {
        for (String option : files ? forCluster : forFiles) {
            if (parsed.hasMatchedOption(option) && !parsed.isUsageHelpRequested()) {
                throw problem(
                        parsed,
                        option
                                + (files
                                        ? " is for a cluster, which is not asked where files are given"
                                        : " is for files, and none is given"));
            }
        }
    }

    /** The option that asks for the usage only. */
    public static void help(CommandSpec spec) {
        spec.addOption(OptionSpec.builder("-h", HELP)
                .usageHelp(true)
                .description("print this")
                .build());
    }

    /** What {@code --help} prints. */
    public static String usage(CommandSpec spec) {
        return new CommandLine(spec).getUsageMessage(CommandLine.Help.Ansi.OFF);
    }

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    public static ParseResult parse(CommandSpec spec, List<String> arguments) {
        return new CommandLine(spec).parseArgs(arguments.toArray(String[]::new));
    }

    /**
     * The paths given by an option, in their order.
     *
     * @throws ParameterException where one is no path
     */
    public static List<Path> paths(ParseResult parsed, String option) {
        List<String> values = parsed.matchedOptionValue(option, List.of());
        List<Path> paths = new ArrayList<>();
        for (String value : values) {
            paths.add(path(parsed, option, value));
        }
        return paths;
    }

    /**
     * The paths that stand behind the options, in their order.
     *
     * @throws ParameterException where one is no path
     */
    public static List<Path> positions(ParseResult parsed) {
        List<String> values = parsed.matchedPositionalValue(0, List.of());
        List<Path> paths = new ArrayList<>();
        for (String value : values) {
            paths.add(path(parsed, value.isEmpty() ? "an empty argument" : value, value));
        }
        return paths;
    }

    /** Declares what stands behind the options: directories or files that a command names in this way. */
    public static void positions(CommandSpec spec, String label, String help) {
        spec.addPositional(PositionalParamSpec.builder()
                .index("0..*")
                .arity("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .paramLabel(label)
                .description(help)
                .build());
    }

    /**
     * The path given by an option that has one.
     *
     * @throws ParameterException where it is no path
     */
    public static Optional<Path> path(ParseResult parsed, String option) {
        Optional<String> value = text(parsed, option);
        return value.isEmpty() ? Optional.empty() : Optional.of(path(parsed, option, value.get()));
    }

    private static Path path(ParseResult parsed, String option, String value) {
        try {
            return Path.of(value);
        } catch (InvalidPathException e) {
            throw problem(parsed, option + ": not a path: " + e.getReason());
        }
    }

    /**
     * The globs of files given by an option, as {@link java.nio.file.FileSystem#getPathMatcher} has them.
     *
     * @throws ParameterException where one is no glob
     */
    public static List<PathMatcher> globs(ParseResult parsed, String option) {
        List<String> values = parsed.matchedOptionValue(option, List.of());
        List<PathMatcher> globs = new ArrayList<>();
        for (String value : values) {
            try {
                globs.add(FileSystems.getDefault().getPathMatcher("glob:" + value));
            } catch (PatternSyntaxException e) {
                throw problem(parsed, option + ": not a glob: " + value + ": " + e.getDescription());
            }
        }
        return globs;
    }

    /** The text given by an option. */
    public static Optional<String> text(ParseResult parsed, String option) {
        return parsed.hasMatchedOption(option) ? Optional.of(parsed.matchedOptionValue(option, "")) : Optional.empty();
    }

    /**
     * The instant given by an option.
     *
     * @throws ParameterException where it is not an RFC 3339 instant
     */
    public static Optional<Instant> instant(ParseResult parsed, String option) {
        if (!parsed.hasMatchedOption(option)) {
            return Optional.empty();
        }
        String text = parsed.matchedOptionValue(option, "");
        try {
            OffsetDateTime instant = OffsetDateTime.parse(text);
            // RFC 3339 has years of four digits; beyond them, adding an age could overflow.
            if (instant.getYear() >= 0 && instant.getYear() <= 9999) {
                return Optional.of(instant.toInstant());
            }
        } catch (DateTimeParseException notAnInstant) {
            // Answered below.
        }
        throw problem(parsed, option + ": not an RFC 3339 instant such as 2026-11-22T19:00:00Z: " + text);
    }

    /**
     * The choice given by an option, or another where it is not given.
     *
     * @throws ParameterException where it is none of the choices
     */
    public static <E extends Enum<E>> E choice(ParseResult parsed, String option, E[] choices, E otherwise) {
        String text = parsed.matchedOptionValue(option, word(otherwise));
        return Stream.of(choices)
                .filter(choice -> word(choice).equals(text))
                .findFirst()
                .orElseThrow(() -> problem(parsed, option + " must be one of " + names(choices) + ", not " + text));
    }

    /** The choices as an option takes them. */
    public static String names(Enum<?>[] choices) {
        return Arrays.stream(choices).map(Options::word).collect(Collectors.joining(", "));
    }

    /** Bad usage. */
    public static ParameterException problem(ParseResult parsed, String text) {
        return new ParameterException(parsed.commandSpec().commandLine(), text);
    }

    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }
}
