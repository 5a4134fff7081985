package dev.apparmoradmission.report.page;

import dev.apparmoradmission.report.Printable;

/** Foreign text made safe for HTML, as content and as the value of an attribute in double quotes. */
final class Html {

    private Html() {}

    /** The text with what could hide or pass for something else made visible, and nothing left that HTML could read. */
    static String of(String text) {
        return escaped(Printable.of(text));
    }

    /** The same, shortened to so many characters. */
    static String of(String text, int longest) {
        String shown = Printable.of(text);
        return escaped(
                shown.codePointCount(0, shown.length()) > longest
                        ? shown.substring(0, shown.offsetByCodePoints(0, longest)) + "..."
                        : shown);
    }

    private static String escaped(String text) {
        StringBuilder html = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                case '"' -> html.append("&quot;");
                case '\'' -> html.append("&#39;");
                default -> html.append(c);
            }
        }
        return html.toString();
    }
}
