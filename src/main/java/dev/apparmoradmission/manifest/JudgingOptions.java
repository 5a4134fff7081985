package dev.apparmoradmission.manifest;

import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.ProfileLists;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/**
 * What a command judges by, as its options give it (contract §7): the same options at each.
 *
 * @param policies files and directories of policies
 * @param cluster the files that stand for a cluster
 * @param now the instant to judge at, where it is not the present
 */
public record JudgingOptions(List<Path> policies, ClusterFiles cluster, Optional<Instant> now) {

    private static final String POLICY = "--policy";
    private static final String INVENTORY = "--inventory";
    private static final String NODES = "--nodes";
    private static final String NAMESPACES = "--namespaces";
    private static final String NOW = "--now";

    /** Those that are files which stand for a cluster. */
    public static final List<String> FILES = List.of(INVENTORY, NODES, NAMESPACES);

    private static final PolicySet NOTHING = new PolicySet(List.of(), Map.of(), "");

    /** Copies the list. */
    public JudgingOptions {
        policies = List.copyOf(policies);
    }

    /** Adds the options to a command. */
    public static void declare(CommandSpec spec) {
        Options.many(spec, POLICY, "DIR", "a directory or file with policies, repeatable (default: policies)");
        declareFiles(spec);
        Options.one(spec, NOW, "INSTANT", "judge as of this RFC 3339 instant (default: now)");
    }

    /** Adds those of the files that stand for a cluster, to a command that has the others already. */
    public static void declareFiles(CommandSpec spec) {
        Options.many(spec, INVENTORY, "FILE", "inventory ConfigMaps as YAML or JSON, repeatable");
        Options.many(
                spec,
                NODES,
                "FILE",
                "Nodes, as kubectl get nodes -o yaml prints them; without it every node of the"
                        + " inventory is eligible");
        Options.many(
                spec,
                NAMESPACES,
                "FILE",
                "Namespaces, as kubectl get namespaces -o yaml prints them, for namespaceSelector");
    }

    /**
     * Reads the options.
     *
     * @throws picocli.CommandLine.ParameterException where they make no sense
     */
    public static JudgingOptions of(ParseResult parsed) {
        List<Path> policies = Options.paths(parsed, POLICY);
        return new JudgingOptions(
                policies.isEmpty() ? List.of(Path.of("policies")) : policies,
                new ClusterFiles(
                        Options.paths(parsed, INVENTORY),
                        Options.paths(parsed, NODES),
                        Options.paths(parsed, NAMESPACES)),
                Options.instant(parsed, NOW));
    }

    /**
     * Reads the files.
     *
     * @param problems takes a line for each thing that is wrong with the policies
     * @param warnings takes a line for each thing in the inventory that could not be understood and was left out
     * @return what to judge by; absent where the policies were refused
     * @throws UnreadableInputException where a file that stands for the cluster cannot be read
     */
    public Optional<Snapshot> read(Consumer<String> problems, Consumer<String> warnings)
            throws UnreadableInputException {
        Optional<PolicyReading.Accepted> accepted = policies(problems);
        // What is wrong with the other files is told at once as well.
        Snapshot snapshot = snapshot(accepted.map(PolicyReading.Accepted::set).orElse(NOTHING), warnings);
        return accepted.map(reading -> snapshot);
    }

    /**
     * Reads the policies alone.
     *
     * @param problems takes a line for each thing that is wrong with them
     * @return absent where they were refused
     */
    public Optional<PolicyReading.Accepted> policies(Consumer<String> problems) {
        PolicyReading reading = new PolicyDirectories(policies).read();
        if (reading instanceof PolicyReading.Refused refused) {
            refused.problems().forEach(problem -> problems.accept(problem.toString()));
        }
        return reading instanceof PolicyReading.Accepted accepted ? Optional.of(accepted) : Optional.empty();
    }

    /**
     * Reads the files that stand for the cluster.
     *
     * @param set the policies
     * @param warnings takes a line for each thing in the inventory that could not be understood and was left out
     * @throws UnreadableInputException where one cannot be read
     */
    public Snapshot snapshot(PolicySet set, Consumer<String> warnings) throws UnreadableInputException {
        ClusterFiles.View view = cluster.read(new InventoryReader(new ProfileLists()), TransientTaints.WELL_KNOWN);
        view.problems().forEach(problem -> warnings.accept(problem.describe()));
        return new Snapshot(set, view.nodes(), view.namespaces(), false);
    }

    /** The instant to judge at, in whole seconds where it is the present. */
    public Instant instant(Clock clock) {
        return now.orElseGet(() -> clock.instant().truncatedTo(ChronoUnit.SECONDS));
    }
}
