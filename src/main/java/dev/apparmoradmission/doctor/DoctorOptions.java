package dev.apparmoradmission.doctor;

import dev.apparmoradmission.command.Options;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What {@code doctor} is asked to do.
 *
 * @param help whether only its usage is wanted
 * @param context the context of the kubeconfig, where not the current one
 * @param namespace where the webhook is installed
 * @param probeNamespace where pods are offered as dry runs; absent for none
 * @param output the form of the report
 * @param failOn what makes it fail
 */
record DoctorOptions(
        boolean help,
        Optional<String> context,
        String namespace,
        Optional<String> probeNamespace,
        Output output,
        FailOn failOn) {

    /** Forms of report. */
    enum Output {
        TEXT,
        JSON
    }

    /** What makes the command fail. */
    enum FailOn {
        /** Errors. */
        ERROR,
        /** Errors and warnings. */
        WARNING,
        /** Nothing. */
        NEVER
    }

    private static final String CONTEXT = "--context";
    private static final String NAMESPACE = "--namespace";
    private static final String PROBE_NAMESPACE = "--probe-namespace";
    private static final String NO_PROBE = "--no-probe";
    private static final String OUTPUT = "--output";
    private static final String FAIL_ON = "--fail-on";
    private static final String USUAL_PROBE_NAMESPACE = "default";

    /** Of a namespace (RFC 1123 label): it becomes part of a path. */
    private static final String NAME = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

    /**
     * Reads the arguments.
     *
     * @throws ParameterException where they make no sense
     */
    static DoctorOptions parse(java.util.List<String> arguments) {
        ParseResult parsed = Options.parse(spec(), arguments);
        boolean probes = !parsed.hasMatchedOption(NO_PROBE);
        if (!probes && parsed.hasMatchedOption(PROBE_NAMESPACE)) {
            throw Options.problem(parsed, PROBE_NAMESPACE + " and " + NO_PROBE + " contradict each other");
        }
        return new DoctorOptions(
                parsed.isUsageHelpRequested(),
                Options.text(parsed, CONTEXT),
                name(parsed, NAMESPACE, Shipped.NAME),
                probes ? Optional.of(name(parsed, PROBE_NAMESPACE, USUAL_PROBE_NAMESPACE)) : Optional.empty(),
                Options.choice(parsed, OUTPUT, Output.values(), Output.TEXT),
                Options.choice(parsed, FAIL_ON, FailOn.values(), FailOn.WARNING));
    }

    private static String name(ParseResult parsed, String option, String otherwise) {
        String name = Options.text(parsed, option).orElse(otherwise);
        if (!name.matches(NAME)) {
            throw Options.problem(parsed, option + ": not the name of a namespace: " + name);
        }
        return name;
    }

    /** How to use it. */
    static String usage() {
        return Options.usage(spec());
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("doctor");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar doctor [OPTION...]")
                .description(
                        "Examines an installation in the cluster that kubectl would ask, and says what is",
                        "not as it should be, what comes of it, and how to mend it. It changes nothing: it",
                        "reads, and offers two pods to the API server as dry runs, which are not stored.")
                .footer(
                        "",
                        "What it may not read it lists as not checked, with the right that it needs; all of",
                        "them are in deploy/doctor/rbac-doctor.yaml.",
                        "",
                        "Exit codes: 0 sound; 1 an error or a warning; 2 bad usage, or the cluster cannot be",
                        "reached, or too little of it may be read to call it sound.");
        Options.one(spec, CONTEXT, "NAME", "the context of the kubeconfig (default: its current one)");
        Options.one(spec, NAMESPACE, "NAME", "where the webhook is installed (default: " + Shipped.NAME + ")");
        Options.one(
                spec,
                PROBE_NAMESPACE,
                "NAME",
                "where pods are offered as dry runs (default: " + USUAL_PROBE_NAMESPACE + ")");
        Options.flag(spec, NO_PROBE, "offer no pods");
        Options.one(spec, OUTPUT, "FORM", Options.names(Output.values()) + " (default: text)");
        Options.one(
                spec, FAIL_ON, "WHAT", Options.names(FailOn.values()) + " (default: warning, which includes error)");
        Options.help(spec);
        return spec;
    }
}
