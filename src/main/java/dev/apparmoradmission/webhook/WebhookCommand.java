package dev.apparmoradmission.webhook;

import io.quarkus.runtime.Quarkus;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The command {@code webhook}: options become configuration, and then the server starts. Options are another spelling of
 * keys of {@link WebhookSettings}, and outrank environment and files.
 */
public final class WebhookCommand {

    /** Everything went well. */
    private static final int OK = 0;
    /** Bad usage, or configuration that cannot be used. */
    static final int BAD_USAGE = 2;

    private static final int HIGHEST_PORT = 65535;

    private enum Kind {
        ONE,
        MANY,
        FLAG,
        PORT
    }

    private record Option(String name, String key, Kind kind, String label, String help) {}

    private static final List<Option> OPTIONS = List.of(
            ours("--policy", "policies", Kind.MANY, "DIR", "a directory or file with policies (default: policies)"),
            ours("--inventory", "inventory", Kind.MANY, "FILE", "inventory ConfigMaps; standalone, without a cluster"),
            ours("--nodes", "nodes", Kind.MANY, "FILE", "Nodes, as kubectl get nodes -o yaml prints them; standalone"),
            ours("--namespaces", "namespaces", Kind.MANY, "FILE", "Namespaces, for namespaceSelector; standalone"),
            ours(
                    "--inventory-namespace",
                    "inventory-namespace",
                    Kind.ONE,
                    "NAME",
                    "where the inventory ConfigMaps are"),
            ours("--dry-run", "dry-run", Kind.FLAG, "", "deny and patch nothing, only report"),
            ours("--ca-out", "ca-out", Kind.ONE, "FILE", "where to write the CA of the self-made certificate"),
            ours("--tls-host", "tls-hosts", Kind.MANY, "NAME_OR_IP", "a further name in the self-made certificate"),
            new Option("--port", "quarkus.http.ssl-port", Kind.PORT, "PORT", "HTTPS port (default: 8443; 0: any)"),
            new Option(
                    "--management-port",
                    "quarkus.management.port",
                    Kind.PORT,
                    "PORT",
                    "port of health and metrics (default: 9000; 0: any)"));

    private WebhookCommand() {}

    private static Option ours(String name, String key, Kind kind, String label, String help) {
        return new Option(name, WebhookSettings.PREFIX + "." + key, kind, label, help);
    }

    /**
     * Runs the webhook until it is stopped. Exits with 2 and one line on standard error if the options or the configuration
     * cannot be used.
     *
     * @param args the options
     */
    public static void run(List<String> args) {
        CommandSpec spec = spec();
        Map<String, String> settings;
        try {
            ParseResult parsed = new CommandLine(spec).parseArgs(args.toArray(String[]::new));
            if (parsed.isUsageHelpRequested()) {
                usage(spec, System.out);
                System.exit(OK);
            }
            settings = settings(parsed);
        } catch (ParameterException bad) {
            System.err.println(StartFailure.oneLine(String.valueOf(bad.getMessage())));
            usage(spec, System.err);
            System.exit(BAD_USAGE);
            return;
        }
        settings.forEach(System::setProperty);
        // TLS 1.2 lets a client shake hands over and over on one connection, at our cost; no API server does.
        System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
        Quarkus.run(null, StartFailure::exit);
    }

    /** The configuration that these options stand for. */
    static Map<String, String> settings(List<String> args) {
        return settings(new CommandLine(spec()).parseArgs(args.toArray(String[]::new)));
    }

    private static Map<String, String> settings(ParseResult parsed) {
        Map<String, String> settings = new LinkedHashMap<>();
        for (Option option : OPTIONS) {
            if (!parsed.hasMatchedOption(option.name())) {
                continue;
            }
            switch (option.kind()) {
                case FLAG -> settings.put(option.key(), "true");
                case ONE -> settings.put(option.key(), literal(parsed.matchedOptionValue(option.name(), "")));
                case PORT -> settings.put(option.key(), port(parsed, option));
                case MANY -> {
                    List<String> values = parsed.matchedOptionValue(option.name(), List.of());
                    for (int i = 0; i < values.size(); i++) {
                        settings.put(option.key() + "[" + i + "]", literal(values.get(i)));
                    }
                }
            }
        }
        return settings;
    }

    private static String port(ParseResult parsed, Option option) {
        int port = parsed.matchedOptionValue(option.name(), 0);
        if (port < 0 || port > HIGHEST_PORT) {
            throw new ParameterException(
                    parsed.commandSpec().commandLine(), option.name() + " must be between 0 and " + HIGHEST_PORT);
        }
        return Integer.toString(port);
    }

    /** A value as it stands: the configuration would take a dollar sign for the beginning of an expression. */
    private static String literal(String value) {
        return value.replace("\\", "\\\\").replace("$", "\\$");
    }

    private static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("webhook");
        spec.usageMessage()
                .customSynopsis("java -jar quarkus-run.jar webhook [OPTION...]")
                .description("Serves the admission webhook: POST /mutate and POST /validate over HTTPS.")
                .footer("Every configuration key, with its default: deploy/CONFIGURATION.md.");
        for (Option option : OPTIONS) {
            OptionSpec.Builder builder = OptionSpec.builder(option.name()).description(option.help());
            switch (option.kind()) {
                case FLAG -> builder.arity("0").type(boolean.class);
                case PORT -> builder.arity("1").type(Integer.class).paramLabel(option.label());
                case ONE -> builder.arity("1").type(String.class).paramLabel(option.label());
                case MANY ->
                    builder.arity("1")
                            .type(List.class)
                            .auxiliaryTypes(String.class)
                            .paramLabel(option.label());
            }
            spec.addOption(builder.build());
        }
        return spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("print this")
                .build());
    }

    private static void usage(CommandSpec spec, PrintStream out) {
        new CommandLine(spec).usage(out, CommandLine.Help.Ansi.OFF);
    }
}
