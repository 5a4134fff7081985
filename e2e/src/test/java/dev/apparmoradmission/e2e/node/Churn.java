package dev.apparmoradmission.e2e.node;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Many changes of profiles at a steady pace. After every few of them it waits until the published list is the kernel's: a state
 * that lasts must not be missed, while those in between may be.
 */
final class Churn {
    private static final String PREFIX = "e2e-churn-";
    private static final int NAMES = 10;
    private static final int CHANGES_A_STATE = 10;
    private static final String[] MODES = {"enforce", "complain"};
    private static final String ABSENT = "absent";
    private static final String DIRECTORY = "/run/apparmor-admission-e2e/churn";

    private final KernelStory story;
    private final Random random = new Random(4);
    private final Map<String, String> state = new HashMap<>();
    private final List<Sample> samples = new ArrayList<>();
    private final List<Double> delays = new ArrayList<>();

    /**
     * What the agent had used.
     *
     * @param seconds since the first change
     * @param changes made so far
     * @param writes of the ConfigMap so far
     * @param resident memory in KiB
     * @param cpu seconds of the processor since its start
     */
    record Sample(double seconds, int changes, int writes, long resident, double cpu) {}

    Churn(KernelStory story) {
        this.story = story;
    }

    static String[] names() {
        String[] names = new String[NAMES];
        for (int i = 0; i < NAMES; i++) {
            names[i] = PREFIX + i;
        }
        return names;
    }

    /** Makes so many changes, evenly spread, and takes so many samples. */
    void run(int changes, Duration within, int howManySamples) throws InterruptedException {
        compile();
        settle();
        delays.clear();
        int before = story.inventory().count();
        long begin = System.nanoTime();
        sample(begin, 0, before);
        for (int i = 1; i <= changes; i++) {
            long due = begin + within.toNanos() / changes * i;
            change();
            if (i % CHANGES_A_STATE == 0) {
                settle();
            }
            if (i % (changes / howManySamples) == 0) {
                sample(begin, i, before);
            }
            TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
        }
        settle();
    }

    /** Compiled beforehand, a change is one write to the kernel, as a loader does it at its end. */
    private void compile() {
        StringBuilder script = new StringBuilder("set -e\nmkdir -p " + DIRECTORY + "\n");
        for (String name : names()) {
            for (String mode : MODES) {
                script.append("apparmor_parser --skip-kernel-load --skip-cache --ofile ")
                        .append(file(name, mode))
                        .append(" <<'PROFILE'\n")
                        .append(KernelProfiles.text(name, mode))
                        .append("PROFILE\n");
            }
        }
        story.kernel().run(script.toString());
    }

    private static String file(String name, String mode) {
        return DIRECTORY + "/" + name + "." + mode;
    }

    /** Takes a profile to another state than it is in: loaded in one of the modes, or not loaded. */
    private void change() {
        String name = names()[random.nextInt(NAMES)];
        List<String> states = new ArrayList<>(List.of(MODES));
        states.add(ABSENT);
        states.remove(state.getOrDefault(name, ABSENT));
        String next = states.get(random.nextInt(states.size()));
        state.put(name, next);
        story.kernel()
                .run(
                        next.equals(ABSENT)
                                ? "printf '%s' " + name + " >/sys/kernel/security/apparmor/.remove"
                                : "cat " + file(name, next) + " >/sys/kernel/security/apparmor/.replace");
    }

    private void settle() {
        long begin = System.nanoTime();
        Set<String> held = story.profiles().publishable();
        Set<String> made = new TreeSet<>();
        state.forEach((name, mode) -> {
            if (!mode.equals(ABSENT)) {
                made.add(name + " (" + mode + ")");
            }
        });
        Set<String> ours = new TreeSet<>(held);
        ours.removeIf(line -> !line.startsWith(PREFIX));
        if (!ours.equals(made)) {
            throw new IllegalStateException("the kernel is to have " + made + " and has " + ours);
        }
        story.await(
                "the published list is the kernel's: " + held,
                () -> story.inventory()
                        .latest()
                        .filter(version -> version.profiles().equals(held))
                        .isPresent());
        delays.add((System.nanoTime() - begin) / 1e9);
    }

    private void sample(long begin, int changes, int before) {
        samples.add(new Sample(
                (System.nanoTime() - begin) / 1e9,
                changes,
                story.inventory().count() - before,
                story.agent().resident(),
                story.agent().cpu()));
    }

    List<Sample> samples() {
        return List.copyOf(samples);
    }

    /** How many states were waited for, and reached. */
    int states() {
        return delays.size();
    }

    /** What was seen, as a table. */
    String table() {
        StringBuilder table = new StringBuilder(
                "| after | changes | lists written | agent resident | agent CPU |\n" + "|---|---|---|---|---|\n");
        for (Sample sample : samples) {
            table.append(String.format(
                    Locale.ROOT,
                    "| %.0f s | %d | %d | %.1f MiB | %.1f s |%n",
                    sample.seconds(),
                    sample.changes(),
                    sample.writes(),
                    sample.resident() / 1024.0,
                    sample.cpu()));
        }
        List<Double> sorted = new ArrayList<>(delays);
        Collections.sort(sorted);
        return table.append(String.format(
                        Locale.ROOT,
                        "%nLasting states waited for: %d, missed: 0. From the question for the kernel's list to the same list at a"
                                + " watch: median %.2f s, longest %.2f s.%n",
                        sorted.size(),
                        sorted.get(sorted.size() / 2),
                        sorted.get(sorted.size() - 1)))
                .toString();
    }
}
