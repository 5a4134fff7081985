package dev.apparmoradmission.scan;

import dev.apparmoradmission.command.Options;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code scan} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param policies files and directories of policies
 * @param context the context of the kubeconfig, where not the current one
 * @param namespaces where to look; none for everywhere
 * @param inventoryNamespace where the inventory ConfigMaps are
 * @param podsOnly whether templates are left out
 * @param all whether workloads are told of which there is nothing to say
 * @param now the instant to judge at, where it is not the present
 * @param output the form of the report
 * @param failOn what makes it fail
 */
record ScanOptions(
        boolean help,
        List<Path> policies,
        Optional<String> context,
        List<String> namespaces,
        String inventoryNamespace,
        boolean podsOnly,
        boolean all,
        Optional<Instant> now,
        Output output,
        FailOn failOn) {

    /** Forms of report. */
    enum Output {
        TEXT,
        JSON
    }

    /** What makes the command fail. */
    enum FailOn {
        DENY,
        WARN,
        NEVER
    }

    private static final String POLICY = "--policy";
    private static final String CONTEXT = "--context";
    private static final String NAMESPACE = "--namespace";
    private static final String INVENTORY_NAMESPACE = "--inventory-namespace";
    private static final String PODS_ONLY = "--pods-only";
    private static final String ALL = "--all";
    private static final String NOW = "--now";
    private static final String OUTPUT = "--output";
    private static final String FAIL_ON = "--fail-on";

    private static final String DEFAULT_INVENTORY_NAMESPACE = "apparmor-admission";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static ScanOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        List<Path> policies = Options.paths(parsed, POLICY);
        return new ScanOptions(
                parsed.isUsageHelpRequested(),
                policies.isEmpty() ? List.of(Path.of("policies")) : policies,
                Options.text(parsed, CONTEXT),
                List.copyOf(parsed.<List<String>>matchedOptionValue(NAMESPACE, List.of())),
                Options.text(parsed, INVENTORY_NAMESPACE).orElse(DEFAULT_INVENTORY_NAMESPACE),
                parsed.hasMatchedOption(PODS_ONLY),
                parsed.hasMatchedOption(ALL),
                Options.instant(parsed, NOW),
                Options.choice(parsed, OUTPUT, Output.values(), Output.TEXT),
                Options.choice(parsed, FAIL_ON, FailOn.values(), FailOn.DENY));
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("scan");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar scan [OPTION...]")
                .description(
                        "Judges what is in a cluster: pods as they are stored, on the nodes that they run on, and the templates that",
                        "make pods as the webhook would judge those. It asks the cluster that kubectl would ask, and changes nothing.")
                .footer(
                        "",
                        "A pod that came before the webhook, or by another way, is judged as it is: no default was written into it.",
                        "",
                        "Exit codes: 0 nothing to complain of; 1 something would be denied (or warned of, with --fail-on warn);",
                        "2 bad usage, or something could not be read: what is told is then not all, and says so.");
        Options.many(spec, POLICY, "DIR", "a directory or file with policies, repeatable (default: policies)");
        Options.one(spec, CONTEXT, "NAME", "the context of the kubeconfig (default: its current one)");
        Options.many(spec, NAMESPACE, "NAME", "look only there, repeatable (default: everywhere)");
        Options.one(
                spec,
                INVENTORY_NAMESPACE,
                "NAME",
                "where the inventory ConfigMaps are (default: " + DEFAULT_INVENTORY_NAMESPACE + ")");
        Options.flag(spec, PODS_ONLY, "leave out Deployments, CronJobs and other templates");
        Options.flag(spec, ALL, "tell of every workload, also where there is nothing to say");
        Options.one(spec, NOW, "INSTANT", "judge as of this RFC 3339 instant (default: now)");
        Options.one(spec, OUTPUT, "FORM", Options.names(Output.values()) + " (default: text)");
        Options.one(spec, FAIL_ON, "WHAT", Options.names(FailOn.values()) + " (default: deny)");
        Options.help(spec);
        return spec;
    }
}
