package dev.apparmoradmission.exceptions;

import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.manifest.JudgingOptions;
import dev.apparmoradmission.observed.ObservedOptions;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code exceptions} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param paths files, directories, or {@code -}; none for what a cluster holds
 * @param judging what those are judged by
 * @param observed the cluster, where there are none
 * @param soon what counts as ending soon
 * @param shown which exceptions are told of
 * @param failOn which of them make it fail
 * @param wide whether everything is told of each
 * @param output the form of the report
 */
record ExceptionsOptions(
        boolean help,
        List<String> paths,
        JudgingOptions judging,
        ObservedOptions observed,
        Duration soon,
        Set<Mark> shown,
        Set<Mark> failOn,
        boolean wide,
        Output output) {

    /** Forms of report. */
    enum Output {
        TEXT,
        JSON
    }

    private static final String EXPIRING = "--expiring";
    private static final String STATE = "--state";
    private static final String FAIL_ON = "--fail-on";
    private static final String WIDE = "--wide";
    private static final String OUTPUT = "--output";

    private static final String NEVER = "never";
    private static final int USUAL_DAYS = 30;
    private static final int MOST_DAYS = 3650;

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static ExceptionsOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        List<String> paths = parsed.matchedPositionalValue(0, List.of());
        Options.filesOrCluster(parsed, !paths.isEmpty(), JudgingOptions.FILES, ObservedOptions.WHERE);
        return new ExceptionsOptions(
                parsed.isUsageHelpRequested(),
                List.copyOf(paths),
                JudgingOptions.of(parsed),
                ObservedOptions.of(parsed),
                Duration.ofDays(days(parsed)),
                Options.text(parsed, STATE)
                        .map(text -> marks(parsed, STATE, text))
                        .orElse(EnumSet.allOf(Mark.class)),
                failOn(parsed),
                parsed.hasMatchedOption(WIDE),
                Options.choice(parsed, OUTPUT, Output.values(), Output.TEXT));
    }

    private static int days(ParseResult parsed) {
        String text = Options.text(parsed, EXPIRING).orElse(Integer.toString(USUAL_DAYS));
        try {
            int days = Integer.parseInt(text);
            if (days >= 0 && days <= MOST_DAYS) {
                return days;
            }
        } catch (NumberFormatException notANumber) {
            // Answered below.
        }
        throw Options.problem(parsed, EXPIRING + " must be a number of days from 0 to " + MOST_DAYS + ", not " + text);
    }

    private static Set<Mark> failOn(ParseResult parsed) {
        Optional<String> text = Options.text(parsed, FAIL_ON);
        if (text.filter(NEVER::equals).isPresent()) {
            return Set.of();
        }
        return text.map(words -> marks(parsed, FAIL_ON, words)).orElse(EnumSet.of(Mark.EXPIRED, Mark.REFUSED));
    }

    private static Set<Mark> marks(ParseResult parsed, String option, String words) {
        Set<Mark> marks = EnumSet.noneOf(Mark.class);
        for (String word : words.split(",", -1)) {
            marks.add(Stream.of(Mark.values())
                    .filter(mark -> mark.name().toLowerCase(Locale.ROOT).equals(word.strip()))
                    .findFirst()
                    .orElseThrow(() -> Options.problem(
                            parsed,
                            option + " takes " + Options.names(Mark.values()) + ", separated by commas, not "
                                    + words)));
        }
        return marks;
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("exceptions");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar exceptions [OPTION...] [PATH...]")
                .description(
                        "Lists every grant of the policies and every exception of a workload: who answers for it, since when and until",
                        "when, whether it is accepted, and whether anything needs it. It looks at the cluster that kubectl would ask, or",
                        "at a snapshot, and changes nothing; with PATH it looks at manifests.")
                .footer(
                        "",
                        "States: valid; expiring, which is valid and ends soon; expired; refused, for another reason than its end.",
                        "unused is whatever excuses nothing that was looked at. Pods stand under what makes and keeps them.",
                        "",
                        "The API server does not keep who wrote an annotation: told are the owner that it names, and the service account",
                        "of the pod. SINCE is when the oldest pod that is there now was made.",
                        "",
                        "Exit codes: 0 nothing to complain of; 1 an exception that is told of is expired or refused (or what --fail-on",
                        "says); 2 bad usage, or something could not be read: what is told is then not all, and says so.");
        Options.files(spec);
        ObservedOptions.declare(spec);
        JudgingOptions.declareFiles(spec);
        Options.one(spec, EXPIRING, "DAYS", "what ends within so many days is expiring (default: " + USUAL_DAYS + ")");
        Options.one(
                spec,
                STATE,
                "WORDS",
                "tell only of these: " + Options.names(Mark.values()) + "; separated by commas (default: all)");
        Options.one(
                spec,
                FAIL_ON,
                "WORDS",
                "fail where one of these is told of: the same words, or never (default: expired,refused)");
        Options.flag(spec, WIDE, "tell everything of each, and cut nothing short");
        Options.one(spec, OUTPUT, "FORM", Options.names(Output.values()) + " (default: text)");
        Options.help(spec);
        return spec;
    }
}
