package dev.apparmoradmission.openreports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/** A report in the making. */
final class ReportDraft {

    /** Bytes of the results of one report; the API server's store takes one and a half MiB of an object. */
    static final int MOST_BYTES = 900 * 1024;

    /** What is as it should be is written anew after so long, for the time when it was seen last. */
    private static final Duration REFRESH = Duration.ofDays(1);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String PARTIAL = "apparmor-admission.dev/partial";
    private static final String LEFT_OUT = "apparmor-admission.dev/results-left-out";
    private static final String LAST_SEEN = "apparmor-admission.dev/last-seen";
    private static final String POLICY_HASH = "apparmor-admission.dev/policy-hash";
    private static final String OURS = "apparmor-admission";

    private record Entry(Outcome outcome, ObjectNode node) {}

    private final ReportFormat format;
    private final Place place;
    private final ClusterFindings findings;
    private final Optional<JsonNode> found;
    private final PlaceResults results;
    private final Map<String, JsonNode> before = new LinkedHashMap<>();
    private final List<JsonNode> unreadNow = new ArrayList<>();
    private final SortedSet<String> unreadKinds;
    private final Instant now;

    ReportDraft(ReportFormat format, Place place, ClusterFindings findings, Optional<JsonNode> found) {
        this.format = format;
        this.place = place;
        this.findings = findings;
        this.found = found;
        this.now = findings.now();
        this.unreadKinds = findings.unreadKinds(place);
        this.results = place.isCluster()
                ? findings.cluster()
                : findings.byNamespace().getOrDefault(place.namespace(), new PlaceResults());
        for (JsonNode result : found.map(object -> object.path("results")).orElse(NODES.arrayNode())) {
            String id = property(result, "id");
            before.put(id, result);
            if (isUnread(result) && results.result(id).isEmpty()) {
                unreadNow.add(result);
            }
        }
    }

    /** What was seen of a list that was not read to its end is not all: what is known from before says more. */
    private boolean isUnread(JsonNode result) {
        return unreadKinds.contains(property(result, "judged"));
    }

    private static String property(JsonNode result, String name) {
        return result.path("properties").path(name).asText();
    }

    /** The report on the cluster says that somebody looks, even if there is nothing else to say. */
    boolean isEmpty() {
        return !place.isCluster() && results.isEmpty() && unreadNow.isEmpty();
    }

    /** Whether what was found says the same already, apart from when it was seen last. */
    boolean isAsFound(JsonNode object) {
        ObjectNode wanted = object(false);
        return normal(wanted).equals(normal(object));
    }

    private static JsonNode normal(JsonNode object) {
        try {
            // Through text: numbers are of other types in a tree that was never one.
            return JSON.readTree(JSON.writeValueAsBytes(object));
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    boolean isDue() {
        String seen = found.map(object -> object.path("metadata")
                        .path("annotations")
                        .path(LAST_SEEN)
                        .asText())
                .orElse("");
        try {
            Duration age = Duration.between(Instant.parse(seen), now);
            return age.compareTo(REFRESH) >= 0 || age.isNegative();
        } catch (DateTimeParseException none) {
            return true;
        }
    }

    /**
     * The whole object, with everything that others have put into its metadata.
     *
     * @param refreshed whether what was seen was seen last now, and not when the report before says
     */
    ObjectNode object(boolean refreshed) {
        ObjectNode object = found.map(there -> (ObjectNode) there.deepCopy()).orElseGet(NODES::objectNode);
        object.put("apiVersion", format.apiVersion());
        object.put("kind", format.kind(place));
        ObjectNode metadata = object.withObjectProperty("metadata");
        metadata.put("name", ReportPlan.NAME);
        if (!place.isCluster()) {
            metadata.put("namespace", place.namespace());
        }
        ObjectNode labels = metadata.withObjectProperty("labels");
        labels.put(ReportPlan.LABEL, "true");
        labels.put("app.kubernetes.io/managed-by", OURS);
        List<Entry> entries = entries(refreshed);
        int most = fitting(entries);
        annotate(metadata.withObjectProperty("annotations"), results.leftOut() + entries.size() - most, refreshed);
        if (format.namesSource()) {
            object.put("source", OURS);
        }
        if (!place.isCluster()) {
            object.putObject("scope")
                    .put("apiVersion", "v1")
                    .put("kind", "Namespace")
                    .put("name", place.namespace());
        }
        ArrayNode list = object.putArray("results");
        entries.subList(0, most).forEach(entry -> list.add(entry.node()));
        summarise(object.putObject("summary"));
        return object;
    }

    private void annotate(ObjectNode annotations, int leftOut, boolean refreshed) {
        set(annotations, LEFT_OUT, leftOut == 0 ? "" : Integer.toString(leftOut));
        boolean partial = place.isCluster() ? !findings.isWhole() : !unreadKinds.isEmpty();
        set(annotations, PARTIAL, partial ? place.isCluster() ? "true" : String.join(", ", unreadKinds) : "");
        set(annotations, POLICY_HASH, place.isCluster() ? findings.policyHash() : "");
        if (refreshed || !annotations.has(LAST_SEEN)) {
            annotations.put(LAST_SEEN, now.toString());
        }
    }

    private static void set(ObjectNode annotations, String key, String value) {
        if (value.isEmpty()) {
            annotations.remove(key);
        } else {
            annotations.put(key, value);
        }
    }

    private List<Entry> entries(boolean refreshed) {
        List<Entry> entries = new ArrayList<>();
        for (Result result : results.results()) {
            Optional<JsonNode> known =
                    Optional.ofNullable(before.get(result.id())).filter(this::isUnread);
            entries.add(known.map(ReportDraft::asItWas)
                    .orElseGet(() -> new Entry(result.outcome(), node(result, refreshed))));
        }
        unreadNow.forEach(result -> entries.add(asItWas(result)));
        // Sorted already, but for what could not be read this time.
        entries.sort(Comparator.comparing(Entry::outcome));
        return entries;
    }

    private static Entry asItWas(JsonNode result) {
        return new Entry(
                Outcome.find(result.path("result").asText()).orElse(Outcome.SKIP), (ObjectNode) result.deepCopy());
    }

    private static int fitting(List<Entry> entries) {
        int bytes = 0;
        int most = 0;
        for (Entry entry : entries) {
            bytes += size(entry.node()) + 1;
            if (bytes > MOST_BYTES || most == PlaceResults.MOST) {
                return most;
            }
            most++;
        }
        return most;
    }

    private static int size(JsonNode node) {
        try {
            return JSON.writeValueAsBytes(node).length;
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private ObjectNode node(Result result, boolean refreshed) {
        Optional<JsonNode> known = Optional.ofNullable(before.get(result.id()));
        Instant first = known.map(old -> property(old, "firstSeen"))
                .flatMap(ReportDraft::instant)
                .orElse(now);
        Instant last = known.filter(old -> !refreshed)
                .map(old -> property(old, "lastSeen"))
                .flatMap(ReportDraft::instant)
                .orElse(now);
        ObjectNode node = NODES.objectNode();
        node.put("source", OURS);
        node.put("category", result.category());
        node.put("policy", result.policy());
        node.put("rule", result.rule());
        node.put("result", result.outcome().reportName());
        node.put("severity", result.severity().reportName());
        node.put("scored", result.outcome() == Outcome.FAIL);
        node.put("message", result.message());
        Result.Subject subject = result.subject();
        if (!subject.name().isEmpty()) {
            ObjectNode resource = node.putArray("resources").addObject();
            set(resource, "apiVersion", subject.apiVersion());
            set(resource, "kind", subject.kind());
            set(resource, "namespace", subject.namespace());
            set(resource, "name", subject.name());
            set(resource, "uid", subject.uid());
        }
        node.putObject("timestamp").put("seconds", first.getEpochSecond()).put("nanos", 0);
        ObjectNode properties = node.putObject("properties");
        properties.put("id", result.id());
        set(properties, "judged", result.judged());
        result.properties().forEach(properties::put);
        if (result.pods() > 0) {
            properties.put("pods", Integer.toString(result.pods()));
            properties.put("pod", result.pod());
        }
        properties.put("firstSeen", first.toString());
        properties.put("lastSeen", last.toString());
        return node;
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(Instant.parse(text));
        } catch (DateTimeParseException none) {
            return Optional.empty();
        }
    }

    /** Counts those that are left out too: they are left out for their number, not for being none. */
    private void summarise(ObjectNode summary) {
        Map<Outcome, Integer> counts = new EnumMap<>(Outcome.class);
        for (Outcome outcome : Outcome.values()) {
            counts.put(outcome, results.count(outcome));
        }
        unreadNow.forEach(result -> Outcome.find(result.path("result").asText())
                .ifPresent(outcome -> counts.merge(outcome, 1, Integer::sum)));
        int passes = found.filter(object -> !unreadKinds.isEmpty())
                .map(object -> object.path("summary").path("pass").asInt())
                .orElse(results.passes());
        summary.put("pass", passes);
        counts.forEach((outcome, count) -> summary.put(outcome.reportName(), count));
    }
}
