package dev.apparmoradmission.e2e.api;

/** The text of a {@code Warning} header, {@code 299 - "text"} (RFC 7234 §5.5, as the API server writes it). */
final class WarningHeader {
    private WarningHeader() {}

    static String text(String header) {
        int begin = header.indexOf('"');
        int end = header.lastIndexOf('"');
        if (begin < 0 || end <= begin) {
            return header;
        }
        StringBuilder text = new StringBuilder();
        for (int i = begin + 1; i < end; i++) {
            char character = header.charAt(i);
            if (character == '\\' && i + 1 < end) {
                i++;
                character = header.charAt(i);
            }
            text.append(character);
        }
        return text.toString();
    }
}
