package dev.apparmoradmission.command;

import dev.apparmoradmission.report.TextReport;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;

/**
 * What a command gets from the process it runs in.
 *
 * @param in standard input
 * @param out standard output
 * @param err standard error
 * @param clock the clock
 * @param charset how text is encoded
 * @param style what the terminal can show
 * @param attended whether somebody watches standard error, so that progress is worth telling
 */
public record Surroundings(
        InputStream in,
        OutputStream out,
        OutputStream err,
        Clock clock,
        Charset charset,
        TextReport.Style style,
        boolean attended) {

    /** Those that nobody watches. */
    public Surroundings(
            InputStream in, OutputStream out, OutputStream err, Clock clock, Charset charset, TextReport.Style style) {
        this(in, out, err, clock, charset, style, false);
    }

    /** Those of this process. */
    public static Surroundings ofProcess() {
        boolean terminal = isTerminal(1);
        Charset charset = terminal ? terminalCharset() : StandardCharsets.UTF_8;
        return new Surroundings(
                System.in,
                // Unlike System.out it tells when a report could not be written.
                new FileOutputStream(FileDescriptor.out),
                System.err,
                Clock.systemUTC(),
                charset,
                new TextReport.Style(
                        terminal && wantsColours(System.getenv()), terminal && charset.equals(StandardCharsets.UTF_8)),
                isTerminal(2));
    }

    /** As https://no-color.org has it: any value but the empty one says no. */
    public static boolean wantsColours(Map<String, String> environment) {
        return environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !environment.getOrDefault("TERM", "").equals("dumb");
    }

    /** {@link System#console} will not do: it wants standard input to be a terminal too, and in Java 22 to 24 it is always there. */
    @SuppressWarnings("SystemConsoleNull") // asked only where it can be null
    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException noProc) {
            int java = Runtime.version().feature();
            return (java < 22 || java > 24) && System.console() != null;
        }
    }

    private static Charset terminalCharset() {
        String name = System.getProperty("native.encoding", "UTF-8");
        boolean utf8 = name.toUpperCase(Locale.ROOT).replace("-", "").equals("UTF8");
        return utf8 || !Charset.isSupported(name) ? StandardCharsets.UTF_8 : Charset.forName(name);
    }
}
