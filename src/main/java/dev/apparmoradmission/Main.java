package dev.apparmoradmission;

import dev.apparmoradmission.webhook.WebhookCommand;
import io.quarkus.runtime.annotations.QuarkusMain;
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

    Main() {}

    /**
     * Runs the command that the first argument names. Exits with 2 and a usage text on standard error when it names none.
     *
     * @param args the command, then its own options
     */
    public static void main(String... args) {
        String command = args.length == 0 ? "" : args[0];
        switch (command) {
            case "webhook" -> WebhookCommand.run(List.of(args).subList(1, args.length));
            default -> {
                System.err.println(
                        command.isEmpty() ? "A command is needed." : "Unknown command: " + printable(command) + ".");
                System.err.println("Usage: java -jar quarkus-run.jar COMMAND [OPTION...]");
                System.err.println("Commands:");
                System.err.println("  webhook   serve the admission webhook over HTTPS");
                System.exit(BAD_USAGE);
            }
        }
    }

    /** An argument may hold anything; control characters would let it forge lines of a terminal or a log. */
    private static String printable(String argument) {
        String shown = argument.length() > 64 ? argument.substring(0, 64) + "…" : argument;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }
}
