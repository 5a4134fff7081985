package dev.apparmoradmission.policylint;

import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.PolicyDocument;
import dev.apparmoradmission.wire.PolicySchemas.Kind;

/**
 * Something in a policy or a grant that cannot be meant so.
 *
 * @param lint what it is
 * @param severity how bad it is
 * @param document the policy or grant
 * @param field the field that it is about
 * @param message what is wrong, one line
 * @param fix the way out, one line
 * @param accepted whether the document says that it is meant so
 */
record LintFinding(
        Lint lint,
        Severity severity,
        PolicyDocument document,
        String field,
        String message,
        String fix,
        boolean accepted) {

    /** Where it stands in its file. */
    Place place() {
        return document.place(field);
    }

    /** What it is about, for a report. */
    String subject() {
        return (document.kind() == Kind.POLICY ? "policy " : "grant ") + Printable.of(document.name());
    }
}
