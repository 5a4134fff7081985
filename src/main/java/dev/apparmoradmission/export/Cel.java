package dev.apparmoradmission.export;

import dev.apparmoradmission.policy.Glob;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Parts of expressions in the Common Expression Language, as Kubernetes 1.30 and later has it. */
final class Cel {

    private static final String QUOTED_IN_PATTERNS = "\\.+*?()|[]{}^$";

    private Cel() {}

    /** A string literal; whatever is not printable ASCII is escaped, so that no text can leave its quotes or its line. */
    static String text(String value) {
        StringBuilder literal = new StringBuilder(value.length() + 2).append('\'');
        value.codePoints().forEach(c -> {
            if (c == '\'' || c == '\\') {
                literal.append('\\').appendCodePoint(c);
            } else if (c >= ' ' && c < 0x7f) {
                literal.appendCodePoint(c);
            } else {
                literal.append(String.format(c <= 0xffff ? "\\u%04x" : "\\U%08x", c));
            }
        });
        return literal.append('\'').toString();
    }

    /** A list of string literals, sorted, so that the same policy always gives the same text. */
    static String texts(Collection<String> values) {
        return values.stream().sorted().map(Cel::text).collect(Collectors.joining(", ", "[", "]"));
    }

    /** Whether a string matches one of these globs. */
    static String matchesAny(String subject, List<Glob> globs) {
        if (matchesEverything(globs)) {
            return "true";
        }
        List<String> patterns = globs.stream().map(Glob::pattern).toList();
        if (patterns.stream().noneMatch(Cel::hasWildcard)) {
            return subject + " in " + texts(patterns);
        }
        // (?s): a * stands for line breaks too, which a profile's name may have.
        String pattern =
                patterns.stream().sorted().map(Cel::pattern).collect(Collectors.joining("|", "(?s)^(?:", ")$"));
        return subject + ".matches(" + text(pattern) + ")";
    }

    /** Whether no text at all escapes these globs. */
    static boolean matchesEverything(List<Glob> globs) {
        return globs.stream()
                .anyMatch(glob -> !glob.pattern().isEmpty()
                        && glob.pattern().replace("*", "").isEmpty());
    }

    static boolean hasWildcard(String glob) {
        return glob.indexOf('*') >= 0 || glob.indexOf('?') >= 0;
    }

    /** The glob as an expression of RE2, which matches in linear time. */
    private static String pattern(String glob) {
        StringBuilder pattern = new StringBuilder();
        glob.codePoints().forEach(c -> {
            if (c == '*') {
                pattern.append(".*");
            } else if (c == '?') {
                pattern.append('.');
            } else {
                pattern.append(QUOTED_IN_PATTERNS.indexOf(c) >= 0 ? "\\" : "").appendCodePoint(c);
            }
        });
        return pattern.toString();
    }
}
