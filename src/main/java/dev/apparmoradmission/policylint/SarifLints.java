package dev.apparmoradmission.policylint;

import dev.apparmoradmission.report.SarifLog;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import java.util.stream.Stream;

/** SARIF: a result a finding, at its line; one that is accepted is suppressed. */
final class SarifLints implements LintReport {

    private final SarifLog log;

    /** Writes to this; it is flushed at the end, not closed. */
    SarifLints(OutputStream out) throws IOException {
        this.log = new SarifLog(out);
    }

    @Override
    public void write(Result result) throws IOException {
        log.begin(
                Stream.of(Lint.values())
                        .map(lint -> new SarifLog.RuleEntry(
                                lint.id(), lint.description(), lint.severity().reportName()))
                        .toList(),
                result.policyHash(),
                result.now());
        for (LintFinding finding : result.findings()) {
            log.add(
                    Optional.of(finding.lint().id()),
                    finding.severity().reportName(),
                    finding.subject() + ": " + finding.message() + ". Fix: " + finding.fix(),
                    finding.document().file(),
                    finding.place(),
                    finding.document().kind().kindName() + "/"
                            + finding.document().name() + "/" + finding.field(),
                    finding.accepted()
                            ? SarifLog.suppressed(true, "accepted by the annotation " + Findings.ACCEPTS)
                            : SarifLog.Details.NONE);
        }
        log.end(result.problems());
    }
}
