package dev.apparmoradmission.profile;

/**
 * The AppArmor profile that a pod or container declares ({@code securityContext.appArmorProfile}, KEP-24, or its beta
 * annotation).
 */
public sealed interface Profile {

    /** {@code type: RuntimeDefault}: the container runtime's own profile. */
    record RuntimeDefault() implements Profile {
        /** The one value. */
        public static final Profile SHARED = new RuntimeDefault();

        @Override
        public String declared() {
            return "RuntimeDefault";
        }
    }

    /**
     * {@code type: Localhost}: a profile loaded on the node under this name.
     *
     * @param name the kernel's name of the profile, not a file name; may be empty only when it came from an annotation
     */
    record Localhost(String name) implements Profile {
        @Override
        public String declared() {
            return "Localhost/" + name;
        }
    }

    /** {@code type: Unconfined}. */
    record Unconfined() implements Profile {
        /** The one value. */
        public static final Profile SHARED = new Unconfined();

        @Override
        public String declared() {
            return "Unconfined";
        }
    }

    /** Nothing is declared: the container inherits, and in the end gets the runtime's default. */
    record Undeclared() implements Profile {
        /** The one value. */
        public static final Profile SHARED = new Undeclared();

        @Override
        public String declared() {
            return "None";
        }
    }

    /**
     * A value that the API server refuses with 422 (an unknown type, a missing or padded name, …).
     *
     * @param reason what is wrong with it, one line
     */
    record Invalid(String reason) implements Profile {
        @Override
        public String declared() {
            return "Invalid";
        }
    }

    /** The profile as reports show it: {@code RuntimeDefault}, {@code Localhost/<name>}, {@code Unconfined} or {@code None}. */
    String declared();

    /** Whether anything at all is declared here. */
    default boolean isDeclared() {
        return !(this instanceof Undeclared);
    }
}
