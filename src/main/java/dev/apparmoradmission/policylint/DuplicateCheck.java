package dev.apparmoradmission.policylint;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.report.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Two documents whose specs say the same, as copies that were never edited do. */
final class DuplicateCheck implements Check {

    @Override
    public void examine(Facts facts, Findings findings) {
        duplicates(facts.policies(), findings);
        duplicates(facts.grants(), findings);
    }

    private static void duplicates(List<? extends Placed<?>> documents, Findings findings) {
        List<Placed<?>> before = new ArrayList<>();
        for (Placed<?> one : documents) {
            Optional<Placed<?>> same = before.stream()
                    .filter(other -> spec(other).equals(spec(one)))
                    .findFirst();
            same.ifPresent(other -> findings.add(
                    Lint.DUPLICATE,
                    one,
                    "spec",
                    "says the same as " + Quoted.of(other.document().name()) + " in "
                            + Printable.of(other.document().file()),
                    "remove one of the two, or edit the copy"));
            before.add(one);
        }
    }

    private static Object spec(Placed<?> placed) {
        return placed.document().tree().value().path("spec");
    }
}
