package dev.apparmoradmission.decision;

/**
 * Foreign text made safe for one line of a message: quoted, with everything escaped that could break the line, hide or
 * imitate. (The API server silently drops warnings with control characters.)
 */
public final class Quoted {

    private static final int LONGEST = 64;
    /** Escapes make text longer: of what is all escapes fewer characters are shown, lest a message hold nothing else. */
    private static final int LONGEST_ESCAPED = 128;
    /** Hangul fillers: letters to Unicode, and yet nothing to see. */
    private static final String INVISIBLE_LETTERS = "\u115f\u1160\u3164\uffa0";

    private Quoted() {}

    /** The text in double quotes, escaped, and shortened to 64 characters. */
    public static String of(String text) {
        return '"' + bare(text) + '"';
    }

    /** The same for text that is a sentence rather than a name, shortened to this many characters. */
    public static String of(String text, int longest) {
        return '"' + bare(text, longest, 2 * longest) + '"';
    }

    /** The text escaped and shortened, without the quotes. */
    public static String bare(String text) {
        return bare(text, LONGEST, LONGEST_ESCAPED);
    }

    /** Text that is made safe already but for what it quotes of others: a character that ends or breaks a line becomes a {@code ?}. */
    public static String oneLine(String text) {
        int at = 0;
        while (at < text.length() && !breaksLine(text.charAt(at))) {
            at++;
        }
        if (at == text.length()) {
            return text;
        }
        StringBuilder line = new StringBuilder(text);
        for (; at < text.length(); at++) {
            if (breaksLine(text.charAt(at))) {
                line.setCharAt(at, '?');
            }
        }
        return line.toString();
    }

    private static boolean breaksLine(char c) {
        return c < ' ' || c >= 0x7f && c <= 0x9f || c == '\u2028' || c == '\u2029';
    }

    private static String bare(String text, int longest, int longestEscaped) {
        if (text.length() <= longest && isPlain(text)) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length() + 8);
        int shown = 0;
        int at = 0;
        while (at < text.length() && shown < longest && out.length() < longestEscaped) {
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

    /** Nearly all text that is quoted: names. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c >= 0x7f || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private static void escape(int c, StringBuilder out) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            default -> {
                if (c >= ' ' && c < 0x7f || isLatinLetter(c) || isVisible(c)) {
                    out.appendCodePoint(c);
                } else if (c <= 0xffff) {
                    out.append(String.format("\\u%04x", c));
                } else {
                    out.append(String.format("\\U%08x", c));
                }
            }
        }
    }

    private static boolean isVisible(int c) {
        return c > 0xff && Character.isLetterOrDigit(c) && INVISIBLE_LETTERS.indexOf(c) < 0;
    }

    private static boolean isLatinLetter(int c) {
        return c >= 0xc0 && c <= 0xff && Character.isLetter(c);
    }
}
