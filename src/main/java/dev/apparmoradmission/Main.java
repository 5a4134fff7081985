package dev.apparmoradmission;

import dev.apparmoradmission.agent.AgentCommand;
import dev.apparmoradmission.check.CheckCommand;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.doctor.DoctorCommand;
import dev.apparmoradmission.exceptions.ExceptionsCommand;
import dev.apparmoradmission.explain.ExplainCommand;
import dev.apparmoradmission.export.ExportCommand;
import dev.apparmoradmission.fix.FixCommand;
import dev.apparmoradmission.inventory.InventoryCommand;
import dev.apparmoradmission.policydiff.PolicyDiffCommand;
import dev.apparmoradmission.policylint.LintCommand;
import dev.apparmoradmission.policytest.TestCommand;
import dev.apparmoradmission.scan.ScanCommand;
import dev.apparmoradmission.snapshot.SnapshotCommand;
import dev.apparmoradmission.webhook.WebhookCommand;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;

/**
 * The one entry point of the artifact, and the only class that knows every mode.
 *
 * <p>Only {@code webhook} boots Quarkus: the other commands must start in a fraction of a second and open no port, so the
 * branch comes before {@code Quarkus.run}.
 */
@QuarkusMain
public final class Main {

    private static final int BAD_USAGE = 2;

    private static final String POLICY_USAGE = """
            Usage: java -jar quarkus-run.jar policy COMMAND [OPTION...]
            Commands:
              test    run the cases that are kept beside policies
              diff    tell what other policies, or other nodes, would do to the workloads of a cluster
              lint    find policies that match nothing, and grants that are over, refused, unused or too wide
              export  make the API server's own admission policies of the part that needs neither nodes nor a clock
            policy COMMAND --help tells its options.
            """;

    Main() {}

    /**
     * Runs the command that the first argument names. Exits with 2 and a usage text on standard error when it names none.
     *
     * @param args the command, then its own options
     */
    public static void main(String... args) {
        String command = args.length == 0 ? "" : args[0];
        List<String> options = Arrays.asList(args).subList(Math.min(1, args.length), args.length);
        switch (command) {
            case "webhook" -> WebhookCommand.run(options);
            case "exceptions" -> System.exit(ExceptionsCommand.run(options, Surroundings.ofProcess()));
            case "inventory" -> System.exit(InventoryCommand.run(options, Surroundings.ofProcess()));
            case "doctor" -> System.exit(DoctorCommand.run(options, Surroundings.ofProcess()));
            case "check" -> System.exit(CheckCommand.run(options, Surroundings.ofProcess()));
            case "fix" -> System.exit(FixCommand.run(options, Surroundings.ofProcess()));
            case "policy" -> System.exit(policy(options, Surroundings.ofProcess()));
            case "snapshot" -> System.exit(SnapshotCommand.run(options, Surroundings.ofProcess()));
            case "scan" -> System.exit(ScanCommand.run(options, Surroundings.ofProcess()));
            case "explain" -> System.exit(ExplainCommand.run(options, Surroundings.ofProcess()));
            case "agent" ->
                System.exit(AgentCommand.run(options, System.getenv(), System.out, System.err, Clock.systemUTC()));
            case "--help", "-h", "help" -> usage(System.out);
            case "--version", "-V", "version" -> System.out.println("apparmor-admission " + version());
            default -> {
                System.err.println(
                        command.isEmpty() ? "A command is needed." : "Unknown command: " + printable(command) + ".");
                usage(System.err);
                System.exit(BAD_USAGE);
            }
        }
    }

    /** Runs the command of {@code policy} that the first argument names; gives its exit code. */
    static int policy(List<String> arguments, Surroundings surroundings) {
        CommandFrame frame = CommandFrame.of("policy", surroundings);
        String command = arguments.isEmpty() ? "" : arguments.get(0);
        List<String> options = arguments.subList(Math.min(1, arguments.size()), arguments.size());
        return switch (command) {
            case "diff" -> PolicyDiffCommand.run(options, surroundings);
            case "test" -> TestCommand.run(options, surroundings);
            case "lint" -> LintCommand.run(options, surroundings);
            case "export" -> ExportCommand.run(options, surroundings);
            case "--help", "-h", "help" -> frame.run(() -> frame.usage(POLICY_USAGE));
            default -> {
                frame.err()
                        .println(
                                command.isEmpty()
                                        ? "policy: a command is needed."
                                        : "policy: unknown command: " + printable(command) + ".");
                frame.err().print(POLICY_USAGE);
                yield BAD_USAGE;
            }
        };
    }

    private static void usage(PrintStream out) {
        out.println("Usage: java -jar quarkus-run.jar COMMAND [OPTION...]");
        out.println("Commands:");
        out.println("  webhook    serve the admission webhook over HTTPS");
        out.println("  check      judge manifests offline: files, directories, or - for standard input");
        out.println("  fix        mend manifests: annotations become fields, the default is written down");
        out.println("  explain    say why a workload of a manifest is judged as it is");
        out.println("  scan       judge what is in a live cluster");
        out.println("  exceptions list grants and annotations: whose, until when, needed or not");
        out.println("  snapshot   keep what is judged of a live cluster in a directory");
        out.println("  inventory  show what each node really has, in a cluster or in files");
        out.println("  policy     work on policies before they are in force: policy --help tells how");
        out.println("  doctor     examine an installation in a cluster, and tell how to mend it");
        out.println("  agent      publish what this node's kernel holds, as soon as it changes");
        out.println("COMMAND --help tells its options; --version prints the version.");
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }

    /** An argument may hold anything; control characters would let it forge lines of a terminal or a log. */
    private static String printable(String argument) {
        String shown = argument.length() > 64 ? argument.substring(0, 64) + "…" : argument;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
