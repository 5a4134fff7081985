package dev.apparmoradmission.fix;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.profile.Profile;
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
 * @param text what it is, one line
 * @param edit the edit that makes it
 */
record Change(String path, String text, Edit edit) {

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
            Optional<String> annotation = written.betaAnnotation(before);
            String given = annotation
                    .map(value -> "its beta annotation " + Quoted.of(value) + " is its field now")
                    .orElse("its field says " + after.field().declared() + " now");
            profile(before.field(), after.field(), path + ".securityContext", root, given)
                    .ifPresent(change -> changes.add(change.of("container " + Quoted.of(before.name()), path)));
        }
        String podLevel = written.podLevelPath();
        profile(
                        written.spec().profile(),
                        mended.spec().profile(),
                        podLevel,
                        root,
                        "given the default " + mended.spec().profile().declared())
                .ifPresent(change -> changes.add(change.of("pod", podLevel)));
        String template = written.kind().templatePath();
        for (String key : new TreeSet<>(written.annotations().keySet())) {
            if (mended.annotations().containsKey(key)) {
                continue;
            }
            String path = template.isEmpty() ? "metadata" : template + ".metadata";
            JsonPointer at = pointer(root, path).appendProperty("annotations").appendProperty(key);
            String container = "container " + Quoted.of(key.substring(BetaAnnotation.PREFIX.length()));
            Change removal = new Change(path, "its beta annotation is removed", new Edit.Remove(at, OBJECTS_EMPTIED));
            changes.add(removal.of(container, path));
        }
        return changes;
    }

    private Change of(String subject, String where) {
        return new Change(path, subject + " (" + where + "): " + text, edit);
    }

    private static Optional<Change> profile(
            Profile before, Profile after, String context, String root, String given) {
        if (before.equals(after)) {
            return Optional.empty();
        }
        JsonPointer at = pointer(root, context).appendProperty(PROFILE);
        if (before instanceof Profile.Localhost from && after instanceof Profile.Localhost to) {
            return Optional.of(new Change(
                    context,
                    NAME + " " + Quoted.of(from.name()) + " is " + Quoted.of(to.name()) + " now",
                    new Edit.Rewrite(at.appendProperty(NAME), to.name())));
        }
        return Optional.of(new Change(context, given, new Edit.Put(at, value(after))));
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
