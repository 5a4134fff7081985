package dev.apparmoradmission.wire;

import java.io.IOException;

/** A text that is not YAML or JSON, or goes beyond its {@link DocumentLimits}. The message is one line and names no file. */
public final class MalformedDocumentException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Place place;

    private final String problem;

    MalformedDocumentException(Place place, String problem) {
        super(place + ": " + oneLine(problem));
        this.place = place;
        this.problem = oneLine(problem);
    }

    /** Where the text goes wrong, as near as the parser can tell. */
    public Place place() {
        return place;
    }

    /** What is wrong, in one line without control characters. */
    public String problem() {
        return problem;
    }

    /** Text of the input may stand in the problem: a control character of it must not forge a line of a log. */
    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) {
                line.append(String.format("\\u%04x", c));
            } else {
                line.appendCodePoint(c);
            }
        });
        return line.toString();
    }
}
