package dev.apparmoradmission.cluster.tls;

import dev.apparmoradmission.cluster.leader.ElectionReports;
import dev.apparmoradmission.cluster.leader.Refusal;
import dev.apparmoradmission.cluster.tls.TlsReports.Matter;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Tells a trouble once, and once when it is over. Safe for use by several threads. */
final class TlsTroubles implements ElectionReports {

    /** The file that gives the rights, as a message names it. */
    private static final String RIGHTS = "deploy/components/self-managed-tls/rbac-self-managed-tls.yaml";

    /** What can be in trouble, each apart from the others. */
    enum Work {
        ELECT(Matter.ACCESS, "elect who keeps the certificates"),
        READ(Matter.ACCESS, "read the Secret with the certificates"),
        WRITE(Matter.ACCESS, "write the Secret with the certificates"),
        TRUST(Matter.ACCESS, "put the CA into the webhook configurations"),
        CONTENT(Matter.SECRET, "serve by the Secret"),
        BUNDLE(Matter.BUNDLE, "keep the CA in the webhook configurations"),
        CLOCK(Matter.CLOCK, "trust the clock of this machine"),
        ROUND(Matter.DEFECT, "look after the certificates");

        private final Matter matter;
        private final String does;

        Work(Matter matter, String does) {
            this.matter = matter;
            this.does = does;
        }
    }

    private final TlsReports reports;
    private final Map<Work, String> told = new EnumMap<>(Work.class);

    TlsTroubles(TlsReports reports) {
        this.reports = reports;
    }

    @Override
    public void canElect() {
        can(Work.ELECT);
    }

    @Override
    public void cannotElect(Refusal refusal) {
        cannot(Work.ELECT, refusal);
    }

    void cannot(Work work, Refusal refusal) {
        cannot(
                work,
                refusal.line()
                        + (refusal.kind() == Refusal.Kind.FORBIDDEN
                                ? ". Apply " + RIGHTS + ", which apparmor-admission.tls.mode=self-managed needs"
                                : ""));
    }

    synchronized void cannot(Work work, String why) {
        String line = "Cannot " + work.does + ": " + why;
        if (!line.equals(told.put(work, line))) {
            reports.problem(work.matter, line);
            reports.standing(List.copyOf(told.values()));
        }
    }

    synchronized void can(Work work) {
        if (told.remove(work) != null) {
            reports.solved(work.matter, "Can " + work.does + " again");
            reports.standing(List.copyOf(told.values()));
        }
    }
}
