package dev.apparmoradmission.e2e.rollout;

import dev.apparmoradmission.e2e.rollout.Found.Named;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What each door has to find, worked out from what {@code check} found in the manifests. What differs does so by design, and for a
 * reason that the API server or the webhook shows by itself:
 *
 * <ul>
 *   <li>A manifest whose only profile is a beta annotation is told so. The API server has copied a good one into the field before
 *       anybody else sees the pod.
 *   <li>An empty beta annotation is a fault of the manifest that the default takes away, so that of the pod nothing is said.
 *   <li>A template's pods are denied; the template itself is only warned of, as its policy says.
 *   <li>What is stored without the default has no profile, which {@code scan} says; and still has the empty annotation.
 * </ul>
 *
 * @param synced containers whose annotation the API server copies
 * @param emptied containers whose empty annotation the default takes away
 * @param undefaulted containers that a default would be given to, and that had none
 */
record Expected(Set<String> synced, Set<String> emptied, Set<Found> undefaulted) {
    private static final String REMOVED = "container.apparmor.security.beta.kubernetes.io~1";

    /** As one round in dry-run audit mode shows it, in which nothing was changed. */
    static Expected of(Round dry) {
        Set<String> emptied = new TreeSet<>();
        Set<Found> undefaulted = new TreeSet<>();
        dry.answers().forEach((object, answer) -> {
            Named pod = Named.of(object);
            String patch = dry.wouldPatch(pod);
            if (!answer.ok() || patch.isEmpty()) {
                return;
            }
            for (String part : patch.split("; ")) {
                if (part.startsWith("remove ")) {
                    emptied.add(pod + " " + part.substring(part.indexOf(REMOVED) + REMOVED.length()));
                }
            }
            Set<String> profiled = Round.profiled(answer.body());
            Round.containers(answer.body()).stream()
                    .map(container -> container.path("name").asText())
                    .filter(container -> !profiled.contains(container))
                    .forEach(container -> undefaulted.add(new Found(pod, container, "profile-missing", Found.WARN)));
        });
        return new Expected(dry.synced(), emptied, undefaulted);
    }

    /** What the webhook has to find. */
    Set<Found> atTheWebhook(Set<Found> checked) {
        return live(checked).stream()
                .map(found -> found.object().isPod() ? found : found.atMost(Found.WARN))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What a scan has to find in pods that a default was written into, and in templates. */
    Set<Found> afterDefaults(Set<Found> checked) {
        return live(checked);
    }

    /** What a scan has to find in pods that are stored as they were written, and in templates. */
    Set<Found> asWritten(Set<Found> checked) {
        Set<Found> found = live(checked);
        found.addAll(undefaulted);
        undefaulted.stream()
                .filter(missing -> emptied.contains(missing.object() + " " + missing.place()))
                .forEach(missing ->
                        found.add(new Found(missing.object(), missing.place(), "annotation-malformed", Found.ENFORCE)));
        return found;
    }

    private Set<Found> live(Set<Found> checked) {
        return checked.stream()
                .filter(found -> !(found.rule().equals("annotation-deprecated")
                        && synced.contains(found.object() + " " + found.place())))
                .filter(found -> !(found.rule().equals("annotation-malformed")
                        && emptied.contains(found.object() + " " + found.place())))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** How often the counter of findings has to move for these. */
    static Map<Map<String, String>, Integer> counted(Set<Found> findings) {
        Map<Map<String, String>, Integer> counted = new java.util.HashMap<>();
        for (Found found : findings) {
            Map<String, String> labels = new TreeMap<>(Map.of(
                    "rule",
                    found.rule(),
                    "action",
                    found.action(),
                    "namespace",
                    found.object().namespace()));
            counted.merge(labels, 1, Integer::sum);
        }
        return counted;
    }

    /** The same, no stricter than that. */
    static Set<Found> atMost(String ceiling, Set<Found> findings) {
        return findings.stream().map(found -> found.atMost(ceiling)).collect(Collectors.toCollection(TreeSet::new));
    }
}
