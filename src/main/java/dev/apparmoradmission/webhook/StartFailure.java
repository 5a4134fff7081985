package dev.apparmoradmission.webhook;

import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.ConfigValidationException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells why the webhook could not start: in lines for an operator where the cause is theirs, in a stack trace where it is ours. */
final class StartFailure {

    private static final int FAILED = 1;
    private static final Pattern UNKNOWN_KEY = Pattern.compile("SRCFG00050: (\\S+) in (.*) does not map to any root");
    private static final Pattern BAD_VALUE = Pattern.compile(
            "SRCFG00039: The config property (\\S+) with the config value \"(.*)\" threw an Exception whilst being converted (?s:.*)");
    private static final Pattern CODE = Pattern.compile("SRCFG\\d+: ");

    private StartFailure() {}

    /**
     * Ends the process.
     *
     * @param exitCode the status that Quarkus proposes
     * @param failure why it could not start, or null where it ended as it should
     */
    static void exit(int exitCode, @Nullable Throwable failure) {
        if (failure == null) {
            System.exit(exitCode);
            return;
        }
        List<String> lines = lines(failure);
        if (lines.isEmpty()) {
            System.err.println("The webhook could not start.");
            failure.printStackTrace();
            System.exit(FAILED);
        }
        lines.forEach(line -> System.err.println(oneLine(line)));
        System.exit(isOperators(failure) ? WebhookCommand.BAD_USAGE : FAILED);
    }

    /** The lines for the operator; none where the cause is not theirs. */
    static List<String> lines(Throwable failure) {
        List<String> lines = new ArrayList<>();
        for (Throwable cause : causes(failure)) {
            if (cause instanceof ConfigValidationException invalid) {
                for (int i = 0; i < invalid.getProblemCount(); i++) {
                    lines.add(configuration(invalid.getProblem(i).getMessage()));
                }
                return lines;
            }
            if (cause instanceof UnusableConfigurationException unusable) {
                return unusable.lines();
            }
            if (cause instanceof QuarkusBindException taken) {
                return List.of("A port is in use (" + taken.getMessage()
                        + "): choose another with --port or --management-port.");
            }
            if (cause instanceof ConfigurationException) {
                return List.of("Configuration: " + cause.getMessage());
            }
        }
        return lines;
    }

    private static boolean isOperators(Throwable failure) {
        return causes(failure).stream()
                .anyMatch(cause -> cause instanceof ConfigValidationException
                        || cause instanceof UnusableConfigurationException
                        || cause instanceof ConfigurationException);
    }

    private static List<Throwable> causes(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        Throwable cause = failure;
        while (cause != null && !causes.contains(cause)) {
            causes.add(cause);
            cause = cause.getCause();
        }
        return causes;
    }

    private static String configuration(String problem) {
        Matcher unknown = UNKNOWN_KEY.matcher(problem);
        if (unknown.find()) {
            return "Configuration: " + unknown.group(1) + " is not a key (found in " + unknown.group(2)
                    + "): deploy/CONFIGURATION.md lists all keys.";
        }
        Matcher bad = BAD_VALUE.matcher(problem);
        if (bad.find()) {
            return "Configuration: " + bad.group(1) + " cannot be \"" + bad.group(2)
                    + "\": see deploy/CONFIGURATION.md.";
        }
        return "Configuration: " + CODE.matcher(problem).replaceAll("");
    }

    /** Without control characters, which could forge further lines. */
    static String oneLine(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]+", " ");
    }
}
