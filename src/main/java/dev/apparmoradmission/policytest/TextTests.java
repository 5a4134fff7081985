package dev.apparmoradmission.policytest;

import dev.apparmoradmission.decision.Confinement;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.TextReport.Style;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/** What a policy author reads in a terminal: a line a case, below it what differs, and a sentence in the end. */
final class TextTests implements TestReport {

    private final Writer out;
    private final Style style;
    private final boolean verbose;
    private int files;

    /**
     * Writes to this.
     *
     * @param out where to
     * @param style what it can show
     * @param verbose whether what was decided is told of every case
     */
    TextTests(Writer out, Style style, boolean verbose) {
        this.out = out;
        this.style = style;
        this.verbose = verbose;
    }

    @Override
    public void add(CaseResult result) throws IOException {
        PolicyCase test = result.test();
        String mark = result.passed()
                ? style.green(style.symbols() ? "✔" : "OK    ")
                : style.red(style.symbols() ? "✖" : "FAILED");
        out.append(mark)
                .append(' ')
                .append(Printable.of(test.file()))
                .append(':')
                .append(Integer.toString(test.place().line()))
                .append("  ")
                .append(Printable.of(test.name()))
                .append('\n');
        for (Difference difference : result.differences()) {
            out.append("    ").append(difference.text()).append('\n');
        }
        if (verbose) {
            decided(result);
        }
    }

    private void decided(CaseResult result) throws IOException {
        Decision decision = result.outcome().decision();
        String patch = result.outcome().patch().isEmpty()
                ? "none"
                : Printable.of(result.outcome().patch().toString());
        line("allowed: " + decision.allowed() + ", patch: " + patch);
        for (Finding finding : decision.findings()) {
            line(finding.action().policyName() + " " + finding.rule().id() + ", " + finding.subject() + ": "
                    + finding.message() + " [policy " + Quoted.bare(finding.policy()) + "]");
        }
        for (ContainerVerdict container : decision.containers()) {
            Confinement confinement = container.confinement();
            line("container " + Quoted.of(container.name()) + ": declared "
                    + Quoted.bare(container.profile().declared()) + ", "
                    + confinement.level().reportName()
                    + confinement
                            .cause()
                            .map(cause -> " (" + cause.reportName() + ")")
                            .orElse(""));
        }
    }

    private void line(String text) throws IOException {
        out.append("    ").append(style.dim(text)).append('\n');
    }

    @Override
    public void problem(String line) {
        files++;
    }

    @Override
    public void end(int passed, int failed, List<String> untouched) throws IOException {
        int cases = passed + failed;
        out.append(cases == 1 ? "1 case: " : cases + " cases: ")
                .append(passed == 0 ? "0 passed" : style.green(passed + " passed"))
                .append(", ")
                .append(failed == 0 ? "0 failed" : style.red(failed + " failed"))
                .append(files == 0 ? "" : style.red("; not all could be read"))
                .append(".\n");
        if (!untouched.isEmpty()) {
            out.append(style.yellow("No case touches:")).append('\n');
            for (String line : untouched) {
                out.append("  ").append(line).append('\n');
            }
        }
        out.flush();
    }
}
