package dev.apparmoradmission.e2e.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.rollout.Found.Named;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads findings wherever the product tells them, each door by its own format and by nothing that another door said. */
final class Doors {
    private static final String SUBJECT = "(?:pod|container \"([^\"]+)\") \\([^)]+\\)";
    private static final Pattern ANNOTATED = Pattern.compile("([a-z-]+)=(Enforce|Warn|Audit) " + SUBJECT + ": ");
    private static final Pattern WARNING =
            Pattern.compile("AppArmor: " + SUBJECT + ": .*\\[([a-z-]+)](?: - .*)?", Pattern.DOTALL);
    private static final Pattern SAMPLE = Pattern.compile("([A-Za-z_:][\\w:]*)\\{(.*)} (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    private Doors() {}

    /** What {@code check} or {@code scan} printed as JSON, of the objects that are ours. */
    static Set<Found> report(String json, Predicate<Named> ours) {
        Set<Found> found = new TreeSet<>();
        for (JsonNode result : Manifest.json(json).path("results")) {
            Named object = new Named(
                    result.path("kind").asText(),
                    result.path("namespace").asText(),
                    result.path("name").asText());
            if (ours.test(object)) {
                for (JsonNode finding : result.path("findings")) {
                    String container = finding.path("container").asText();
                    add(
                            found,
                            new Found(
                                    object,
                                    container.isEmpty() ? Found.POD : container,
                                    finding.path("rule").asText(),
                                    finding.path("action").asText()));
                }
            }
        }
        return found;
    }

    /** What the audit annotation {@code findings} holds. */
    static Set<Found> annotation(Named object, String findings) {
        if (findings.endsWith("...")) {
            throw new IllegalStateException("the annotation was cut, so that it cannot be compared: " + findings);
        }
        Set<Found> found = new TreeSet<>();
        Matcher each = ANNOTATED.matcher(findings);
        while (each.find()) {
            add(found, new Found(object, place(each.group(3)), each.group(1), each.group(2)));
        }
        return found;
    }

    /** What the decision log holds of dry-run audit mode, one finding a line, of the objects that are ours. */
    static Set<Found> dryRunLog(List<JsonNode> lines, Predicate<Named> ours) {
        Set<Found> found = new TreeSet<>();
        for (JsonNode line : lines) {
            JsonNode fields = line.path("mdc");
            Named object = logged(fields);
            if (ours.test(object)) {
                String action = switch (fields.path("verdict").asText()) {
                    case "would-deny" -> Found.ENFORCE;
                    case "would-warn" -> Found.WARN;
                    case "would-audit" -> Found.AUDIT;
                    default -> throw new IllegalStateException("not of dry-run audit mode: " + line);
                };
                add(
                        found,
                        new Found(
                                object,
                                fields.path("containers").asText(),
                                fields.path("rules").asText(),
                                action));
            }
        }
        return found;
    }

    /** What the decision log holds otherwise: a line for each object and action, with its rules and its containers. */
    static Map<String, Set<String>> log(List<JsonNode> lines, Predicate<Named> ours) {
        Map<String, Set<String>> told = new TreeMap<>();
        for (JsonNode line : lines) {
            JsonNode fields = line.path("mdc");
            Named object = logged(fields);
            if (ours.test(object)) {
                String action = switch (fields.path("verdict").asText()) {
                    case "deny" -> Found.ENFORCE;
                    case "warn" -> Found.WARN;
                    case "audit" -> Found.AUDIT;
                    default -> throw new IllegalStateException("of dry-run audit mode: " + line);
                };
                Set<String> what = told.computeIfAbsent(object + " " + action, key -> new TreeSet<>());
                what.addAll(List.of(fields.path("rules").asText().split(",")));
                what.addAll(List.of(fields.path("containers").asText().split(",")));
            }
        }
        return told;
    }

    /** What that log has to hold for these findings. */
    static Map<String, Set<String>> asLogged(Set<Found> findings) {
        Map<String, Set<String>> told = new TreeMap<>();
        for (Found finding : findings) {
            Set<String> what = told.computeIfAbsent(finding.object() + " " + finding.action(), key -> new TreeSet<>());
            what.add(finding.rule());
            what.add(finding.place());
        }
        return told;
    }

    private static Named logged(JsonNode fields) {
        return new Named(
                fields.path("kind").asText(),
                fields.path("namespace").asText(),
                fields.path("name").asText());
    }

    /** What the client was told: warnings, and the causes of a denial. */
    static Set<Found> answer(JsonNode object, Answer answer) {
        Set<Found> found = new TreeSet<>();
        Named named = Named.of(object);
        for (String warning : answer.warnings()) {
            if (warning.startsWith("AppArmor: ")) {
                Matcher read = WARNING.matcher(warning);
                if (!read.matches()) {
                    throw new IllegalStateException("no rule in: " + warning);
                }
                add(found, new Found(named, place(read.group(1)), read.group(2), Found.WARN));
            }
        }
        // With 422 the causes are the API server's own.
        for (JsonNode cause : answer.code() == 403 ? answer.at("/details/causes") : Manifest.json("[]")) {
            add(
                    found,
                    new Found(
                            named,
                            container(object, cause.path("field").asText()),
                            cause.path("reason").asText(),
                            Found.ENFORCE));
        }
        return found;
    }

    /** The samples of a family that have moved between two moments, by how much. */
    static Map<Map<String, String>, Integer> moved(String family, String before, String after) {
        Map<Map<String, String>, Integer> moved = new HashMap<>(samples(family, after));
        samples(family, before).forEach((labels, value) -> moved.merge(labels, -value, Integer::sum));
        moved.values().removeIf(value -> value == 0);
        return moved;
    }

    private static Map<Map<String, String>, Integer> samples(String family, String text) {
        Map<Map<String, String>, Integer> samples = new HashMap<>();
        for (MatchResult sample : text.lines()
                .map(SAMPLE::matcher)
                .filter(Matcher::matches)
                .filter(matched -> matched.group(1).equals(family))
                .toList()) {
            Map<String, String> labels = new TreeMap<>();
            LABEL.matcher(sample.group(2)).results().forEach(label -> labels.put(label.group(1), label.group(2)));
            samples.put(labels, (int) Double.parseDouble(sample.group(3)));
        }
        return samples;
    }

    private static String place(@Nullable String container) {
        return container == null ? Found.POD : container;
    }

    private static String container(JsonNode object, String field) {
        // A path of the API, such as spec.template.spec.containers[0].
        JsonNode at = object.at("/" + field.replace('.', '/').replace("[", "/").replace("]", ""));
        return at.has("name") ? at.path("name").asText() : Found.POD;
    }

    private static void add(Set<Found> found, Found finding) {
        if (!found.add(finding)) {
            throw new IllegalStateException("told twice: " + finding);
        }
    }
}
