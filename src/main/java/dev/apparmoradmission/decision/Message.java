package dev.apparmoradmission.decision;

import dev.apparmoradmission.policy.Action;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a user is told of a decision. The same decision always gives the same text, without names of pods or instants, so that
 * a controller's retries fold into one event (semantics §8.1).
 */
public final class Message {

    /** A denial is shorter than this, in bytes: an Event's note takes 1024, and the API server puts its own words before it. */
    private static final int DENIAL_LIMIT = 900;
    /** Containers that a denial tells of. */
    private static final int CONTAINERS_SHOWN = 5;
    /** Above 4096 characters in all the API server cuts every warning to 256. */
    private static final int WARNING_LIMIT = 256;

    private static final int WARNINGS_SHOWN = 15;
    private static final String START = "AppArmor: ";

    private Message() {}

    /** The one line that tells why it is denied and what to do; under 900 bytes. */
    public static String denial(Decision decision) {
        return line(decision.findings(Action.ENFORCE));
    }

    /** The line that would have been the denial without dry-run audit mode. */
    public static String intendedDenial(Decision decision) {
        return line(decision.findings().stream()
                .filter(finding -> finding.intended() == Action.ENFORCE)
                .toList());
    }

    /** The line for what is neither denied nor warned of; of the same length. */
    public static String recorded(Decision decision) {
        return line(decision.findings(Action.AUDIT));
    }

    private static String line(List<Finding> denied) {
        Map<String, List<Finding>> bySubject = new LinkedHashMap<>();
        denied.forEach(finding -> bySubject
                .computeIfAbsent(finding.subject(), key -> new ArrayList<>())
                .add(finding));
        // Rather one container with the way out than five without.
        for (boolean withFixes : new boolean[] {true, false}) {
            for (int shown = Math.min(CONTAINERS_SHOWN, bySubject.size()); shown >= 1; shown--) {
                String line = compose(bySubject, shown, withFixes);
                if (fits(line)) {
                    return line;
                }
            }
        }
        // What even one container has against it is too long to be told: then its beginning, and how many there are.
        String line = compose(bySubject, 1, false);
        int more = bySubject.size() - 1;
        String end = more > 0 ? "..." + andMore(more) : "...";
        int length = Math.min(line.length(), DENIAL_LIMIT);
        while (!fits(cut(line, length) + end)) {
            length--;
        }
        return cut(line, length) + end;
    }

    private static String andMore(int subjects) {
        return "; and " + subjects + " more";
    }

    private static String compose(Map<String, List<Finding>> bySubject, int shown, boolean withFixes) {
        StringBuilder line = new StringBuilder(START);
        List<String> told = new ArrayList<>();
        int count = 0;
        for (Map.Entry<String, List<Finding>> subject : bySubject.entrySet()) {
            if (count == shown) {
                break;
            }
            line.append(count++ == 0 ? "" : "; ").append(subject.getKey()).append(": ");
            String separator = "";
            for (Finding finding : subject.getValue()) {
                line.append(separator)
                        .append(finding.message())
                        .append(" [")
                        .append(finding.rule().id())
                        .append(']');
                // The way out is told once, however many containers need it.
                if (withFixes && !finding.fix().isEmpty() && !told.contains(finding.fix())) {
                    told.add(finding.fix());
                    line.append(" - ").append(finding.fix());
                }
                separator = ", ";
            }
        }
        int more = bySubject.size() - shown;
        return more > 0 ? line.append(andMore(more)).toString() : line.toString();
    }

    private static boolean fits(String line) {
        // No character takes more than three bytes: a pair of surrogates takes four.
        return line.length() < DENIAL_LIMIT / 3 || line.getBytes(StandardCharsets.UTF_8).length < DENIAL_LIMIT;
    }

    /** The warnings, one for each finding that warns, each fit for the API server: it drops those with control characters. */
    public static List<String> warnings(Decision decision) {
        List<String> warnings = new ArrayList<>(decision.notes());
        for (Finding finding : decision.findings()) {
            if (finding.action() == Action.WARN) {
                warnings.add(warning(finding));
            }
        }
        if (warnings.size() > WARNINGS_SHOWN) {
            int more = warnings.size() - (WARNINGS_SHOWN - 1);
            warnings = new ArrayList<>(warnings.subList(0, WARNINGS_SHOWN - 1));
            warnings.add(START + "and " + more + " more");
        }
        return warnings;
    }

    /** Not within a pair of surrogates, half of which is no text. */
    private static String cut(String text, int length) {
        return text.substring(0, Character.isHighSurrogate(text.charAt(length - 1)) ? length - 1 : length);
    }

    /** However long its message, its rule is told. */
    private static String warning(Finding finding) {
        String text = START + finding.subject() + ": " + finding.message();
        String rule = " [" + finding.rule().id() + "]";
        String whole = text + rule;
        String withFix = finding.fix().isEmpty() ? whole : whole + " - " + finding.fix();
        if (withFix.length() <= WARNING_LIMIT) {
            return withFix;
        }
        return whole.length() <= WARNING_LIMIT ? whole : cut(text, WARNING_LIMIT - 3 - rule.length()) + "..." + rule;
    }
}
