package dev.apparmoradmission.policydiff;

import dev.apparmoradmission.report.Printable;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The difference as a comment on a pull request: a headline, and a table for each kind of change that folds away. Foreign text
 * stands in code spans only, where nothing of it is a mention, a link, HTML or the end of a cell.
 */
record MarkdownDiff(Writer out) implements DiffReport {

    /** The first line, by which a bot finds its comment again. */
    static final String MARKER = "<!-- apparmor-admission policy diff -->";

    /** GitHub takes 65,536 characters; GitLab and others take more. */
    private static final int LONGEST = 60_000;
    /** What a section needs beside its rows. */
    private static final int FRAME = 300;

    private static final int LONGEST_CELL = 600;
    private static final int MOST_UNREAD = 10;
    private static final String COLUMNS = "| workload | container | what | fix |\n|---|---|---|---|\n";

    /**
     * A part that folds away.
     *
     * @param title its title
     * @param open whether it is unfolded
     * @param head the head of its table
     * @param rows the rows of its table
     * @param more how many things are in no row
     */
    private record Section(String title, boolean open, String head, List<String> rows, int more) {

        /** As much of it as fits. */
        String text(int room) {
            StringBuilder text = new StringBuilder(open ? "<details open><summary>" : "<details><summary>")
                    .append(title)
                    .append("</summary>\n\n")
                    .append(head);
            int shown = 0;
            while (shown < rows.size() && text.length() + rows.get(shown).length() + FRAME <= room) {
                text.append(rows.get(shown++));
            }
            int left = rows.size() - shown + more;
            return text.append(left == 0 ? "" : "\nand " + left + " more\n")
                    .append("\n</details>\n\n")
                    .toString();
        }
    }

    @Override
    public void write(Header header, Difference difference) throws IOException {
        StringBuilder text = new StringBuilder(MARKER)
                .append("\n### AppArmor policy: ")
                .append(difference.isEmpty() ? "nothing changes" : DiffReport.headline(difference))
                .append("\n\n")
                .append(intro(header, difference));
        unread(difference, text);
        List<Section> sections = new ArrayList<>();
        for (Change change : Change.values()) {
            if (difference.count(change) > 0) {
                sections.add(section(change, difference));
            }
        }
        if (!difference.isEmpty()) {
            sections.add(namespaces(difference));
        }
        // What one section does not need is left to those behind it.
        for (int i = 0; i < sections.size(); i++) {
            text.append(sections.get(i).text((LONGEST - text.length()) / (sections.size() - i)));
        }
        out.append(text.toString().stripTrailing()).append('\n');
        out.flush();
    }

    private static String intro(Header header, Difference difference) {
        StringBuilder intro = new StringBuilder()
                .append(difference.workloads())
                .append(difference.workloads() == 1 ? " workload" : " workloads")
                .append(" judged as of ")
                .append(header.now())
                .append(", policies ")
                .append(code(header.before()))
                .append(" → ")
                .append(code(header.after()));
        if (!header.gone().isEmpty()) {
            intro.append(", without ")
                    .append(names(header.gone()))
                    .append("; pods that go with these nodes: ")
                    .append(difference.leaving());
        }
        if (!header.relisted().isEmpty()) {
            intro.append(", with other profiles on ").append(names(header.relisted()));
        }
        return intro.append(".\n\n").toString();
    }

    private static String names(Iterable<String> names) {
        List<String> shown = new ArrayList<>();
        int count = 0;
        for (String name : names) {
            if (count++ < 5) {
                shown.add(code(name));
            }
        }
        return String.join(", ", shown) + (count > 5 ? " and " + (count - 5) + " more" : "");
    }

    private static void unread(Difference difference, StringBuilder text) {
        List<String> unread = difference.unread();
        if (!unread.isEmpty()) {
            text.append("**This is not all**: something could not be read.\n\n");
            unread.stream()
                    .limit(MOST_UNREAD)
                    .forEach(line -> text.append("- ").append(code(line)).append('\n'));
            text.append(unread.size() > MOST_UNREAD ? "- and " + (unread.size() - MOST_UNREAD) + " more\n" : "")
                    .append('\n');
        }
    }

    private static Section section(Change change, Difference difference) {
        List<String> rows = new ArrayList<>();
        for (Map.Entry<Owner, Line> entry : difference.lines(change).entrySet()) {
            Line line = entry.getValue();
            String subject = code(entry.getKey().kind() + " " + entry.getKey().namespace() + "/"
                            + entry.getKey().name())
                    + (entry.getKey().kind().equals("Pod") ? "" : ", " + line.extent());
            for (Line.Counted counted : line.details()) {
                Detail detail = counted.detail();
                String some = counted.pods() == line.pods() ? "" : ", " + counted.pods() + " pods";
                boolean fixed = change == Change.ALLOWED || detail.fix().isEmpty();
                rows.add("| " + subject + " | " + (detail.container().isEmpty() ? "pod" : code(detail.container()))
                        + " | " + (change == Change.ALLOWED ? "was denied: " : "") + code(detail.line()) + some + " | "
                        + (fixed ? "" : code(detail.fix())) + " |\n");
                subject = "";
            }
            if (line.left() > 0) {
                rows.add("| | | and " + line.left() + " more | |\n");
            }
        }
        String title = difference.count(change) + " " + change.words();
        boolean open = change == Change.DENIED || change == Change.UNCONFINED;
        return new Section(title, open, COLUMNS, rows, difference.left(change));
    }

    private static Section namespaces(Difference difference) {
        StringBuilder head = new StringBuilder("| namespace |");
        StringBuilder rule = new StringBuilder("|---|");
        for (Change change : Change.values()) {
            head.append(' ').append(change.words()).append(" |");
            rule.append("---:|");
        }
        List<String> rows = new ArrayList<>();
        difference.namespaces().forEach((namespace, counts) -> {
            StringBuilder row = new StringBuilder("| ").append(code(namespace)).append(" |");
            for (Change change : Change.values()) {
                row.append(' ')
                        .append(counts.containsKey(change) ? String.valueOf(counts.get(change)) : "")
                        .append(" |");
            }
            rows.add(row.append('\n').toString());
        });
        return new Section("By namespace", false, head + "\n" + rule + "\n", rows, 0);
    }

    /** Foreign text as a code span in a cell: only a back tick could end the one and only a bar the other. */
    private static String code(String text) {
        String line = Printable.of(text);
        String shown = line.codePointCount(0, line.length()) <= LONGEST_CELL
                ? line
                : line.substring(0, line.offsetByCodePoints(0, LONGEST_CELL)) + "...";
        return shown.isBlank() ? "-" : "`" + shown.replace("`", "\\u0060").replace("|", "\\u007c") + "`";
    }
}
