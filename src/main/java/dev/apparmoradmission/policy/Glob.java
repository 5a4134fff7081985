package dev.apparmoradmission.policy;

/**
 * A pattern in which {@code *} matches any run of characters and {@code ?} one; nothing else is special. Matching takes time
 * proportional to pattern times text at worst, whatever the pattern.
 *
 * @param pattern the pattern as written
 */
public record Glob(String pattern) {

    /** Whether the whole text matches. */
    public boolean matches(String text) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            char c = p < pattern.length() ? pattern.charAt(p) : '\0';
            if (p < pattern.length() && c == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length() && (c == '?' || c == text.charAt(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++resume;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    /** Whether one of the patterns matches. */
    public static boolean any(Iterable<Glob> globs, String text) {
        for (Glob glob : globs) {
            if (glob.matches(text)) {
                return true;
            }
        }
        return false;
    }
}
