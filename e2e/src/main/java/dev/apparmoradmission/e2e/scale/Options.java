package dev.apparmoradmission.e2e.scale;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a run is to measure.
 *
 * @param nodes how many nodes there are
 * @param churn inventory updates a second
 * @param duration how long each phase takes: at rest, under churn, under churn with reviews
 * @param probes how often the time from an inventory change to the changed verdict is taken
 * @param kwok the program that sends the nodes' heartbeats; absent: the run sends them itself, at the same rate
 * @param jvm options of the webhook's JVM, after those it is meant to have
 */
public record Options(int nodes, int churn, Duration duration, int probes, Optional<String> kwok, List<String> jvm) {
    static final String USAGE =
            "[--nodes N] [--churn UPDATES-A-SECOND] [--seconds A-PHASE] [--probes N] [--kwok PROGRAM] [--jvm OPTION]...";

    /** Copies the list. */
    public Options {
        if (nodes < 20 || churn < 1 || probes < 1 || duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException("at least 20 nodes, 1 update a second, 1 probe, 1 second");
        }
        jvm = List.copyOf(jvm);
    }

    /** The usual run. */
    public static Options usual() {
        return new Options(5_000, 20, Duration.ofSeconds(60), 200, Optional.empty(), List.of());
    }

    /** Reads a command line, such as {@link #USAGE} shows. */
    static Options of(String... arguments) {
        Options read = usual();
        List<String> rest = Arrays.asList(arguments);
        for (int i = 0; i < rest.size(); i += 2) {
            if (i + 1 == rest.size()) {
                throw new IllegalArgumentException(rest.get(i) + " needs a value");
            }
            read = read.with(rest.get(i), rest.get(i + 1));
        }
        return read;
    }

    private Options with(String name, String value) {
        return switch (name) {
            case "--nodes" -> new Options(Integer.parseInt(value), churn, duration, probes, kwok, jvm);
            case "--churn" -> new Options(nodes, Integer.parseInt(value), duration, probes, kwok, jvm);
            case "--seconds" -> new Options(nodes, churn, Duration.ofSeconds(Long.parseLong(value)), probes, kwok, jvm);
            case "--probes" -> new Options(nodes, churn, duration, Integer.parseInt(value), kwok, jvm);
            case "--kwok" -> new Options(nodes, churn, duration, probes, Optional.of(value), jvm);
            case "--jvm" -> {
                List<String> more = new java.util.ArrayList<>(jvm);
                more.add(value);
                yield new Options(nodes, churn, duration, probes, kwok, more);
            }
            default -> throw new IllegalArgumentException("unknown option " + name);
        };
    }
}
