package dev.apparmoradmission.wire.edit;

import java.util.ArrayList;
import java.util.List;

/** What was changed in a file, in the form that {@code git apply} and {@code patch -p1} take. */
final class UnifiedDiff {

    private static final int CONTEXT = 3;
    private static final String NO_LINE_BREAK = "\\ No newline at end of file\n";

    private final List<String> before;
    private final StringBuilder diff = new StringBuilder();

    /** How many lines there are more in the text as it is after the hunks so far. */
    private int shift;

    /**
     * Lines that others took the place of.
     *
     * @param start the first of them, from 0
     * @param removed how many they are
     * @param added the others
     */
    private record Change(int start, int removed, List<String> added) {
        int end() {
            return start + removed;
        }
    }

    private UnifiedDiff(List<String> before) {
        this.before = before;
    }

    /**
     * The difference; empty where there is none.
     *
     * @param path the file's path, relative to where the patch is applied
     * @param before the text as it was
     * @param splices what was changed, in the order of the text
     */
    static String of(String path, String before, List<Splice> splices) {
        List<String> lines = lines(before);
        List<Change> changes = changes(before, lines, splices);
        if (changes.isEmpty()) {
            return "";
        }
        UnifiedDiff made = new UnifiedDiff(lines);
        made.diff.append("--- ").append(name("a/" + path)).append('\n');
        made.diff.append("+++ ").append(name("b/" + path)).append('\n');
        for (int from = 0; from < changes.size(); ) {
            int to = from + 1;
            while (to < changes.size()
                    && changes.get(to).start() - changes.get(to - 1).end() <= 2 * CONTEXT) {
                to++;
            }
            made.hunk(changes.subList(from, to));
            from = to;
        }
        return made.diff.toString();
    }

    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>();
        Lines places = new Lines(text);
        for (int at = 0; at < text.length(); at = places.next(at)) {
            lines.add(text.substring(at, places.next(at)));
        }
        return lines;
    }

    private static List<Change> changes(String before, List<String> lines, List<Splice> splices) {
        List<Change> changes = new ArrayList<>();
        int line = 0;
        int at = 0;
        for (int i = 0; i < splices.size(); ) {
            // What is put in behind a last line without line break changes that line.
            while (line < lines.size()
                    && at + lines.get(line).length() <= splices.get(i).start()
                    && lines.get(line).endsWith("\n")) {
                at += lines.get(line++).length();
            }
            // The lines that these splices touch; the next may touch the last of them too.
            int end = at;
            int last = line;
            int from = i;
            do {
                while (last < lines.size() && end <= splices.get(i).end()) {
                    end += lines.get(last++).length();
                }
                i++;
            } while (i < splices.size() && splices.get(i).start() < end);
            List<String> after = lines(Splice.applied(before, at, end, splices.subList(from, i)));
            change(line, lines.subList(line, last), after, changes);
            line = last;
            at = end;
        }
        return changes;
    }

    private static void change(int start, List<String> before, List<String> after, List<Change> changes) {
        int same = 0;
        int most = Math.min(before.size(), after.size());
        while (same < most && before.get(same).equals(after.get(same))) {
            same++;
        }
        int sameEnd = 0;
        while (sameEnd < most - same
                && before.get(before.size() - 1 - sameEnd).equals(after.get(after.size() - 1 - sameEnd))) {
            sameEnd++;
        }
        int removed = before.size() - same - sameEnd;
        List<String> added = after.subList(same, after.size() - sameEnd);
        if (removed > 0 || !added.isEmpty()) {
            changes.add(new Change(start + same, removed, added));
        }
    }

    private void hunk(List<Change> changes) {
        int start = Math.max(0, changes.get(0).start() - CONTEXT);
        int end = Math.min(before.size(), changes.get(changes.size() - 1).end() + CONTEXT);
        int added = 0;
        for (Change change : changes) {
            added += change.added().size() - change.removed();
        }
        int length = end - start;
        diff.append("@@ -")
                .append(range(start, length))
                .append(" +")
                .append(range(start + shift, length + added))
                .append(" @@\n");
        int at = start;
        for (Change change : changes) {
            lines(' ', before.subList(at, change.start()));
            lines('-', before.subList(change.start(), change.end()));
            lines('+', change.added());
            at = change.end();
        }
        lines(' ', before.subList(at, end));
        shift += added;
    }

    /** Lines count from 1, and of none the line before is told. */
    private static String range(int start, int length) {
        return (length == 0 ? start : start + 1) + (length == 1 ? "" : "," + length);
    }

    private void lines(char mark, List<String> lines) {
        for (String line : lines) {
            diff.append(mark).append(line);
            if (!line.endsWith("\n")) {
                diff.append('\n').append(NO_LINE_BREAK);
            }
        }
    }

    /** As Git writes names: in quotes where they hold what would end the line or the name. */
    private static String name(String path) {
        boolean plain = path.chars().noneMatch(c -> c < ' ' || c == '"' || c == '\\' || c == 0x7f);
        if (plain) {
            // Without the tab a space would end the name.
            return path.indexOf(' ') < 0 ? path : path + "\t";
        }
        StringBuilder quoted = new StringBuilder("\"");
        path.codePoints().forEach(c -> {
            if (c < ' ' || c == 0x7f) {
                quoted.append(String.format("\\%03o", c));
            } else {
                quoted.append(c == '"' || c == '\\' ? "\\" : "").appendCodePoint(c);
            }
        });
        return quoted.append('"').toString();
    }
}
