package dev.apparmoradmission.wire.edit;

import dev.apparmoradmission.wire.YamlScalars;
import java.util.regex.Pattern;

/** Strings as YAML and JSON write them. */
final class Scalars {

    /** Of those that need no quotes anywhere, the ones that nobody has to think about. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9._/-]*");

    private Scalars() {}

    /** As YAML has it: without quotes where nothing speaks for them. */
    static String yaml(String text) {
        return isPlain(text) ? text : quoted(text);
    }

    /** In single quotes where these can hold it, else in double ones. */
    static String singleQuoted(String text) {
        boolean printable = text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
        return printable ? "'" + text.replace("'", "''") + "'" : quoted(text);
    }

    /** In double quotes, in a form that both YAML and JSON read. */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (pair) {
                quoted.append(c).append(text.charAt(++i));
            } else if (c >= ' ' && c < 0x7f || Character.isLetterOrDigit(c)) {
                quoted.append(c);
            } else {
                quoted.append(String.format("\\u%04x", (int) c));
            }
        }
        return quoted.append('"').toString();
    }

    private static boolean isPlain(String text) {
        return PLAIN.matcher(text).matches() && YamlScalars.isText(text);
    }
}
