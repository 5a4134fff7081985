package dev.apparmoradmission.e2e.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.rollout.Found.Named;
import dev.apparmoradmission.e2e.scene.Scene;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What came of sending each object once.
 *
 * @param answers what the client got
 * @param audited the annotations of the API server's audit events
 * @param audit these events, one a line
 * @param log what the webhook logged meanwhile, a JSON object a line
 * @param before the webhook's metrics before
 * @param after and after
 */
record Round(
        Map<ObjectNode, Answer> answers,
        Map<Named, JsonNode> audited,
        String audit,
        String log,
        String before,
        String after) {
    private static final String DECISIONS = "apparmor-admission.decision";
    private static final List<String> DOORS = List.of("validate", "templates");

    /** Sends them, one after the other; {@code query} is empty or starts with {@code ?}. */
    static Round of(Scene scene, List<ObjectNode> objects, String query) {
        String before = scene.webhook().metrics().text();
        int begin = scene.webhook().log().length();
        Map<ObjectNode, Answer> answers = new LinkedHashMap<>();
        for (ObjectNode object : objects) {
            answers.put(object, scene.api().create(Named.of(object).namespace(), object, query));
        }
        Map<String, Named> asked = new HashMap<>();
        answers.forEach((object, answer) -> asked.put(answer.auditId(), Named.of(object)));
        Map<Named, JsonNode> audited = new HashMap<>();
        StringBuilder audit = new StringBuilder();
        Scene.await("audit events of " + objects.size() + " requests", () -> {
            audited.clear();
            audit.setLength(0);
            lines(scene).forEach(line -> {
                JsonNode event = Manifest.json(line);
                Named object = asked.get(event.path("auditID").asText());
                if (object != null) {
                    audited.put(object, event.path("annotations"));
                    audit.append(line).append('\n');
                }
            });
            return audited.size() == objects.size();
        });
        return new Round(
                answers,
                audited,
                audit.toString(),
                scene.webhook().log().substring(begin),
                before,
                scene.webhook().metrics().text());
    }

    private static List<String> lines(Scene scene) {
        try {
            return scene.cluster().auditLog().eventsWith("\"auditID\"");
        } catch (IOException failure) {
            throw new IllegalStateException(failure.getMessage(), failure);
        }
    }

    /** The lines of the decision log. */
    List<JsonNode> decisions() {
        return log.lines()
                .map(Manifest::json)
                .filter(line -> line.path("loggerName").asText().equals(DECISIONS))
                .toList();
    }

    /** The objects that the API server itself takes for none of its kind. */
    Set<Named> refused() {
        return answers.entrySet().stream()
                .filter(sent -> sent.getValue().code() == 422)
                .map(sent -> Named.of(sent.getKey()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Those that were denied. */
    Set<Named> denied() {
        return answers.entrySet().stream()
                .filter(sent -> sent.getValue().code() == 403)
                .map(sent -> Named.of(sent.getKey()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What the client was told, of all of them. */
    Set<Found> told() {
        Set<Found> told = new TreeSet<>();
        answers.forEach((object, answer) -> told.addAll(Doors.answer(object, answer)));
        return told;
    }

    /** What the audit annotations hold. */
    Set<Found> annotated() {
        Set<Found> found = new TreeSet<>();
        audited.forEach((object, annotations) -> DOORS.forEach(door -> found.addAll(Doors.annotation(
                object,
                annotations.path(door + ".apparmor-admission.dev/findings").asText()))));
        return found;
    }

    /** The objects with this audit annotation of one of the validating doors. */
    Set<Named> with(String annotation) {
        return audited.entrySet().stream()
                .filter(event -> DOORS.stream()
                        .anyMatch(door -> event.getValue().has(door + ".apparmor-admission.dev/" + annotation)))
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The patch that would have been made of a pod; empty where there is none. */
    String wouldPatch(Named pod) {
        return audited.getOrDefault(pod, Manifest.json(""))
                .path("mutate.apparmor-admission.dev/would-patch")
                .asText();
    }

    /** Containers without a profile of their own when they were sent, to which the API server itself gave one. */
    Set<String> synced() {
        Set<String> synced = new TreeSet<>();
        answers.forEach((object, answer) -> {
            if (answer.ok() && Named.of(object).isPod()) {
                Set<String> written = profiled(object);
                profiled(answer.body()).stream()
                        .filter(container -> !written.contains(container))
                        .forEach(container -> synced.add(Named.of(object) + " " + container));
            }
        });
        return synced;
    }

    /** The containers of a pod with a profile of their own. */
    static Set<String> profiled(JsonNode pod) {
        return containers(pod).stream()
                .filter(container ->
                        !container.at("/securityContext/appArmorProfile").isMissingNode())
                .map(container -> container.path("name").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** All containers of a pod. */
    static List<JsonNode> containers(JsonNode pod) {
        List<JsonNode> containers = new ArrayList<>();
        pod.at("/spec/initContainers").forEach(containers::add);
        pod.at("/spec/containers").forEach(containers::add);
        return containers;
    }
}
