package dev.apparmoradmission.cluster.placement;

import dev.apparmoradmission.cluster.leader.ElectionReports;
import dev.apparmoradmission.cluster.leader.Refusal;
import java.util.EnumSet;
import java.util.Set;

/** Tells a trouble once when it begins, and once when it is over. Safe for use by several threads. */
final class Troubles implements ElectionReports {

    /** The file that gives the rights, as a message names it. */
    static final String RIGHTS = "deploy/placement/rbac-placement.yaml";

    /** What can be in trouble. */
    enum Work {
        ELECTION("elect a leader for placement"),
        LABELS("write node labels"),
        PODS("watch held pods"),
        GATES("release held pods");

        private final String does;

        Work(String does) {
            this.does = does;
        }
    }

    private final PlacementReports reports;
    private final Set<Work> told = EnumSet.noneOf(Work.class);

    Troubles(PlacementReports reports) {
        this.reports = reports;
    }

    @Override
    public void canElect() {
        can(Work.ELECTION);
    }

    @Override
    public void cannotElect(Refusal refusal) {
        cannot(Work.ELECTION, refusal);
    }

    /** The work cannot be done. */
    synchronized void cannot(Work work, Refusal refusal) {
        if (told.add(work)) {
            reports.problem("Cannot " + work.does + ": " + refusal.line()
                    + (refusal.kind() == Refusal.Kind.FORBIDDEN
                            ? ". Apply " + RIGHTS + ", which policies with placement Steer or Hold or"
                                    + " onUnsupportedNode Pin need; until then their pods stay pending"
                            : ""));
        }
    }

    /** The work can be done. */
    synchronized void can(Work work) {
        if (told.remove(work)) {
            reports.solved("Can " + work.does + " again");
        }
    }
}
