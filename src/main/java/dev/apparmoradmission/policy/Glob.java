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
        return matches(pattern, text, false);
    }

    /** Whether the text, or what a pattern stands for where the text is one, matches the pattern. */
    private static boolean matches(String pattern, String text, boolean textIsPattern) {
        int p = 0;
        int t = 0;
        int star = -1;
        int resume = 0;
        while (t < text.length()) {
            char c = p < pattern.length() ? pattern.charAt(p) : '\0';
            if (p < pattern.length() && c == '*') {
                star = p++;
                resume = t;
            } else if (p < pattern.length()
                    && (c == '?' ? !textIsPattern || text.charAt(t) != '*' : c == text.charAt(t))) {
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

    /** Whether it matches every text. */
    public boolean isUniversal() {
        return canonical().equals("*");
    }

    /** Whether it matches one text only. */
    public boolean isLiteral() {
        return pattern.indexOf('*') < 0 && pattern.indexOf('?') < 0;
    }

    /**
     * Whether this surely matches whatever the other does. Where it has a {@code ?} that the other would meet with a part of
     * what its {@code *} stands for, that is not recognised.
     */
    public boolean covers(Glob other) {
        return matches(canonical(), other.canonical(), true);
    }

    /** Whether there is a text that both match. */
    public boolean overlaps(Glob other) {
        String one = canonical();
        String two = other.canonical();
        // Whether what is left of one, from here on, and what is left of the other have a text in common.
        boolean[] below = new boolean[two.length() + 1];
        for (int i = one.length(); i >= 0; i--) {
            boolean[] row = new boolean[two.length() + 1];
            for (int j = two.length(); j >= 0; j--) {
                char a = i < one.length() ? one.charAt(i) : '\0';
                char b = j < two.length() ? two.charAt(j) : '\0';
                if (i == one.length() && j == two.length()) {
                    row[j] = true;
                } else if (a == '*' || b == '*') {
                    row[j] = i < one.length() && below[j] || j < two.length() && row[j + 1];
                } else {
                    row[j] = i < one.length() && j < two.length() && (a == '?' || b == '?' || a == b) && below[j + 1];
                }
            }
            below = row;
        }
        return below[0];
    }

    /** The same with {@code ?} before {@code *} in each run of wildcards, and one {@code *} at most. */
    private String canonical() {
        StringBuilder text = new StringBuilder(pattern.length());
        boolean star = false;
        for (int i = 0; i < pattern.length(); i++) {
            char c = pattern.charAt(i);
            if (c == '*') {
                star = true;
                continue;
            }
            if (c != '?' && star) {
                text.append('*');
                star = false;
            }
            text.append(c);
        }
        return star ? text.append('*').toString() : text.toString();
    }
}
