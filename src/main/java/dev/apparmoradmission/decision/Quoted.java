package dev.apparmoradmission.decision;

/**
 * Foreign text made safe for one line of a message: quoted, with everything escaped that could break the line, hide or
 * imitate. (The API server silently drops warnings with control characters.)
 */
public final class Quoted {

    private static final int LONGEST = 64;

    private Quoted() {}

    /** The text in double quotes, escaped, and shortened to 64 characters. */
    public static String of(String text) {
        return '"' + bare(text) + '"';
    }

    /** The text escaped and shortened, without the quotes. */
    public static String bare(String text) {
        StringBuilder out = new StringBuilder(text.length() + 8);
        int shown = 0;
        int at = 0;
        while (at < text.length() && shown < LONGEST) {
            int c = text.codePointAt(at);
            at += Character.charCount(c);
            shown++;
            escape(c, out);
        }
        if (at < text.length()) {
            out.append("...");
        }
        return out.toString();
    }

    private static void escape(int c, StringBuilder out) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            default -> {
                if (c >= ' ' && c < 0x7f || c > 0xff && Character.isLetterOrDigit(c) || isLatinLetter(c)) {
                    out.appendCodePoint(c);
                } else if (c <= 0xffff) {
                    out.append(String.format("\\u%04x", c));
                } else {
                    out.append(String.format("\\U%08x", c));
                }
            }
        }
    }

    private static boolean isLatinLetter(int c) {
        return c >= 0xc0 && c <= 0xff && Character.isLetter(c);
    }
}
