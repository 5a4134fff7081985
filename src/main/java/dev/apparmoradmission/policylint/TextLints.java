package dev.apparmoradmission.policylint;

import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.TextReport.Style;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** What a person reads in a terminal: a line a finding, below it the way out, and a sentence in the end. */
final class TextLints implements LintReport {

    private final Writer out;
    private final Style style;

    /** Writes to this. */
    TextLints(Writer out, Style style) {
        this.out = out;
        this.style = style;
    }

    @Override
    public void write(Result result) throws IOException {
        for (LintFinding finding : result.findings()) {
            if (!finding.accepted()) {
                out.append(mark(finding.severity()))
                        .append(' ')
                        .append(Printable.of(finding.document().file()))
                        .append(':')
                        .append(Integer.toString(finding.place().line()))
                        .append("  ")
                        .append(finding.subject())
                        .append(": ")
                        .append(finding.message())
                        .append(' ')
                        .append(style.dim("[" + finding.lint().id() + "]"))
                        .append("\n    fix: ")
                        .append(finding.fix())
                        .append('\n');
            }
        }
        for (String line : result.unexamined()) {
            out.append(style.dim("- not examined: " + line)).append('\n');
        }
        out.append(summary(result)).append('\n');
        out.flush();
    }

    /** The sentence in the end. */
    private String summary(Result result) {
        List<String> counts = new ArrayList<>();
        count(counts, result.count(Severity.ERROR), "error", style::red);
        count(counts, result.count(Severity.WARNING), "warning", style::yellow);
        count(counts, result.count(Severity.NOTE), "note", style::dim);
        String found = counts.isEmpty() ? style.green("nothing found") : String.join(", ", counts);
        return number(result.policies(), "policy", "policies") + " and " + number(result.grants(), "grant", "grants")
                + ": " + found + (result.accepted() == 0 ? "" : "; " + result.accepted() + " accepted") + ".";
    }

    private static void count(List<String> counts, long count, String word, UnaryOperator<String> colour) {
        if (count > 0) {
            counts.add(colour.apply(number(count, word, word + "s")));
        }
    }

    private static String number(long count, String one, String many) {
        return count + " " + (count == 1 ? one : many);
    }

    private String mark(Severity severity) {
        String word = severity == Severity.WARNING ? "WARN" : severity.name().toUpperCase(Locale.ROOT);
        return switch (severity) {
            case ERROR -> style.red(style.symbols() ? "✖" : padded(word));
            case WARNING -> style.yellow(style.symbols() ? "!" : padded(word));
            case NOTE -> style.dim(style.symbols() ? "·" : padded(word));
        };
    }

    private static String padded(String word) {
        return word + " ".repeat("ERROR".length() - word.length());
    }
}
