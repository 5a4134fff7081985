package dev.apparmoradmission.doctor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Takes down what the checks find. */
final class Sheet {

    private final Set<Finding> findings = new LinkedHashSet<>();
    private final Set<Unchecked> unchecked = new LinkedHashSet<>();

    /** The part of the sheet that one area writes to. */
    final class Column {
        private final Area area;

        private Column(Area area) {
            this.area = area;
        }

        void error(String id, String subject, String problem, String fix) {
            add(Severity.ERROR, id, subject, problem, fix);
        }

        void warning(String id, String subject, String problem, String fix) {
            add(Severity.WARNING, id, subject, problem, fix);
        }

        void note(String id, String subject, String problem, String fix) {
            add(Severity.NOTE, id, subject, problem, fix);
        }

        void add(Severity severity, String id, String subject, String problem, String fix) {
            findings.add(new Finding(area, severity, id, subject, problem, fix));
        }

        /** Something could not be looked at: never the same as that it is sound. */
        void unchecked(String what, String reason) {
            unchecked.add(new Unchecked(area, what, reason));
        }
    }

    Column column(Area area) {
        return new Column(area);
    }

    Diagnosis diagnosis() {
        List<Finding> sorted = new ArrayList<>(findings);
        // Stable: within these, in the order in which the checks look.
        sorted.sort(Comparator.comparing(Finding::area).thenComparing(Finding::severity));
        List<Unchecked> left = new ArrayList<>(unchecked);
        left.sort(Comparator.comparing(Unchecked::area));
        return new Diagnosis(sorted, left);
    }
}
