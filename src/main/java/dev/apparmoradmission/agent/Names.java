package dev.apparmoradmission.agent;

import java.util.regex.Pattern;

/** Forms of names that become part of a URL or a key, checked before they do. */
enum Names {
    /** RFC 1123 label. */
    NAMESPACE("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", "the name of a namespace"),
    /** RFC 1123 subdomain, short enough for {@code apparmor-inventory-<node>} to be one too (253). */
    NODE("[a-z0-9]([-a-z0-9.]{0,232}[a-z0-9])?", "the name of a node of at most 234 characters"),
    /** The API server makes them, as UUIDs; mirrors of other clusters may have others. */
    UID("[0-9A-Za-z][-0-9A-Za-z._]{0,127}", "a uid");

    private final Pattern pattern;
    private final String description;

    Names(String pattern, String description) {
        this.pattern = Pattern.compile(pattern);
        this.description = description;
    }

    boolean fits(String text) {
        return pattern.matcher(text).matches();
    }

    /** What it is, to follow "is not". */
    String description() {
        return description;
    }
}
