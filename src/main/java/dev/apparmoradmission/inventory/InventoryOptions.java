package dev.apparmoradmission.inventory;

import dev.apparmoradmission.command.Options;
import dev.apparmoradmission.wire.DurationText;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code inventory} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param inventory files of inventory ConfigMaps; none to ask the cluster
 * @param nodes files of Nodes
 * @param context the context of the kubeconfig, where not the current one
 * @param namespace where the cluster's inventory ConfigMaps are
 * @param profile the one profile to be looked for
 * @param poolLabel the label of nodes that ought to be equal
 * @param maxAge how long a list is believed; absent for ever
 * @param now the instant to judge at, where it is not the present
 * @param output the form of the report
 * @param all whether every node gets a line of its own
 * @param failOn what makes it fail
 */
record InventoryOptions(
        boolean help,
        List<Path> inventory,
        List<Path> nodes,
        Optional<String> context,
        String namespace,
        Optional<String> profile,
        Optional<String> poolLabel,
        Optional<Duration> maxAge,
        Optional<Instant> now,
        Output output,
        boolean all,
        FailOn failOn) {

    /** Forms of report. */
    enum Output {
        TEXT,
        JSON
    }

    /** What makes the command fail. */
    enum FailOn {
        /** Differences, and nodes that are not known. */
        DIFFERENCE,
        /** Nodes that are not known. */
        UNKNOWN,
        /** Nothing. */
        NEVER
    }

    private static final String INVENTORY = "--inventory";
    private static final String NODES = "--nodes";
    private static final String CONTEXT = "--context";
    private static final String NAMESPACE = "--namespace";
    private static final String PROFILE = "--profile";
    private static final String POOL_LABEL = "--pool-label";
    private static final String MAX_AGE = "--max-age";
    private static final String NOW = "--now";
    private static final String OUTPUT = "--output";
    private static final String ALL = "--all";
    private static final String FAIL_ON = "--fail-on";

    private static final String DEFAULT_NAMESPACE = "apparmor-admission";
    private static final Duration DEFAULT_MAX_AGE = Duration.ofHours(24);
    private static final String FOR_EVER = "never";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static InventoryOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        List<Path> inventory = Options.paths(parsed, INVENTORY);
        List<Path> nodes = Options.paths(parsed, NODES);
        if (inventory.isEmpty() && !nodes.isEmpty()) {
            throw Options.problem(parsed, NODES + " needs " + INVENTORY + ": files and a cluster do not mix");
        }
        if (!inventory.isEmpty() && (parsed.hasMatchedOption(CONTEXT) || parsed.hasMatchedOption(NAMESPACE))) {
            throw Options.problem(
                    parsed, CONTEXT + " and " + NAMESPACE + " are for a cluster, which is not asked with " + INVENTORY);
        }
        Optional<String> profile = Options.text(parsed, PROFILE);
        if (profile.filter(String::isEmpty).isPresent()) {
            throw Options.problem(parsed, PROFILE + " needs a name");
        }
        return new InventoryOptions(
                parsed.isUsageHelpRequested(),
                inventory,
                nodes,
                Options.text(parsed, CONTEXT),
                Options.text(parsed, NAMESPACE).orElse(DEFAULT_NAMESPACE),
                profile,
                Options.text(parsed, POOL_LABEL),
                maxAge(parsed),
                Options.instant(parsed, NOW),
                Options.choice(parsed, OUTPUT, Output.values(), Output.TEXT),
                parsed.hasMatchedOption(ALL),
                Options.choice(parsed, FAIL_ON, FailOn.values(), FailOn.DIFFERENCE));
    }

    private static Optional<Duration> maxAge(ParseResult parsed) {
        String text = Options.text(parsed, MAX_AGE).orElse("");
        if (text.isEmpty()) {
            return Optional.of(DEFAULT_MAX_AGE);
        }
        if (text.equals(FOR_EVER)) {
            return Optional.empty();
        }
        Optional<Duration> duration = DurationText.parse(text).filter(length -> !length.isZero());
        if (duration.isEmpty()) {
            throw Options.problem(parsed, MAX_AGE + ": not a duration such as 24h or 1d12h, nor never: " + text);
        }
        return duration;
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("inventory");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar inventory [OPTION...]")
                .description(
                        "Shows what each node really has: whether its list is believed, how old it is,",
                        "what it holds, and in what it differs from the nodes that it ought to equal.",
                        "Without --inventory it asks the cluster that kubectl would ask.")
                .footer(
                        "",
                        "Nodes ought to be equal that bear the same --pool-label; without it, the same",
                        "label of a node pool (Karpenter, EKS, GKE, AKS, kops and others), or else the",
                        "same role and runtime.",
                        "",
                        "Exit codes: 0 all is well; 1 a node is not known or differs from its pool, or",
                        "the --profile is not enforced on each node; 2 bad usage, or input that cannot",
                        "be read.");
        Options.one(spec, PROFILE, "NAME", "tell where this profile is, in which mode, and where it is missing");
        Options.many(spec, INVENTORY, "FILE", "inventory ConfigMaps as YAML or JSON instead of a cluster, repeatable");
        Options.many(spec, NODES, "FILE", "Nodes, as kubectl get nodes -o yaml prints them, repeatable");
        Options.one(spec, CONTEXT, "NAME", "the context of the kubeconfig (default: its current one)");
        Options.one(spec, NAMESPACE, "NAME", "where the inventory ConfigMaps are (default: " + DEFAULT_NAMESPACE + ")");
        Options.one(spec, POOL_LABEL, "KEY", "nodes with the same value of this label ought to be equal");
        Options.one(spec, MAX_AGE, "DURATION", "older lists are not believed; never for no limit (default: 24h)");
        Options.one(spec, NOW, "INSTANT", "judge as of this RFC 3339 instant (default: now)");
        Options.one(spec, OUTPUT, "FORM", Options.names(Output.values()) + " (default: text)");
        Options.flag(spec, ALL, "a line for each node, however many are alike");
        Options.one(
                spec,
                FAIL_ON,
                "WHAT",
                Options.names(FailOn.values()) + " (default: difference, which includes unknown)");
        Options.help(spec);
        return spec;
    }
}
