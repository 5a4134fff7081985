package dev.apparmoradmission.report;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.Places;

/**
 * A workload of a file and what was decided about it.
 *
 * @param file the file as it was given; {@code -} for standard input
 * @param document the document in the file, counted from 1
 * @param kind the kind of the object
 * @param namespace its namespace
 * @param name its name; may be empty
 * @param places where its parts stand in the file
 * @param decision what was decided
 */
public record Judgement(
        String file, int document, String kind, String namespace, String name, Places places, Decision decision) {

    /** How it stands with a workload. */
    public enum Verdict {
        /** Allowed, and nothing to say. */
        OK,
        /** Allowed with warnings. */
        WARN,
        /** Denied. */
        DENIED
    }

    /** How it stands with this one. */
    public Verdict verdict() {
        if (!decision.allowed()) {
            return Verdict.DENIED;
        }
        return isWarned() ? Verdict.WARN : Verdict.OK;
    }

    /** Whether anybody is warned about it. */
    public boolean isWarned() {
        return !decision.notes().isEmpty() || !decision.findings(Action.WARN).isEmpty();
    }

    /** Where a finding stands. */
    public Place place(Finding finding) {
        return places.of(finding.path());
    }

    /** Kind, namespace and name on one line. */
    public String subject() {
        return Printable.of(kind) + " " + Printable.of(namespace) + "/"
                + (name.isEmpty() ? "(no name)" : Printable.of(name));
    }
}
