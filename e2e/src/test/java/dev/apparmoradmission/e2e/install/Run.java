package dev.apparmoradmission.e2e.install;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A program that ran to its end.
 *
 * @param code its exit code
 * @param out its standard output
 * @param err its standard error
 */
record Run(int code, String out, String err) {

    /** Runs a command; {@code input} goes to its standard input. */
    static Run of(List<String> command, String input) {
        try {
            Path in = Files.createTempFile("input", ".txt");
            Path err = Files.createTempFile("error", ".txt");
            try {
                Files.writeString(in, input);
                Process process = new ProcessBuilder(command)
                        .redirectInput(in.toFile())
                        .redirectError(err.toFile())
                        .start();
                String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                return new Run(process.waitFor(), out, Files.readString(err));
            } finally {
                Files.delete(in);
                Files.delete(err);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    /** Its output, if it went well. */
    String text() {
        if (code != 0) {
            throw new IllegalStateException("exit code " + code + ": " + err);
        }
        return out;
    }
}
