package dev.apparmoradmission.exceptions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.command.CommandRun;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** What a run of {@code exceptions} ended with. */
record ExceptionsRun(int code, String out, String err) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static ExceptionsRun of(Instant now, String input, List<String> arguments) {
        CommandRun run = CommandRun.of(ExceptionsCommand::run, input, now, arguments);
        return new ExceptionsRun(run.code(), run.out(), run.err());
    }

    JsonNode json() throws IOException {
        return JSON.readTree(out);
    }
}
