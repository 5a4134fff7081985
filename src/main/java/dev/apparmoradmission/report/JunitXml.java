package dev.apparmoradmission.report;

import java.io.IOException;
import java.io.Writer;
import java.util.List;

/** JUnit's XML, as CI systems read it. The cases are kept to the end, for their number comes before them. */
public final class JunitXml {

    private final StringBuilder cases = new StringBuilder();
    private int tests;
    private int failures;
    private int errors;

    /** Adds a case that is right; the lines are what there is to say all the same. */
    public void passed(String group, String name, List<String> lines) {
        begin(group, name);
        if (!lines.isEmpty()) {
            cases.append("      <system-out>")
                    .append(escape(String.join("\n", lines)))
                    .append("</system-out>\n");
        }
        end();
    }

    /** Adds a case that is not right, and what is wrong with it. */
    public void failed(String group, String name, String type, List<String> lines) {
        begin(group, name);
        failures++;
        cases.append("      <failure type=\"")
                .append(type)
                .append("\" message=\"")
                .append(escape(lines.isEmpty() ? "" : lines.get(0)))
                .append("\">")
                .append(escape(String.join("\n", lines)))
                .append("</failure>\n");
        end();
    }

    /** Adds an input that could not be read. */
    public void unreadable(String line) {
        begin("input", line);
        errors++;
        cases.append("      <error type=\"unreadable\" message=\"")
                .append(escape(line))
                .append("\"/>\n");
        end();
    }

    private void begin(String group, String name) {
        tests++;
        cases.append("    <testcase classname=\"")
                .append(escape(group))
                .append("\" name=\"")
                .append(escape(name))
                .append("\">\n");
    }

    private void end() {
        cases.append("    </testcase>\n");
    }

    /** Writes all that was added, in UTF-8. */
    public void write(Writer out) throws IOException {
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

    /** Characters that XML cannot hold are escaped as everywhere else; line feeds between lines stay. */
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
