package dev.apparmoradmission.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A table of text: columns as wide as their widest cell, two spaces between them, none at the end of a line. */
public final class TextTable {

    private final List<String[]> rows = new ArrayList<>();

    /** Adds a row; all have the same number of cells. */
    public void row(String... cells) {
        rows.add(cells);
    }

    /** Adds a line that runs across all columns. */
    public void heading(String text) {
        rows.add(new String[] {text});
    }

    /** Writes it. */
    public void write(Appendable out) throws IOException {
        int columns = rows.stream().mapToInt(row -> row.length).max().orElse(0);
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int i = 0; row.length > 1 && i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].codePointCount(0, row[i].length()));
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                int width = row[i].codePointCount(0, row[i].length());
                line.append(row[i]).append(" ".repeat(row.length > 1 ? widths[i] - width + 2 : 0));
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
    }

    /** Words joined by a separator, broken so that lines stay within {@code width}; all but the first are indented. */
    public static String wrapped(String first, List<String> items, String separator, int indent, int width) {
        StringBuilder text = new StringBuilder(first);
        int column = first.length();
        for (int i = 0; i < items.size(); i++) {
            String item = items.get(i) + (i < items.size() - 1 ? separator : "");
            if (i > 0 && column + 1 + item.length() > width) {
                text.append('\n').append(" ".repeat(indent));
                column = indent;
            } else {
                text.append(' ');
                column++;
            }
            text.append(item);
            column += item.length();
        }
        return text.append('\n').toString();
    }
}
