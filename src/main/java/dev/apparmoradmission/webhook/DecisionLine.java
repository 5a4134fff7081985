package dev.apparmoradmission.webhook;

import dev.apparmoradmission.decision.Quoted;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jboss.logging.MDC;

/** A line of the decision log in the making: pairs of a key and a value, and a message. */
sealed interface DecisionLine {

    /** A value that is one of our own words. */
    void word(String key, String word);

    /** A value that holds several words, which are safe within quotes. */
    void quoted(String key, String words);

    /** A value that a client wrote. */
    void foreign(String key, String text);

    /** A text of ours, in which foreign text is escaped already; only the quotes around that are to be escaped. */
    void text(String key, String text);

    /** Ends the line, and gives it to the log. */
    void log(String message, Consumer<String> log);

    /** {@code key=value} pairs, the message the last of them. */
    final class OfPairs implements DecisionLine {

        private final StringBuilder line = new StringBuilder(768);

        @Override
        public void word(String key, String word) {
            key(key).append(word);
        }

        @Override
        public void quoted(String key, String words) {
            key(key).append('"').append(words).append('"');
        }

        @Override
        public void foreign(String key, String text) {
            quoted(key, Quoted.bare(text));
        }

        @Override
        public void text(String key, String text) {
            quoted(key, Quoted.oneLine(text).replace("\\", "\\\\").replace("\"", "\\\""));
        }

        @Override
        public void log(String message, Consumer<String> log) {
            text("message", message);
            log.accept(line.toString());
        }

        private StringBuilder key(String key) {
            return line.append(line.isEmpty() ? "" : " ").append(key).append('=');
        }
    }

    /** Fields of the record, for a log that is JSON; the line is the message alone. */
    final class OfFields implements DecisionLine {

        /** Longest name in Kubernetes, and longest value of a field, in characters. */
        private static final int LONGEST = 253;

        private final Map<String, String> fields = new LinkedHashMap<>();

        @Override
        public void word(String key, String word) {
            fields.put(key, word);
        }

        @Override
        public void quoted(String key, String words) {
            fields.put(key, words);
        }

        @Override
        public void foreign(String key, String text) {
            String quoted = Quoted.of(text, LONGEST);
            fields.put(key, quoted.substring(1, quoted.length() - 1));
        }

        @Override
        public void text(String key, String text) {
            fields.put(key, Quoted.oneLine(text));
        }

        @Override
        public void log(String message, Consumer<String> log) {
            fields.forEach(MDC::put);
            try {
                log.accept(Quoted.oneLine(message));
            } finally {
                fields.keySet().forEach(MDC::remove);
            }
        }
    }
}
