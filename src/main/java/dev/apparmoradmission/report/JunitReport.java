package dev.apparmoradmission.report;

import dev.apparmoradmission.decision.Finding;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * JUnit's XML: a test case a workload, a failure where the command complains of it, an error where a file cannot be read.
 */
public final class JunitReport implements Report {

    private final Writer out;
    private final Predicate<Judgement> failing;
    private final JunitXml xml = new JunitXml();

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
        List<String> lines = new ArrayList<>(judgement.decision().notes());
        for (Finding finding : judgement.decision().findings()) {
            lines.add(line(judgement, finding));
        }
        if (failing.test(judgement)) {
            String type = judgement.decision().allowed() ? "warned" : "denied";
            xml.failed(judgement.file(), judgement.subject(), type, lines);
        } else {
            xml.passed(judgement.file(), judgement.subject(), lines);
        }
    }

    private static String line(Judgement judgement, Finding finding) {
        return Printable.of(judgement.file()) + ":" + judgement.place(finding) + ": "
                + finding.action().policyName() + ": " + finding.subject() + ": " + finding.message() + " ["
                + finding.rule().id() + "]" + (finding.fix().isEmpty() ? "" : " - " + finding.fix());
    }

    @Override
    public void problem(String line) {
        xml.unreadable(line);
    }

    @Override
    public void end(Summary summary) throws IOException {
        xml.write(out);
    }
}
