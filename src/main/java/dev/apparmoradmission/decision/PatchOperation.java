package dev.apparmoradmission.decision;

import dev.apparmoradmission.profile.Profile;

/** One operation of a JSON Patch (RFC 6902). There are only two kinds. */
public sealed interface PatchOperation {

    /** The JSON pointer that it works on. */
    String pointer();

    /**
     * Adds a profile.
     *
     * @param pointer where
     * @param inSecurityContext whether the value is a whole security context that holds just the profile, for there was none
     * @param profile the profile
     */
    record AddProfile(String pointer, boolean inSecurityContext, Profile profile) implements PatchOperation {}

    /**
     * Removes an annotation.
     *
     * @param pointer where
     */
    record RemoveAnnotation(String pointer) implements PatchOperation {}

    /** A token of a JSON pointer, escaped (RFC 6901). */
    static String escape(String token) {
        return token.replace("~", "~0").replace("/", "~1");
    }
}
