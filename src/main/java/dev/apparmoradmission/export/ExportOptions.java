package dev.apparmoradmission.export;

import dev.apparmoradmission.command.Options;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code policy export} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param policies files and directories of policies
 * @param mutating the version of MutatingAdmissionPolicy
 * @param exempt namespaces in which nothing is denied or changed
 * @param outputDirectory where files are written, in place of standard output
 */
record ExportOptions(
        boolean help, List<Path> policies, Mutating mutating, Set<String> exempt, Optional<Path> outputDirectory) {

    /** Copies the collections. */
    ExportOptions {
        policies = List.copyOf(policies);
        exempt = Set.copyOf(exempt);
    }

    /** Forms of export. */
    enum Format {
        VAP
    }

    /** Versions in which an API server may serve MutatingAdmissionPolicy. */
    enum Mutating {
        NONE,
        V1BETA1,
        V1;

        Optional<String> version() {
            return this == NONE ? Optional.empty() : Optional.of(name().toLowerCase(Locale.ROOT));
        }
    }

    private static final String POLICY = "--policy";
    private static final String FORMAT = "--format";
    private static final String MUTATING = "--mutating";
    private static final String EXCLUDE = "--exclude-namespace";
    /** Those that the webhook's registration leaves out as we ship it. */
    private static final List<String> EXCLUDED = List.of("apparmor-admission", "kube-system");

    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final String OUTPUT_DIR = "--output-dir";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static ExportOptions parse(List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        Options.choice(parsed, FORMAT, Format.values(), Format.VAP);
        List<Path> policies = Options.paths(parsed, POLICY);
        return new ExportOptions(
                parsed.isUsageHelpRequested(),
                policies.isEmpty() ? List.of(Path.of("policies")) : policies,
                Options.choice(parsed, MUTATING, Mutating.values(), Mutating.NONE),
                exempt(parsed),
                Options.paths(parsed, OUTPUT_DIR).stream().findFirst());
    }

    private static Set<String> exempt(ParseResult parsed) {
        List<String> names = parsed.matchedOptionValue(EXCLUDE, EXCLUDED);
        for (String name : names) {
            if (!NAMESPACE.matcher(name).matches()) {
                throw Options.problem(parsed, EXCLUDE + ": no name of a namespace: " + name);
            }
        }
        return Set.copyOf(new TreeSet<>(names));
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("policy export");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar policy export [OPTION...]")
                .description(
                        "Writes what the API server can enforce of the policies by itself, so that an outage",
                        "of the webhook is no outage of the policy: ValidatingAdmissionPolicies (Kubernetes",
                        "1.30 and later), and a guard over Bindings. What needs nodes, inventory or a clock is",
                        "left to the webhook; comments in the output say what that is.")
                .footer(
                        "",
                        "MutatingAdmissionPolicy, which gives the default, is v1 in Kubernetes 1.36 and later;",
                        "in 1.34 and 1.35 it is v1beta1 behind the feature gate of that name.",
                        "",
                        "Exit codes: 0 written; 2 bad usage, or policies that cannot be read or written.");
        Options.one(spec, FORMAT, "FORM", Options.names(Format.values()) + " (default: vap)");
        Options.many(spec, POLICY, "DIR", "a directory or file with policies, repeatable (default: policies)");
        Options.one(
                spec,
                MUTATING,
                "VERSION",
                "export the default too: " + Options.names(Mutating.values()) + " (default: none)");
        Options.many(
                spec,
                EXCLUDE,
                "NAME",
                "a namespace in which nothing is denied or changed, repeatable; name all that your registration of the"
                        + " webhook leaves out (default: " + String.join(" and ", EXCLUDED) + ")");
        Options.many(
                spec,
                OUTPUT_DIR,
                "DIR",
                "write validating.yaml, bindings.yaml and mutating.yaml there instead of to standard output");
        Options.help(spec);
        return spec;
    }
}
