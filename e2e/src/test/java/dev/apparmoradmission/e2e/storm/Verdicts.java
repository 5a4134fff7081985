package dev.apparmoradmission.e2e.storm;

import java.util.ArrayList;
import java.util.List;

/** Which verdicts were right at which time: of one sort of pod that changes, and either is right while it does. */
final class Verdicts {
    private final List<Change> changes = new ArrayList<>();

    /**
     * A change of the policy.
     *
     * @param denies what it says from then on
     * @param begun before it was written
     * @param settled when each replica judged by it
     */
    record Change(boolean denies, long begun, long settled) {}

    synchronized void changed(boolean denies, long begun, long settled) {
        changes.add(new Change(denies, begun, settled));
    }

    /** Whether that answer is wrong. Before the first change privileged pods are let in. */
    synchronized boolean wrong(Creation creation) {
        return switch (creation.sort()) {
            case PLAIN, LOADED -> !creation.stored() && !creation.failed();
            case UNCONFINED, ABSENT -> !creation.denied() && !creation.failed();
            case PRIVILEGED -> privilegedIsWrong(creation);
        };
    }

    private boolean privilegedIsWrong(Creation creation) {
        if (creation.failed()) {
            return false;
        }
        boolean denies = false;
        for (Change change : changes) {
            if (creation.sent() < change.settled() && creation.answered() > change.begun()) {
                return false;
            }
            if (creation.sent() >= change.settled()) {
                denies = change.denies();
            }
        }
        return creation.stored() == denies;
    }
}
