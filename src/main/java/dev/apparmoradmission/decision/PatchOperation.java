package dev.apparmoradmission.decision;

import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Placement.AffinityDepth;
import dev.apparmoradmission.workload.Placement.Requirement;
import java.util.List;

/** One operation of a JSON Patch (RFC 6902). There are only few kinds. */
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

    /**
     * Adds requirements to a pod that has no required node affinity.
     *
     * @param pointer where: the first part of the path to it that is missing
     * @param existing how much of that path is there; never {@link AffinityDepth#REQUIRED}
     * @param requirements the requirements of the one term
     */
    record AddAffinity(String pointer, AffinityDepth existing, List<Requirement> requirements)
            implements PatchOperation {
        /** Copies the list. */
        public AddAffinity {
            requirements = List.copyOf(requirements);
        }
    }

    /**
     * Gives a term of required node affinity its first requirements on labels.
     *
     * @param pointer its list of expressions
     * @param requirements the requirements
     */
    record AddExpressions(String pointer, List<Requirement> requirements) implements PatchOperation {
        /** Copies the list. */
        public AddExpressions {
            requirements = List.copyOf(requirements);
        }
    }

    /**
     * Adds a requirement at the end of a term's expressions.
     *
     * @param pointer the end of the list
     * @param requirement the requirement
     */
    record AppendExpression(String pointer, Requirement requirement) implements PatchOperation {}

    /**
     * Adds a scheduling gate.
     *
     * @param pointer where
     * @param first whether the value is a whole list, for there was none
     * @param gate the gate's name
     */
    record AddGate(String pointer, boolean first, String gate) implements PatchOperation {}

    /** A token of a JSON pointer, escaped (RFC 6901). */
    static String escape(String token) {
        return token.replace("~", "~0").replace("/", "~1");
    }
}
