package dev.apparmoradmission.wire;

import java.util.Arrays;

/** Places in a part of a file: YAML's marks count code points, and a text that is edited counts characters. */
final class Offsets {

    private final int charsBefore;

    /** The code points of the part that take two characters, by their number, in order: hardly ever any. */
    private final int[] wide;

    Offsets(Part part) {
        this.charsBefore = part.charsBefore();
        this.wide = wide(part.text());
    }

    private static int[] wide(String text) {
        int[] found = new int[text.length() - text.codePointCount(0, text.length())];
        for (int at = 0, number = 0, count = 0; count < found.length; number++) {
            int size = Character.charCount(text.codePointAt(at));
            if (size == 2) {
                found[count++] = number;
            }
            at += size;
        }
        return found;
    }

    /** Where the code point of that number begins in the file, in characters. */
    int ofCodePoint(int number) {
        if (wide.length == 0) {
            return charsBefore + number;
        }
        int at = Arrays.binarySearch(wide, number);
        return charsBefore + number + (at < 0 ? -at - 1 : at);
    }
}
