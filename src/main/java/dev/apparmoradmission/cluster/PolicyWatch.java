package dev.apparmoradmission.cluster;

import dev.apparmoradmission.cluster.PolicyDirectories.Found;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.PolicyProblem;
import dev.apparmoradmission.wire.PolicyReading;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Keeps the policies in force in step with their files. A set is swapped as a whole, by one write of one reference; files that
 * are broken change nothing.
 */
public final class PolicyWatch implements AutoCloseable {

    private final PolicyDirectories directories;
    private final PolicyListener listener;
    private final AtomicReference<PolicySet> current;
    private final ContentWatch<Found> watch;

    private PolicyWatch(
            PolicyDirectories directories,
            PolicySet first,
            ContentWatch.Seen<Found> seen,
            PolicyListener listener,
            ContentWatch.Pace pace) {
        this.directories = directories;
        this.listener = listener;
        this.current = new AtomicReference<>(first);
        this.watch = new ContentWatch<>("policy-watch", seen, directories::find, this::changed, pace);
    }

    /**
     * Reads the policies, and watches them from then on.
     *
     * @param directories where they are
     * @param listener told of the first set before this returns, and of each later change
     * @param pace how often to look
     * @throws RefusedPoliciesException when they are not good: there is no last good set to fall back to
     */
    public static PolicyWatch start(PolicyDirectories directories, PolicyListener listener, ContentWatch.Pace pace)
            throws RefusedPoliciesException {
        ContentWatch.Seen<Found> seen = directories.find();
        PolicyReading reading = directories.read(seen.content());
        if (reading instanceof PolicyReading.Accepted accepted) {
            listener.started(accepted.set());
            return new PolicyWatch(directories, accepted.set(), seen, listener, pace);
        }
        throw new RefusedPoliciesException(((PolicyReading.Refused) reading).problems());
    }

    /** The policies in force. */
    public PolicySet current() {
        return current.get();
    }

    private void changed(Found found) {
        PolicyReading reading = read(found);
        if (reading instanceof PolicyReading.Accepted accepted) {
            current.set(accepted.set());
            listener.accepted(accepted.set());
        } else if (reading instanceof PolicyReading.Refused refused) {
            listener.refused(refused.problems(), current.get());
        }
    }

    /** A defect of ours must not end the watch in silence, for then no later edit would count either. */
    private PolicyReading read(Found found) {
        try {
            return directories.read(found);
        } catch (RuntimeException | StackOverflowError e) {
            return new PolicyReading.Refused(List.of(
                    new PolicyProblem("policies", Place.START, "", "cannot be read, by a defect of ours: " + e)));
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
