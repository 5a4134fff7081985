package dev.apparmoradmission.policydiff;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.TextTable;
import java.io.IOException;
import java.io.Writer;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a person reads: a line an owner, below it why and the way out, each namespace at a glance, and a sentence. */
record TextDiff(Writer out) implements DiffReport {

    @Override
    public void write(Header header, Difference difference) throws IOException {
        for (Change change : Change.values()) {
            for (Map.Entry<Owner, Line> entry : difference.lines(change).entrySet()) {
                line(change, entry.getKey(), entry.getValue());
            }
            if (difference.left(change) > 0) {
                out.append("and ")
                        .append(Integer.toString(difference.left(change)))
                        .append(" more ")
                        .append(change.words())
                        .append('\n');
            }
        }
        namespaces(difference);
        for (String line : difference.unread()) {
            out.append("- not all: ").append(Printable.of(line)).append('\n');
        }
        out.append(difference.workloads() == 1 ? "1 workload: " : difference.workloads() + " workloads: ")
                .append(difference.isEmpty() ? "nothing changes" : DiffReport.headline(difference));
        if (difference.leaving() > 0) {
            out.append("; pods that go with their nodes: ").append(Integer.toString(difference.leaving()));
        }
        out.append(".\n");
        out.flush();
    }

    private void line(Change change, Owner owner, Line line) throws IOException {
        out.append(change.words().toUpperCase(Locale.ROOT))
                .append("  ")
                .append(owner.subject())
                .append(owner.kind().equals("Pod") ? "" : ", " + line.extent())
                .append('\n');
        for (Line.Counted counted : line.details()) {
            Detail detail = counted.detail();
            out.append("    ")
                    .append(change == Change.ALLOWED ? "was denied: " : "")
                    .append(detail.container().isEmpty() ? "pod" : "container " + Quoted.of(detail.container()))
                    .append(": ")
                    .append(Printable.of(detail.line()))
                    .append(counted.pods() == line.pods() ? "" : ", " + counted.pods() + " of " + line.pods() + " pods")
                    .append('\n');
            if (change != Change.ALLOWED && !detail.fix().isEmpty()) {
                out.append("      fix: ").append(Printable.of(detail.fix())).append('\n');
            }
        }
        if (line.left() > 0) {
            out.append("    and ").append(Integer.toString(line.left())).append(" more\n");
        }
    }

    private void namespaces(Difference difference) throws IOException {
        if (difference.isEmpty()) {
            return;
        }
        EnumSet<Change> shown = EnumSet.allOf(Change.class);
        shown.removeIf(change -> difference.count(change) == 0);
        TextTable table = new TextTable();
        table.row(cells("NAMESPACE", shown, change -> change.words().toUpperCase(Locale.ROOT)));
        difference
                .namespaces()
                .forEach((namespace, counts) ->
                        table.row(cells(Printable.of(namespace), shown, change -> shown(counts, change))));
        table.write(out);
        out.append('\n');
    }

    private static String[] cells(String first, EnumSet<Change> changes, Function<Change, String> cell) {
        return Stream.concat(Stream.of(first), changes.stream().map(cell)).toArray(String[]::new);
    }

    /** A dash is passed over by the eye, a naught is not. */
    private static String shown(Map<Change, Integer> counts, Change change) {
        return counts.containsKey(change) ? String.valueOf(counts.get(change)) : "-";
    }
}
