package dev.apparmoradmission.report;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.Places;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A workload of a file and what was decided about it.
 *
 * @param file the file as it was given; {@code -} for standard input; empty for an object of a cluster
 * @param document the document in the file, counted from 1
 * @param kind the kind of the object
 * @param namespace its namespace
 * @param name its name; may be empty
 * @param places where its parts stand in the file
 * @param decision what was decided
 * @param known findings that are known from before and put up with
 */
public record Judgement(
        String file,
        int document,
        String kind,
        String namespace,
        String name,
        Places places,
        Decision decision,
        Set<Finding> known) {

    /** How it stands with a workload. */
    public enum Verdict {
        /** Allowed, and nothing to say. */
        OK,
        /** Allowed with warnings. */
        WARN,
        /** Denied, for nothing that was not known before. */
        KNOWN,
        /** Denied. */
        DENIED
    }

    /** Copies the set. */
    public Judgement {
        known = Set.copyOf(known);
    }

    /** The same, of which some findings are known from before. */
    public Judgement knowing(Set<Fingerprint> before) {
        if (before.isEmpty()) {
            return this;
        }
        Set<Finding> found = decision.findings().stream()
                .filter(finding -> before.contains(Fingerprint.of(this, finding)))
                .collect(Collectors.toSet());
        return new Judgement(file, document, kind, namespace, name, places, decision, found);
    }

    /** How it stands with this one. */
    public Verdict verdict() {
        if (!decision.allowed()) {
            return isDeniedAnew() ? Verdict.DENIED : Verdict.KNOWN;
        }
        return isWarned() ? Verdict.WARN : Verdict.OK;
    }

    /** Whether it is denied for something that was not known before. */
    public boolean isDeniedAnew() {
        return decision.findings(Action.ENFORCE).stream().anyMatch(finding -> !isKnown(finding));
    }

    /** Whether a finding is known from before. */
    public boolean isKnown(Finding finding) {
        return known.contains(finding);
    }

    /** Whether anybody is warned about it. */
    public boolean isWarned() {
        return !decision.notes().isEmpty() || !decision.findings(Action.WARN).isEmpty();
    }

    /** Whether it is an object of a cluster, which stands in no file. */
    public boolean isLive() {
        return file.isEmpty();
    }

    /** Where the very field stands that a finding is about. */
    public Place place(Finding finding) {
        return new FieldPlace(finding, decision, places).find();
    }

    /** Kind, namespace and name on one line. */
    public String subject() {
        return Printable.of(kind) + " " + Printable.of(namespace) + "/"
                + (name.isEmpty() ? "(no name)" : Printable.of(name));
    }
}
