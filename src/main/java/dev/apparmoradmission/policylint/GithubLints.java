package dev.apparmoradmission.policylint;

import dev.apparmoradmission.report.GithubCommands;
import dev.apparmoradmission.report.TextReport.Style;
import java.io.IOException;
import java.io.Writer;
import java.util.List;

/** Workflow commands of GitHub Actions: an annotation at the line of each finding, and the summary for the log. */
final class GithubLints implements LintReport {

    private final GithubCommands commands;
    private final LintReport log;

    /** Writes to this. */
    GithubLints(Writer out) {
        this.commands = new GithubCommands(out);
        this.log = new TextLints(out, Style.PLAIN);
    }

    @Override
    public void write(Result result) throws IOException {
        for (String problem : result.problems()) {
            commands.unreadable(problem);
        }
        for (LintFinding finding : result.findings()) {
            if (!finding.accepted()) {
                String level = finding.severity() == Severity.NOTE
                        ? "notice"
                        : finding.severity().reportName();
                commands.annotate(
                        level,
                        finding.document().file(),
                        finding.place(),
                        finding.lint().id(),
                        finding.subject() + ": " + finding.message() + "\nfix: " + finding.fix());
            }
        }
        log.write(new Result(
                result.policyHash(),
                result.now(),
                result.policies(),
                result.grants(),
                result.findings(),
                result.unexamined(),
                List.of()));
    }
}
