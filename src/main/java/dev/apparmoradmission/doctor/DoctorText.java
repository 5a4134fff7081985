package dev.apparmoradmission.doctor;

import dev.apparmoradmission.report.TextReport;
import java.io.IOException;
import java.util.List;

/** The diagnosis for a terminal: by area, each finding with its fix on the next line, and a sentence in the end. */
final class DoctorText {

    private static final String RED = "31";
    private static final String GREEN = "32";
    private static final String YELLOW = "33";
    private static final String DIM = "2";

    private final Appendable out;
    private final TextReport.Style style;

    DoctorText(Appendable out, TextReport.Style style) {
        this.out = out;
        this.style = style;
    }

    void write(Diagnosis diagnosis, Facts facts) throws IOException {
        for (Area area : Area.values()) {
            List<Finding> findings = diagnosis.findings().stream()
                    .filter(finding -> finding.area() == area)
                    .toList();
            if (!findings.isEmpty()) {
                out.append(area.title()).append('\n');
                for (Finding finding : findings) {
                    write(finding);
                }
                out.append('\n');
            }
        }
        if (!diagnosis.unchecked().isEmpty()) {
            out.append("Not checked\n");
            for (Unchecked unchecked : diagnosis.unchecked()) {
                out.append("  ")
                        .append(unchecked.what())
                        .append(colour(DIM, " (" + unchecked.reason() + ")"))
                        .append('\n');
            }
            out.append('\n');
        }
        summary(diagnosis, facts);
    }

    private void write(Finding finding) throws IOException {
        String colour = switch (finding.severity()) {
            case ERROR -> RED;
            case WARNING -> YELLOW;
            case NOTE -> DIM;
        };
        out.append("  ")
                .append(colour(colour, finding.severity().word() + ":"))
                .append(' ')
                .append(finding.subject())
                .append(": ")
                .append(finding.problem())
                .append(' ')
                .append(colour(DIM, "[" + finding.id() + "]"))
                .append("\n    fix: ")
                .append(finding.fix())
                .append('\n');
    }

    private void summary(Diagnosis diagnosis, Facts facts) throws IOException {
        String version = facts.objects(Source.VERSION).stream()
                .map(found -> ", Kubernetes " + found.text("/gitVersion"))
                .findFirst()
                .orElse("");
        out.append(facts.server()).append(version).append(": ");
        if (diagnosis.findings().isEmpty()) {
            out.append(
                    diagnosis.unchecked().isEmpty() ? colour(GREEN, "no findings") : "no findings in what was checked");
        } else {
            out.append(Words.count(diagnosis.count(Severity.ERROR), "error"))
                    .append(", ")
                    .append(Words.count(diagnosis.count(Severity.WARNING), "warning"))
                    .append(", ")
                    .append(Words.count(diagnosis.count(Severity.NOTE), "note"));
        }
        int unchecked = diagnosis.unchecked().size();
        out.append(unchecked == 0 ? "" : "; not checked: " + unchecked).append(".\n");
    }

    private String colour(String code, String text) {
        return style.colour(code, text);
    }
}
