package dev.apparmoradmission.report;

/** Foreign text made safe for one line of a terminal or a log; unlike in a message, letters and signs of any language stay. */
public final class Printable {

    /** Longest text shown, in characters; a path may have 4096. */
    private static final int LONGEST = 4096;

    private Printable() {}

    /** The text with everything escaped that could break the line, hide, or pass for something else. */
    public static String of(String text) {
        if (isPlain(text)) {
            return text;
        }
        StringBuilder line = new StringBuilder(text.length() + 16);
        text.codePoints().limit(LONGEST).forEach(c -> append(c, line));
        return text.codePointCount(0, text.length()) > LONGEST
                ? line.append("...").toString()
                : line.toString();
    }

    private static boolean isPlain(String text) {
        return text.length() <= LONGEST && text.chars().allMatch(c -> c >= ' ' && c < 0x7f);
    }

    private static void append(int c, StringBuilder line) {
        switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> escape(c, line);
            case Character.SPACE_SEPARATOR -> {
                if (c == ' ') {
                    line.append(' ');
                } else {
                    escape(c, line);
                }
            }
            default -> line.appendCodePoint(c);
        }
    }

    private static void escape(int c, StringBuilder line) {
        switch (c) {
            case '\n' -> line.append("\\n");
            case '\r' -> line.append("\\r");
            case '\t' -> line.append("\\t");
            default -> line.append(String.format(c <= 0xffff ? "\\u%04x" : "\\U%08x", c));
        }
    }
}
