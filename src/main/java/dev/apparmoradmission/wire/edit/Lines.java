package dev.apparmoradmission.wire.edit;

import java.util.Optional;

/**
 * A text by its lines, which end with a line feed or with carriage return and line feed.
 *
 * @param text the text
 */
record Lines(String text) {

    /** Where the line begins that this place is on. */
    int start(int at) {
        return text.lastIndexOf('\n', at - 1) + 1;
    }

    /** Where the line ends that this place is on, before its line break. */
    int end(int at) {
        int feed = text.indexOf('\n', at);
        if (feed < 0) {
            return text.length();
        }
        return feed > at && text.charAt(feed - 1) == '\r' ? feed - 1 : feed;
    }

    /** Where the next line begins; the end of the text where there is none. */
    int next(int at) {
        int feed = text.indexOf('\n', at);
        return feed < 0 ? text.length() : feed + 1;
    }

    /** The column of this place, from 0. */
    int column(int at) {
        return at - start(at);
    }

    /** What stands before this place on its line, where that is white space and nothing else. */
    Optional<String> indentation(int at) {
        String before = text.substring(start(at), at);
        return before.isBlank() ? Optional.of(before) : Optional.empty();
    }

    /** How lines end around this place. */
    String lineBreak(int at) {
        int feed = text.indexOf('\n', at);
        feed = feed < 0 ? text.lastIndexOf('\n') : feed;
        return feed > 0 && text.charAt(feed - 1) == '\r' ? "\r\n" : "\n";
    }

    /** Whether all between two places is white space. */
    boolean isBlank(int from, int to) {
        return text.substring(from, to).isBlank();
    }

    /** Whether there is a comment between two places, where nothing else is but white space, commas and colons. */
    boolean hasComment(int from, int to) {
        int sign = text.indexOf('#', from);
        return sign >= 0 && sign < to;
    }
}
