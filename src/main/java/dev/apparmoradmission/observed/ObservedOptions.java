package dev.apparmoradmission.observed;

import dev.apparmoradmission.cluster.LiveCluster;
import dev.apparmoradmission.cluster.ObservedCluster;
import dev.apparmoradmission.cluster.SnapshotDirectory;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.command.Options;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Which cluster a command looks at, and at what of it, as its options say: the same options at each.
 *
 * @param policies files and directories of policies
 * @param context the context of the kubeconfig, where not the current one
 * @param snapshot the directory of a snapshot to look at instead of a cluster
 * @param namespaces where to look; none for everywhere
 * @param inventoryNamespace where the inventory ConfigMaps are
 * @param now the instant to judge at, where it is given
 */
public record ObservedOptions(
        List<Path> policies,
        Optional<String> context,
        Optional<Path> snapshot,
        List<String> namespaces,
        String inventoryNamespace,
        Optional<Instant> now) {

    private static final String POLICY = "--policy";
    private static final String CONTEXT = "--context";
    private static final String SNAPSHOT = "--snapshot";
    private static final String NAMESPACE = "--namespace";
    private static final String INVENTORY_NAMESPACE = "--inventory-namespace";
    private static final String NOW = "--now";

    /** Those that say which cluster, or where in it. */
    public static final List<String> WHERE = List.of(CONTEXT, SNAPSHOT, NAMESPACE, INVENTORY_NAMESPACE);

    private static final String DEFAULT_INVENTORY_NAMESPACE = "apparmor-admission";

    /** Copies the lists. */
    public ObservedOptions {
        policies = List.copyOf(policies);
        namespaces = List.copyOf(namespaces);
    }

    /** Adds the options to a command's. */
    public static void declare(CommandSpec spec) {
        Options.many(spec, POLICY, "DIR", "a directory or file with policies, repeatable (default: policies)");
        declareAllButPolicies(spec);
    }

    /** Adds all of them but the policies, to a command that has its own way to name those. */
    public static void declareAllButPolicies(CommandSpec spec) {
        declareCluster(spec);
        declareNamespace(spec);
        Options.one(
                spec,
                NOW,
                "INSTANT",
                "judge as of this RFC 3339 instant (default: now; of a snapshot: when it was taken)");
    }

    /** Adds those that say which cluster, to a command that looks at all of it and has the others already. */
    public static void declareCluster(CommandSpec spec) {
        Options.one(
                spec, SNAPSHOT, "DIR", "look at a snapshot of a cluster, which snapshot has made, not at a live one");
        declareLive(spec);
    }

    /** Adds those that say which live cluster. */
    private static void declareLive(CommandSpec spec) {
        Options.one(spec, CONTEXT, "NAME", "the context of the kubeconfig (default: its current one)");
        Options.one(
                spec,
                INVENTORY_NAMESPACE,
                "NAME",
                "where the inventory ConfigMaps are (default: " + DEFAULT_INVENTORY_NAMESPACE + ")");
    }

    private static void declareNamespace(CommandSpec spec) {
        Options.many(spec, NAMESPACE, "NAME", "look only there, repeatable (default: everywhere)");
    }

    /** Adds those that say where to look in a live cluster, to a command that judges nothing. */
    public static void declareWhere(CommandSpec spec) {
        declareLive(spec);
        declareNamespace(spec);
    }

    /** Whether a cluster or a snapshot is asked for, to a command that can do without. */
    public static boolean areGiven(ParseResult parsed) {
        return Stream.of(CONTEXT, SNAPSHOT, INVENTORY_NAMESPACE).anyMatch(parsed::hasMatchedOption);
    }

    /**
     * Takes them from the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    public static ObservedOptions of(ParseResult parsed) {
        Optional<Path> snapshot = Options.path(parsed, SNAPSHOT);
        if (snapshot.isPresent()
                && (parsed.hasMatchedOption(CONTEXT) || parsed.hasMatchedOption(INVENTORY_NAMESPACE))) {
            throw Options.problem(
                    parsed,
                    CONTEXT + " and " + INVENTORY_NAMESPACE + " are for a live cluster, which is not asked with "
                            + SNAPSHOT);
        }
        List<Path> policies = Options.paths(parsed, POLICY);
        return new ObservedOptions(
                policies.isEmpty() ? List.of(Path.of("policies")) : policies,
                Options.text(parsed, CONTEXT),
                snapshot,
                parsed.<List<String>>matchedOptionValue(NAMESPACE, List.of()),
                Options.text(parsed, INVENTORY_NAMESPACE).orElse(DEFAULT_INVENTORY_NAMESPACE),
                Options.instant(parsed, NOW));
    }

    /**
     * Opens the live cluster.
     *
     * @param instead what to do where there is none, beside setting KUBECONFIG
     * @throws UnreadableInputException with one line, where there is none
     */
    public LiveCluster openLive(String instead) throws UnreadableInputException {
        return LiveCluster.open(context, inventoryNamespace, instead);
    }

    /**
     * Opens the cluster, or the snapshot.
     *
     * @throws UnreadableInputException with one line, where there is none
     */
    public ObservedCluster open() throws UnreadableInputException {
        return snapshot.isPresent()
                ? SnapshotDirectory.open(snapshot.get())
                : openLive("give --snapshot DIR, or use check, which judges files");
    }

    /** The instant to judge at: the one given, else when the snapshot was taken, else the present in whole seconds. */
    public Instant instant(ObservedCluster cluster, Clock clock) {
        return now.or(cluster::takenAt).orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.SECONDS));
    }
}
