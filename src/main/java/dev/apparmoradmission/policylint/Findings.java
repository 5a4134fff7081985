package dev.apparmoradmission.policylint;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.wire.PolicyDocument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What was found. */
final class Findings {

    /** In {@code metadata.annotations}: ids of findings that are meant so, separated by commas. */
    static final String ACCEPTS = "apparmor-admission.dev/lint-accepts";

    private final List<LintFinding> all = new ArrayList<>();

    /** Adds one of the usual severity. */
    void add(Lint lint, Placed<?> subject, String field, String message, String fix) {
        add(lint, lint.severity(), subject, field, message, fix);
    }

    /** Adds one. */
    void add(Lint lint, Severity severity, Placed<?> subject, String field, String message, String fix) {
        PolicyDocument document = subject.document();
        boolean accepted = accepted(document).anyMatch(lint.id()::equals);
        all.add(new LintFinding(lint, severity, document, field, message, fix, accepted));
    }

    /** Adds what is accepted and does not exist: a misspelt id would accept nothing. */
    void addUnknown(Placed<?> subject) {
        accepted(subject.document())
                .filter(id -> Lint.find(id).isEmpty())
                .forEach(id -> add(
                        Lint.UNKNOWN_LINT,
                        subject,
                        "metadata.annotations",
                        "the annotation " + ACCEPTS + " names " + Quoted.of(id) + ", which is no lint",
                        "take the id from the brackets behind a finding"));
    }

    private static Stream<String> accepted(PolicyDocument document) {
        JsonNode annotations = document.tree().value().path("metadata").path("annotations");
        return Stream.of(annotations.path(ACCEPTS).asText().split(",", -1))
                .map(String::strip)
                .filter(id -> !id.isEmpty());
    }

    /** All, in the order in which they stand in the files. */
    List<LintFinding> sorted() {
        return all.stream()
                .sorted(Comparator.comparing(
                                (LintFinding finding) -> finding.document().file())
                        .thenComparing(LintFinding::place)
                        .thenComparing(LintFinding::lint))
                .toList();
    }
}
