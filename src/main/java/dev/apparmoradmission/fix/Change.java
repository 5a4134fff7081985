package dev.apparmoradmission.fix;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.Places;
import dev.apparmoradmission.wire.edit.Edit;
import dev.apparmoradmission.workload.BetaAnnotation;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * One difference between a workload as it is written and as it should be.
 *
 * @param path where it is in the object, dotted
 * @param annotation the key of the annotation that it is about, where it is about one
 * @param text what it is, one line
 * @param edit the edit that makes it
 */
record Change(String path, Optional<String> annotation, String text, Edit edit) {

    /** An object that holds nothing but the annotation is no use, nor are metadata that hold nothing but that. */
    private static final int OBJECTS_EMPTIED = 2;

    private static final String PROFILE = "appArmorProfile";
    private static final String NAME = "localhostProfile";

    /**
     * The differences.
     *
     * @param root where the object is in its document
     */
    static List<Change> between(Workload written, Workload mended, String root) {
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < written.spec().containers().size(); i++) {
            Container before = written.spec().containers().get(i);
            Container after = mended.spec().containers().get(i);
            String path = written.path(before);
            String given = written.betaAnnotation(before)
                    .map(value -> "its beta annotation " + Quoted.of(value) + " is its field now")
                    .orElse("given " + after.field().declared());
            profile(
                            subject(before.name()) + " (" + path + "): ",
                            before.field(),
                            after.field(),
                            pointer(root, path + ".securityContext"),
                            given)
                    .ifPresent(edit -> changes.add(new Change(path, Optional.empty(), edit.text(), edit.edit())));
        }
        String podLevel = written.podLevelPath();
        Profile byDefault = mended.spec().profile();
        profile(
                        "pod (" + podLevel + "): ",
                        written.spec().profile(),
                        byDefault,
                        pointer(root, podLevel),
                        "given the default " + Quoted.bare(byDefault.declared()))
                .ifPresent(edit -> changes.add(new Change(podLevel, Optional.empty(), edit.text(), edit.edit())));
        String template = written.kind().templatePath();
        String metadata = template.isEmpty() ? "metadata" : template + ".metadata";
        for (String key : new TreeSet<>(written.annotations().keySet())) {
            if (!mended.annotations().containsKey(key)) {
                JsonPointer at =
                        pointer(root, metadata).appendProperty("annotations").appendProperty(key);
                String subject = subject(key.substring(BetaAnnotation.PREFIX.length()));
                changes.add(new Change(
                        metadata,
                        Optional.of(key),
                        subject + " (" + metadata + "): its beta annotation is removed",
                        new Edit.Remove(at, OBJECTS_EMPTIED)));
            }
        }
        return changes;
    }

    /** Where it is in the file as it is written. */
    Place in(Places places) {
        return annotation
                .flatMap(key -> Optional.ofNullable(places.annotations(path).get(key)))
                .orElseGet(() -> places.of(path));
    }

    private static String subject(String container) {
        return "container " + Quoted.of(container);
    }

    /** An edit and what is said of it. */
    private record Told(String text, Edit edit) {}

    private static Optional<Told> profile(
            String subject, Profile before, Profile after, JsonPointer context, String given) {
        if (before.equals(after)) {
            return Optional.empty();
        }
        JsonPointer at = context.appendProperty(PROFILE);
        if (before instanceof Profile.Localhost from && after instanceof Profile.Localhost to) {
            return Optional.of(new Told(
                    subject + NAME + " " + Quoted.of(from.name()) + " is " + Quoted.of(to.name()) + " now",
                    new Edit.Rewrite(at.appendProperty(NAME), to.name())));
        }
        return Optional.of(new Told(subject + given, new Edit.Put(at, value(after))));
    }

    private static ObjectNode value(Profile profile) {
        ObjectNode value = JsonNodeFactory.instance.objectNode();
        if (profile instanceof Profile.Localhost localhost) {
            return value.put("type", "Localhost").put(NAME, localhost.name());
        }
        // Never a name beside another type: the API server refuses even an empty one.
        return value.put("type", profile.declared());
    }

    private static JsonPointer pointer(String root, String path) {
        return JsonPointer.compile(
                root + "/" + path.replace(".", "/").replace("[", "/").replace("]", ""));
    }
}
