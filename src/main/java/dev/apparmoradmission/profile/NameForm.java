package dev.apparmoradmission.profile;

/**
 * The form of a {@code localhostProfile} name. All but {@link #PLAIN} mean something else to a runtime or the kernel than
 * the profile of that very name, so no inventory can vouch for them.
 *
 * <p>Sources: {@code security/apparmor/label.c} ({@code aa_label_strn_parse}), {@code policy.c} ({@code aa_lookupn_profile}),
 * containerd's {@code apparmor_linux.go} (strips one leading {@code localhost/}).
 */
public enum NameForm {
    /** Stands for itself. */
    PLAIN("is a plain name"),
    /** Nothing: the kernel takes it for unconfined. */
    EMPTY("is empty, which the kernel takes for unconfined"),
    /** {@code unconfined} or the beginning of that word: the kernel falls back to the unconfined profile. */
    RESERVED("is reserved: the kernel takes it for unconfined"),
    /** Begins with {@code localhost/}, which containerd and CRI-O strip once more. */
    LOCALHOST_PREFIX("begins with \"localhost/\", which the runtime strips: the name is ambiguous"),
    /** {@code :namespace:name}. */
    NAMESPACED("names a profile in another AppArmor namespace"),
    /** {@code a//&b} or {@code &a}. */
    STACKED("is a stack of profiles"),
    /** Begins with a character that no profile name may begin with. */
    SPECIAL_START("begins with a character that no profile name may begin with"),
    /** Padded with white space, which the kernel skips. */
    PADDED("is padded with white space, which the kernel skips"),
    /** Holds a control character. */
    CONTROL_CHARACTER("holds a control character");

    private static final String UNCONFINED = "unconfined";
    private static final String LOCALHOST = "localhost/";

    private final String explanation;

    NameForm(String explanation) {
        this.explanation = explanation;
    }

    /** What the form means, to follow the quoted name in a sentence. */
    public String explanation() {
        return explanation;
    }

    /** The form of this name. */
    public static NameForm of(String name) {
        if (name.isEmpty()) {
            return EMPTY;
        }
        if (isReserved(name)) {
            return RESERVED;
        }
        if (name.startsWith(LOCALHOST)) {
            return LOCALHOST_PREFIX;
        }
        char first = name.charAt(0);
        if (first == ':') {
            return NAMESPACED;
        }
        if (first == '&' || name.contains("//&")) {
            return STACKED;
        }
        if (first == '@' || first == '^' || first == '=') {
            return SPECIAL_START;
        }
        if (isPadded(name)) {
            return PADDED;
        }
        return name.chars().anyMatch(Character::isISOControl) ? CONTROL_CHARACTER : PLAIN;
    }

    /** Whether the kernel's look-up of this name falls back to unconfined: {@code unconfined} and every beginning of it. */
    public static boolean isReserved(String name) {
        return !name.isEmpty() && (UNCONFINED.startsWith(name) || UNCONFINED.equals(name.strip()));
    }

    /** Whether Go's {@code strings.TrimSpace} would change the name: then API validation refuses it in a field. */
    public static boolean isPadded(String name) {
        return !name.isEmpty() && (isGoSpace(name.charAt(0)) || isGoSpace(name.charAt(name.length() - 1)));
    }

    /** Unicode White_Space as Go's {@code unicode.IsSpace} has it, which differs from Java's in both directions. */
    private static boolean isGoSpace(char c) {
        return c >= '\t' && c <= '\r'
                || c == ' '
                || c == '\u0085'
                || c == '\u00a0'
                || c == '\u1680'
                || c >= '\u2000' && c <= '\u200a'
                || c == '\u2028'
                || c == '\u2029'
                || c == '\u202f'
                || c == '\u205f'
                || c == '\u3000';
    }
}
