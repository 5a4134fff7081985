package dev.apparmoradmission.e2e.backstop;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is said of an object, as {@code rule subject}: by the API server in its warnings, or by {@code check} in its findings. */
final class Said {
    /** The rules of which something is exported. */
    private static final Set<String> COMMON =
            Set.of("unconfined", "privileged", "localhost-not-allowed", "annotation-malformed", "profile-missing");

    private static final Pattern RULE = Pattern.compile("\\[([a-z-]+)\\] - ");
    private static final Pattern SUBJECT =
            Pattern.compile("(?:container \"([a-z0-9-]+)\" \\([a-zA-Z.]+\\[\\d+\\]\\)|(pod level) \\()");

    private Said() {}

    /** From warnings or a denial of a ValidatingAdmissionPolicy. */
    static Set<String> by(List<String> texts) {
        Set<String> said = new TreeSet<>();
        for (String text : texts) {
            if (!text.contains("ValidatingAdmissionPolicy 'apparmor-admission-backstop-")) {
                continue;
            }
            Matcher rule = RULE.matcher(text);
            if (!rule.find()) {
                throw new IllegalArgumentException("no rule in: " + text);
            }
            Matcher subject = SUBJECT.matcher(text);
            while (subject.find()) {
                said.add(rule.group(1) + " " + (subject.group(1) != null ? subject.group(1) : ""));
            }
        }
        return said;
    }

    /** From the findings of a result of {@code check}, as far as they are common. */
    static Set<String> by(JsonNode result, Predicate<String> action, Set<String> without) {
        Set<String> said = new TreeSet<>();
        for (JsonNode finding : result.path("findings")) {
            String rule = finding.path("rule").asText();
            String container = finding.path("container").asText();
            // What an accepted exception covers is told by check, and left unsaid by the API server.
            boolean excused = isExcused(finding);
            if (COMMON.contains(rule)
                    && !without.contains(rule)
                    && !excused
                    && action.test(finding.path("action").asText())
                    && !(rule.equals("privileged")
                            && declared(result, container).startsWith("Localhost/"))) {
                said.add(rule + " " + container);
            }
        }
        return said;
    }

    /** How many findings of a result of {@code check} an exception covers. */
    static int excused(JsonNode result) {
        int excused = 0;
        for (JsonNode finding : result.path("findings")) {
            excused += isExcused(finding) ? 1 : 0;
        }
        return excused;
    }

    private static boolean isExcused(JsonNode finding) {
        return finding.path("message").asText().contains(": accepted by ");
    }

    private static String declared(JsonNode result, String container) {
        for (JsonNode candidate : result.path("containers")) {
            if (candidate.path("name").asText().equals(container)) {
                return candidate.path("declared").asText();
            }
        }
        return "";
    }
}
