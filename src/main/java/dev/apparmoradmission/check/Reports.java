package dev.apparmoradmission.check;

import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.report.GithubReport;
import dev.apparmoradmission.report.GitlabReport;
import dev.apparmoradmission.report.JsonReport;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.JunitReport;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.report.SarifReport;
import dev.apparmoradmission.report.TextReport;
import dev.apparmoradmission.report.page.PageReport;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.util.function.Predicate;

/** Makes the report that was asked for. */
final class Reports {

    private Reports() {}

    static Report of(
            CheckOptions options,
            Snapshot snapshot,
            Report.Header header,
            OutputStream out,
            Surroundings surroundings,
            Predicate<Judgement> complaint)
            throws IOException {
        return switch (options.output()) {
            case TEXT -> new TextReport(new OutputStreamWriter(out, surroundings.charset()), surroundings.style());
            case JSON -> new JsonReport(out);
            case SARIF -> new SarifReport(out);
            case GITHUB -> new GithubReport(new OutputStreamWriter(out, StandardCharsets.UTF_8));
            case GITLAB -> new GitlabReport(out);
            case JUNIT -> new JunitReport(new OutputStreamWriter(out, StandardCharsets.UTF_8), complaint);
            case HTML ->
                new PageReport(
                        out,
                        new PageReport.Subject(false, "manifests of " + String.join(", ", options.paths())),
                        snapshot,
                        header);
        };
    }
}
