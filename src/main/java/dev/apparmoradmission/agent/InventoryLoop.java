package dev.apparmoradmission.agent;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * The agent's work: look, publish if there is something new to say, wait for the kernel. Only the newest state is ever
 * published; an outage leaves nothing behind to be written later.
 */
final class InventoryLoop {

    private static final int WEAKENINGS_TOLD = 20;

    private final KernelFiles kernel;
    private final InventoryText.Boot boot;
    private final Wakening wakening;
    private final ApiServer server;
    private final Credentials credentials;
    private final boolean identityFromToken;
    private final Pace pace;
    private final Clock clock;
    private final RandomGenerator random;
    private final Journal journal;

    private final Weakenings weakenings = new Weakenings();
    private final Backoff outage;
    private final Backoff refusal;

    private Identity identity;
    private InventoryText text = new InventoryText("", 0, "", List.of());
    private Instant observed = Instant.EPOCH;
    private Optional<Observation> last = Optional.empty();
    private Optional<Held> held = Optional.empty();

    private OptionalLong changedAt = OptionalLong.empty();
    private long refreshAt;
    private long retryAt;
    private int failures;
    private String lastFailure = "";

    /** What the API server has. */
    private record Held(Identity identity, String body) {}

    /**
     * How long it waits for what.
     *
     * @param poll between two looks that nothing announced
     * @param refresh at most between two publications
     * @param quiet after a change, for the next of the same burst
     * @param burst at most for the end of a burst
     * @param outageFirst after the first failure that time may cure
     * @param outageLongest after many of them
     * @param refusalFirst after the first failure that somebody must cure
     * @param refusalLongest after many of them
     */
    record Pace(
            Duration poll,
            Duration refresh,
            Duration quiet,
            Duration burst,
            Duration outageFirst,
            Duration outageLongest,
            Duration refusalFirst,
            Duration refusalLongest) {

        /** As shipped: a change is published within two seconds, of which at most one is spent waiting for its burst to end. */
        static Pace of(Duration poll, Duration refresh) {
            return new Pace(
                    poll,
                    refresh,
                    Duration.ofMillis(200),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(1),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(5));
        }
    }

    /**
     * Nothing is read yet.
     *
     * @param identity the node at the start
     * @param identityFromToken whether a renewed token may tell another uid
     */
    InventoryLoop(
            KernelFiles kernel,
            InventoryText.Boot boot,
            Wakening wakening,
            ApiServer server,
            Credentials credentials,
            Identity identity,
            boolean identityFromToken,
            Pace pace,
            Clock clock,
            RandomGenerator random,
            Journal journal) {
        this.kernel = kernel;
        this.boot = boot;
        this.wakening = wakening;
        this.server = server;
        this.credentials = credentials;
        this.identity = identity;
        this.identityFromToken = identityFromToken;
        this.pace = pace;
        this.clock = clock;
        this.random = random;
        this.journal = journal;
        this.outage = new Backoff(pace.outageFirst(), pace.outageLongest(), random);
        this.refusal = new Backoff(pace.refusalFirst(), pace.refusalLongest(), random);
    }

    /** Works until it is interrupted. */
    void run() throws InterruptedException {
        refreshAt = System.nanoTime();
        retryAt = refreshAt;
        boolean announced = true;
        while (true) {
            look(announced);
            if (isDue()) {
                publish();
            }
            if (!isNews()) {
                // Most often the number that the kernel tells first, or a profile replaced by an equal one.
                changedAt = OptionalLong.empty();
            }
            Optional<Wakening.Woken> woken = wakening.await(untilNext(), pace.quiet(), pace.burst());
            announced = woken.isPresent();
            if (woken.isPresent()) {
                long at = woken.get().at();
                changedAt = OptionalLong.of(changedAt.orElse(at));
            } else if (failures == 0) {
                server.rest();
            }
        }
    }

    private void look(boolean announced) {
        if (identityFromToken) {
            renewIdentity();
        }
        observed = clock.instant();
        Observation observation = kernel.observe(announced);
        if (last.isPresent() && last.get().equals(observation)) {
            return;
        }
        last = Optional.of(observation);
        if (observation instanceof Observation.Enabled enabled) {
            tell(weakenings.noticed(enabled.list().profiles(), observed));
        }
        InventoryText now = InventoryText.of(observation, boot, weakenings.newestFirst());
        if (!now.problem().equals(text.problem())) {
            if (now.problem().isEmpty()) {
                journal.info("the list can be told again");
            } else {
                journal.error(now.problem() + " (published as a problem: the node counts as unknown)");
            }
        }
        if (!now.remarks().equals(text.remarks())) {
            now.remarks().forEach(remark -> journal.warn("left out of the list: " + remark));
        }
        text = now;
    }

    private void tell(List<Weakenings.Weakening> noticed) {
        noticed.stream()
                .limit(WEAKENINGS_TOLD)
                .forEach(weakening -> journal.warn("profile weakened or gone: " + weakening.describe()));
        if (noticed.size() > WEAKENINGS_TOLD) {
            journal.warn("profiles weakened or gone: and " + (noticed.size() - WEAKENINGS_TOLD) + " more");
        }
    }

    /** The kubelet renews the token; where the Node was made anew under the same name, the new token tells its new uid. */
    private void renewIdentity() {
        try {
            Optional<Identity> told = credentials.identity();
            if (told.isPresent()
                    && told.get().node().equals(identity.node())
                    && !told.get().equals(identity)
                    && Names.UID.fits(told.get().uid())) {
                journal.info("the Node has a new uid: " + told.get().uid());
                identity = told.get();
            }
        } catch (AgentFailure unreadable) {
            // The next attempt to publish meets it again, and tells.
        }
    }

    private boolean isNews() {
        return held.isEmpty()
                || !held.get().identity().equals(identity)
                || !held.get().body().equals(text.body());
    }

    private boolean isDue() {
        long now = System.nanoTime();
        return (isNews() || now - refreshAt >= 0) && now - retryAt >= 0;
    }

    private Duration untilNext() {
        long now = System.nanoTime();
        long next = refreshAt - now;
        if (isNews() || next <= 0) {
            next = retryAt - now;
        }
        return Duration.ofNanos(Math.max(0, Math.min(next, pace.poll().toNanos())));
    }

    private void publish() throws InterruptedException {
        boolean news = isNews();
        long started = System.nanoTime();
        Publication publication = server.apply(identity, text.at(observed));
        if (publication instanceof Publication.Acknowledged) {
            held = Optional.of(new Held(identity, text.body()));
            succeeded(news, started);
        } else if (publication instanceof Publication.Postponed postponed) {
            Duration wait = outage.next();
            failed(
                    postponed.reason(),
                    postponed.pause().filter(asked -> asked.compareTo(wait) > 0).orElse(wait),
                    false);
        } else if (publication instanceof Publication.Refused refused) {
            failed(refused.reason(), refusal.next(), true);
        }
    }

    private void succeeded(boolean news, long started) {
        long now = System.nanoTime();
        long whole = pace.refresh().toNanos();
        // Scattered, so that a fleet that started together does not stay together.
        refreshAt = now + whole - random.nextLong(whole / 4 + 1);
        retryAt = now;
        String after = failures == 0 ? "" : ", after " + failures + " failed attempts";
        outage.reset();
        refusal.reset();
        failures = 0;
        lastFailure = "";
        String took = changedAt.isPresent()
                ? ", " + millis(changedAt.getAsLong(), now) + " ms after the change"
                : ", in " + millis(started, now) + " ms";
        journal.info((news ? "published " : "refreshed ") + ConfigMapJson.name(identity.node()) + ": " + summary()
                + wakening.revisionText() + took + after);
    }

    private String summary() {
        if (!text.problem().isEmpty()) {
            return "a problem";
        }
        return text.body().startsWith("# apparmor: disabled")
                ? "AppArmor is off"
                : text.profiles() + (text.profiles() == 1 ? " profile" : " profiles");
    }

    private void failed(String reason, Duration wait, boolean forGood) {
        failures++;
        retryAt = System.nanoTime() + wait.toNanos();
        if (!reason.equals(lastFailure)) {
            lastFailure = reason;
            String line = "not published: " + reason + "; next attempt in " + Math.max(1, wait.toSeconds())
                    + " s, and on until it works, told once";
            if (forGood) {
                journal.error(line);
            } else {
                journal.warn(line);
            }
        }
    }

    private static long millis(long from, long to) {
        return Duration.ofNanos(to - from).toMillis();
    }
}
