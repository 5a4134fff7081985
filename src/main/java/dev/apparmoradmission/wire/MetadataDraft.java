package dev.apparmoradmission.wire;

import java.util.Map;
import java.util.Optional;

/** Metadata of an object or a template while it is read; what is not of the right form is remembered, not thrown. */
final class MetadataDraft {
    String name = "";
    String generateName = "";
    String namespace = "";
    String uid = "";
    String created = "";
    boolean deleting;
    Optional<ObjectOwner> controller = Optional.empty();
    String nextPage = "";
    Map<String, String> labels = Map.of();
    Map<String, String> annotations = Map.of();
    final Problem problem = new Problem();

    String displayName() {
        return name.isEmpty() ? generateName : name;
    }

    void failIfBroken(String path) throws UnreadableWorkloadException {
        problem.failIfSet(path);
    }
}
