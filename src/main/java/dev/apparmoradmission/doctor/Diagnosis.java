package dev.apparmoradmission.doctor;

import java.util.List;

/**
 * What an examination came to.
 *
 * @param findings what is not as it should be, by area and severity
 * @param unchecked what was not looked at, by area
 */
record Diagnosis(List<Finding> findings, List<Unchecked> unchecked) {

    /** Copies the lists. */
    Diagnosis {
        findings = List.copyOf(findings);
        unchecked = List.copyOf(unchecked);
    }

    /** How many findings are that bad. */
    long count(Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }
}
