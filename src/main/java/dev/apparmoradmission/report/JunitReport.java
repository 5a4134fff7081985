package dev.apparmoradmission.report;

import dev.apparmoradmission.decision.Finding;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * JUnit's XML, as CI systems read it: a test case a workload, a failure where the command complains of it, an error where a
 * file cannot be read. The cases are kept to the end, for their number comes before them.
 */
public final class JunitReport implements Report {

    private final Writer out;
    private final Predicate<Judgement> failing;
    private final StringBuilder cases = new StringBuilder();
    private int tests;
    private int failures;
    private int errors;

    /**
     * Writes to this.
     *
     * @param out where to, in UTF-8
     * @param failing whether a workload counts as failed
     */
    public JunitReport(Writer out, Predicate<Judgement> failing) {
        this.out = out;
        this.failing = failing;
    }

    @Override
    public void begin(Header header) {
        // The numbers come first.
    }

    @Override
    public void add(Judgement judgement) {
        tests++;
        cases.append("    <testcase classname=\"")
                .append(escape(judgement.file()))
                .append("\" name=\"")
                .append(escape(judgement.subject()))
                .append("\">\n");
        List<String> lines = new ArrayList<>(judgement.decision().notes());
        for (Finding finding : judgement.decision().findings()) {
            lines.add(line(judgement, finding));
        }
        if (failing.test(judgement)) {
            failures++;
            cases.append("      <failure type=\"")
                    .append(judgement.decision().allowed() ? "warned" : "denied")
                    .append("\" message=\"")
                    .append(escape(lines.isEmpty() ? "" : lines.get(0)))
                    .append("\">")
                    .append(escape(String.join("\n", lines)))
                    .append("</failure>\n");
        } else if (!lines.isEmpty()) {
            cases.append("      <system-out>")
                    .append(escape(String.join("\n", lines)))
                    .append("</system-out>\n");
        }
        cases.append("    </testcase>\n");
    }

    private static String line(Judgement judgement, Finding finding) {
        return Printable.of(judgement.file()) + ":" + judgement.place(finding) + ": "
                + finding.action().policyName() + ": " + finding.subject() + ": " + finding.message() + " ["
                + finding.rule().id() + "]" + (finding.fix().isEmpty() ? "" : " - " + finding.fix());
    }

    @Override
    public void problem(String line) {
        tests++;
        errors++;
        cases.append("    <testcase classname=\"input\" name=\"")
                .append(escape(line))
                .append("\">\n      <error type=\"unreadable\" message=\"")
                .append(escape(line))
                .append("\"/>\n    </testcase>\n");
    }

    @Override
    public void end(Summary summary) throws IOException {
        String counts = " tests=\"" + tests + "\" failures=\"" + failures + "\" errors=\"" + errors + "\"";
        out.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites")
                .append(counts)
                .append(">\n  <testsuite name=\"apparmor-admission\"")
                .append(counts)
                .append(" skipped=\"0\">\n")
                .append(cases)
                .append("  </testsuite>\n</testsuites>\n");
        out.flush();
    }

    /** Characters that XML cannot hold are escaped as everywhere else; line feeds between findings stay. */
    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (String line : text.split("\n", -1)) {
            escaped.append(escaped.isEmpty() ? "" : "\n").append(Printable.of(line));
        }
        return escaped.toString()
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
