package dev.apparmoradmission.cluster.event;

import dev.apparmoradmission.cluster.ClusterConnection;
import dev.apparmoradmission.cluster.leader.Leadership;
import dev.apparmoradmission.cluster.leader.Refusal;
import dev.apparmoradmission.cluster.leader.Rounds;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.wire.PolicyProblem;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Tells the cluster in an Event that policies were refused, and that they are good again. All replicas tell the same by the same
 * object, so that there is one Event for one problem; as long as the problem stands it is repeated often enough not to be
 * forgotten. A thread of its own writes, and what it cannot write changes nothing for anybody.
 */
public final class PolicyEvents implements AutoCloseable {

    /** The API server forgets Events that were not touched for an hour. */
    private static final Duration REPEAT = Duration.ofMinutes(20);
    /** How long after a write that failed it is tried again. */
    private static final Duration RETRY = Duration.ofMinutes(1);

    private static final Duration IDLE = Duration.ofDays(1);

    private final EventWrites writes;
    private final Consumer<String> trouble;
    private final AtomicReference<Optional<PolicyEvent>> latest = new AtomicReference<>(Optional.empty());
    private final Rounds rounds;
    private Optional<PolicyEvent> told = Optional.empty();
    private int count;
    private boolean failing;

    /**
     * Does not begin yet.
     *
     * @param trouble takes one line when writing begins to fail
     */
    PolicyEvents(EventWrites writes, Consumer<String> trouble) {
        this.writes = writes;
        this.trouble = trouble;
        this.rounds = new Rounds("policy-events", this::round);
    }

    /**
     * Begins, without waiting for anything.
     *
     * @param namespace where the ConfigMap is, and the Events
     * @param configMap the ConfigMap that the Events are about
     * @param trouble takes one line when writing begins to fail
     */
    public static PolicyEvents start(
            ClusterConnection connection, String namespace, String configMap, Clock clock, Consumer<String> trouble) {
        PolicyEvents events = new PolicyEvents(
                new ApiEvents(
                        Leadership.impatient(connection.client()), namespace, configMap, Leadership.identity(), clock),
                trouble);
        events.rounds.start();
        return events;
    }

    /** Files are refused, and the set before them stays in force. Returns at once. */
    public void refused(List<PolicyProblem> problems) {
        String others = problems.size() > 1 ? " (and " + (problems.size() - 1) + " more problems)" : "";
        say(new PolicyEvent(
                true,
                "PoliciesRefused",
                "ReloadPolicies",
                "The policies before stay in force, as a whole" + others + ": " + problems.get(0)));
    }

    /** The files are in force. Told where a refusal was told before. Returns at once. */
    public void accepted(PolicySet set) {
        say(new PolicyEvent(
                false,
                "PoliciesAccepted",
                "ReloadPolicies",
                "The policies are in force again as they stand in the files, hash " + set.hash()));
    }

    private void say(PolicyEvent event) {
        latest.set(Optional.of(event));
        rounds.signal();
    }

    /** What there is to do now; gives how long to wait for the next time if nothing happens. Called by one thread. */
    Duration round() {
        Optional<PolicyEvent> now = latest.get();
        if (now.isEmpty()) {
            return IDLE;
        }
        PolicyEvent event = now.get();
        boolean again = told.filter(event::equals).isPresent();
        if (!event.warning() && (again || told.filter(PolicyEvent::warning).isEmpty())) {
            return IDLE;
        }
        try {
            if (again) {
                repeat(event);
            } else {
                // Another replica, or this one before it was started anew, may have said it.
                count = 1;
                if (!writes.create(event)) {
                    repeat(event);
                }
                told = now;
            }
            failing = false;
            return event.warning() ? REPEAT : IDLE;
        } catch (Refusal | RuntimeException e) {
            if (!failing) {
                trouble.accept("Cannot write an Event about the policies: "
                        + (e instanceof Refusal refusal ? refusal.line() : e.toString()));
            }
            failing = true;
            return RETRY;
        }
    }

    private void repeat(PolicyEvent event) throws Refusal {
        count++;
        if (!writes.repeat(event, count)) {
            count = 1;
            writes.create(event);
        }
    }

    @Override
    public void close() {
        rounds.close();
    }
}
