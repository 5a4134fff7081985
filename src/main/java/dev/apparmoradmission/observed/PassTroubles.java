package dev.apparmoradmission.observed;

import dev.apparmoradmission.cluster.leader.ElectionReports;
import dev.apparmoradmission.cluster.leader.Refusal;
import java.util.HashMap;
import java.util.Map;

/** Tells a trouble once when it begins or becomes another, and once when it is over. Safe for use by several threads. */
public final class PassTroubles implements ElectionReports {

    private static final String ELECTION = "elect a leader for reports";

    private final PassReports reports;
    private final Map<String, String> standing = new HashMap<>();

    /** Tells it to these. */
    public PassTroubles(PassReports reports) {
        this.reports = reports;
    }

    @Override
    public void canElect() {
        can(ELECTION);
    }

    @Override
    public void cannotElect(Refusal refusal) {
        cannot(
                ELECTION,
                refusal.line()
                        + (refusal.kind() == Refusal.Kind.FORBIDDEN
                                ? ". Apply deploy/components/reports; until then no report is written"
                                : ""));
    }

    /**
     * Something cannot be done.
     *
     * @param work what
     * @param line why
     */
    public synchronized void cannot(String work, String line) {
        String before = standing.put(work, line);
        if (!line.equals(before)) {
            if (before != null) {
                reports.solved("It is another trouble now: cannot " + work);
            }
            reports.problem("Cannot " + work + ": " + line);
        }
    }

    /** It can be done. */
    public synchronized void can(String work) {
        if (standing.remove(work) != null) {
            reports.solved("Can " + work + " again");
        }
    }

    /** They are another replica's from now on. */
    public synchronized void over() {
        standing.keySet().forEach(work -> reports.solved("Another replica is to " + work + " from now on"));
        standing.clear();
    }
}
