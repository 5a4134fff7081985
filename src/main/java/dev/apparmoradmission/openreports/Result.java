package dev.apparmoradmission.openreports;

import dev.apparmoradmission.report.Printable;
import java.util.Collections;
import java.util.Comparator;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One result of a report.
 *
 * @param id the same from pass to pass
 * @param outcome what it says
 * @param severity how bad it is
 * @param category what kind of result it is
 * @param policy the policy behind it
 * @param rule the rule, or the kind of drift
 * @param message what is wrong, one line
 * @param subject what it is about
 * @param judged the kind of object that was looked at; empty where it is none that is listed
 * @param properties further facts, by their names
 * @param pods how many pods it is true of; 0 where it is about no pods that are counted
 * @param pod the name of one of them, the first in order; empty where there are none
 */
record Result(
        String id,
        Outcome outcome,
        Severity severity,
        String category,
        String policy,
        String rule,
        String message,
        Subject subject,
        String judged,
        SortedMap<String, String> properties,
        int pods,
        String pod) {

    /** Longest message, in characters. */
    private static final int LONGEST_MESSAGE = 1024;
    /** Longest value of anything else. */
    private static final int LONGEST_VALUE = 512;

    private static final String MORE = "...";

    private static final Comparator<Result> WORST_FIRST = Comparator.comparing(Result::outcome)
            .thenComparing(Result::severity)
            .thenComparing(Result::message);

    /**
     * What a result is about.
     *
     * @param apiVersion its group and version; empty where it is not known
     * @param kind its kind
     * @param namespace its namespace; empty where it has none
     * @param name its name
     * @param uid its uid; empty where it is not known
     */
    record Subject(String apiVersion, String kind, String namespace, String name, String uid) {}

    /** Makes all texts safe and no longer than they may be. */
    Result {
        policy = policy.isBlank() ? "none" : shortened(policy, LONGEST_VALUE);
        message = shortened(message, LONGEST_MESSAGE);
        SortedMap<String, String> safe = new TreeMap<>();
        properties.forEach((key, value) -> {
            if (!value.isEmpty()) {
                safe.put(key, shortened(value, LONGEST_VALUE));
            }
        });
        properties = Collections.unmodifiableSortedMap(safe);
    }

    private static String shortened(String text, int longest) {
        String line = Printable.of(text);
        if (line.length() <= longest) {
            return line;
        }
        int end = longest - MORE.length();
        return line.substring(0, Character.isHighSurrogate(line.charAt(end - 1)) ? end - 1 : end) + MORE;
    }

    /** Of the same found at two pods: the worse counts, and the same one in whatever order they come. */
    Result and(Result other) {
        Result worse = WORST_FIRST.compare(this, other) <= 0 ? this : other;
        return new Result(
                id,
                worse.outcome,
                worse.severity,
                worse.category,
                worse.policy,
                worse.rule,
                worse.message,
                worse.subject,
                worse.judged,
                worse.properties,
                pods + other.pods,
                pod.compareTo(other.pod) <= 0 ? pod : other.pod);
    }
}
