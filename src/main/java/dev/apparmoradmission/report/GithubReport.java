package dev.apparmoradmission.report;

import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.wire.Place;
import java.io.IOException;
import java.io.Writer;

/**
 * Workflow commands of GitHub Actions: an annotation at the line of each finding, and the summary for the log. What is known
 * from before is a notice. Their form is that of the runner's {@code ActionCommand}.
 */
public final class GithubReport implements Report {

    private final Writer out;
    private final Report log;

    /** Writes to this. */
    public GithubReport(Writer out) {
        this.out = out;
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
            command(
                    judgement.isKnown(finding) ? "notice" : level(finding.action()),
                    judgement,
                    judgement.place(finding),
                    finding.rule().id(),
                    judgement.subject() + ", " + finding.subject() + ": " + finding.message() + fix);
        }
        for (String note : judgement.decision().notes()) {
            command("warning", judgement, judgement.places().start(), "apparmor", judgement.subject() + ": " + note);
        }
    }

    @Override
    public void problem(String line) throws IOException {
        out.append("::error title=unreadable::").append(data(line)).append('\n');
    }

    private void command(String level, Judgement judgement, Place place, String title, String message)
            throws IOException {
        out.append("::")
                .append(level)
                .append(" file=")
                .append(property(judgement.file()))
                .append(",line=")
                .append(Integer.toString(place.line()))
                .append(",col=")
                .append(Integer.toString(place.column()))
                .append(",title=")
                .append(property(title))
                .append("::")
                .append(data(message))
                .append('\n');
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

    /** A line feed would end the command, and let a name begin another. */
    private static String data(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
