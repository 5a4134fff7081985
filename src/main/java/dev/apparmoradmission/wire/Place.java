package dev.apparmoradmission.wire;

/**
 * Where something stands in a text.
 *
 * @param line counted from 1
 * @param column counted from 1, in characters
 */
public record Place(int line, int column) implements Comparable<Place> {

    /** The beginning of a text. */
    public static final Place START = new Place(1, 1);

    @Override
    public int compareTo(Place other) {
        int byLine = Integer.compare(line, other.line);
        return byLine != 0 ? byLine : Integer.compare(column, other.column);
    }

    /** As compilers print it: {@code line:column}. */
    @Override
    public String toString() {
        return line + ":" + column;
    }
}
