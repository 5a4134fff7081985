package dev.apparmoradmission.e2e.observability;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Samples in the Prometheus text format.
 *
 * @param samples names and labels
 */
record Series(List<Sample> samples) {
    /** Labels that Prometheus adds when it scrapes. */
    private static final Set<String> SCRAPED = Set.of("instance", "pod", "job");

    private static final Pattern SAMPLE = Pattern.compile("([A-Za-z_:][\\w:]*)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    /** One of them. */
    record Sample(String name, Map<String, String> labels) {}

    static Series of(String text) {
        return new Series(text.lines()
                .map(SAMPLE::matcher)
                .filter(Matcher::matches)
                .map(found -> new Sample(found.group(1), labels(found.group(2) == null ? "" : found.group(2))))
                .toList());
    }

    private static Map<String, String> labels(String text) {
        Map<String, String> labels = new HashMap<>();
        LABEL.matcher(text).results().forEach(found -> labels.put(found.group(1), found.group(2)));
        return labels;
    }

    /** Whether there is one that a selector, as Prometheus' parser describes it, asks for. */
    boolean have(JsonNode selector) {
        return samples.stream()
                .anyMatch(sample -> sample.name().equals(selector.path("name").asText())
                        && selector.path("matchers").valueStream().allMatch(matcher -> matches(sample, matcher)));
    }

    private static boolean matches(Sample sample, JsonNode matcher) {
        String label = matcher.path("label").asText();
        if (SCRAPED.contains(label)) {
            return true;
        }
        String value = sample.labels().getOrDefault(label, "");
        String wanted = matcher.path("value").asText();
        return switch (matcher.path("type").asText()) {
            case "=" -> value.equals(wanted);
            case "!=" -> !value.equals(wanted);
            case "=~" -> value.matches(wanted);
            default -> !value.matches(wanted);
        };
    }
}
