package dev.apparmoradmission.report;

import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.policy.Action;
import java.io.IOException;
import java.io.Writer;

/**
 * Workflow commands of GitHub Actions: an annotation at the line of each finding, and the summary for the log. What is known
 * from before is a notice.
 */
public final class GithubReport implements Report {

    private final GithubCommands commands;
    private final Report log;

    /** Writes to this. */
    public GithubReport(Writer out) {
        this.commands = new GithubCommands(out);
        this.log = new TextReport(out, TextReport.Style.PLAIN);
    }

    @Override
    public void begin(Header header) {
        // Annotations stand for themselves.
    }

    @Override
    public void add(Judgement judgement) throws IOException {
        for (Finding finding : judgement.decision().findings()) {
            String fix = finding.fix().isEmpty() ? "" : "\nfix: " + finding.fix();
            commands.annotate(
                    judgement.isKnown(finding) ? "notice" : level(finding.action()),
                    judgement.file(),
                    judgement.place(finding),
                    finding.rule().id(),
                    judgement.subject() + ", " + finding.subject() + ": " + finding.message() + fix);
        }
        for (String note : judgement.decision().notes()) {
            commands.annotate(
                    "warning",
                    judgement.file(),
                    judgement.places().start(),
                    "apparmor",
                    judgement.subject() + ": " + note);
        }
    }

    @Override
    public void problem(String line) throws IOException {
        commands.unreadable(line);
    }

    @Override
    public void end(Summary summary) throws IOException {
        log.end(summary);
    }

    private static String level(Action action) {
        return switch (action) {
            case ENFORCE -> "error";
            case WARN -> "warning";
            case AUDIT, IGNORE -> "notice";
        };
    }
}
