package dev.apparmoradmission.wire;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a node's value says to people beside what it says to the decision: the header lines {@code # problem:},
 * {@code # kernel:}, {@code # sha1:} (or {@code # sha256:}, as the kernel has it) and {@code # changed:}. The webhook keeps
 * none of it, for a list of hashes takes more memory than all the rest; a line that makes no sense is passed over, for
 * nothing depends on it.
 *
 * @param problem why the node could not tell what is loaded
 * @param kernel the kernel's version
 * @param contents the hash of each profile's content, by the profile's name
 * @param changes what weakened lately, newest first
 */
public record NodeNotes(
        Optional<String> problem, Optional<String> kernel, Map<String, String> contents, List<ProfileChange> changes) {

    /** Nothing beside the list. */
    public static final NodeNotes NONE = new NodeNotes(Optional.empty(), Optional.empty(), Map.of(), List.of());

    /** Changes that are kept of one node; an agent writes at most 20. */
    private static final int MOST_CHANGES = 50;

    private static final int LONGEST_HASH = 128;
    private static final String REMOVAL = " -> " + ProfileChange.REMOVED;
    private static final String ARROW = ") -> (";

    /** Copies the collections. */
    public NodeNotes {
        contents = Map.copyOf(contents);
        changes = List.copyOf(changes);
    }

    /** The notes above the list of this value. */
    static NodeNotes read(String value) {
        Optional<String> problem = Optional.empty();
        Optional<String> kernel = Optional.empty();
        Map<String, String> contents = new HashMap<>();
        List<ProfileChange> changes = new ArrayList<>();
        int start = value.startsWith("\uFEFF") ? 1 : 0;
        while (start < value.length()) {
            int newline = value.indexOf('\n', start);
            String line = value.substring(start, newline < 0 ? value.length() : newline);
            start += line.length() + 1;
            if (!line.startsWith("#")) {
                if (line.isBlank()) {
                    continue;
                }
                break;
            }
            int colon = line.indexOf(':');
            String text = line.substring(colon + 1).strip();
            switch (colon < 0 ? "" : line.substring(1, colon).strip().toLowerCase(Locale.ROOT)) {
                case "problem" -> problem = Optional.of(text);
                case "kernel" -> kernel = Optional.of(text);
                case "sha1", "sha256" -> content(text, contents);
                case "changed" ->
                    change(text).filter(c -> changes.size() < MOST_CHANGES).ifPresent(changes::add);
                default -> {
                    // A header of the decision, or a remark.
                }
            }
        }
        return new NodeNotes(problem, kernel, contents, changes);
    }

    private static void content(String text, Map<String, String> contents) {
        int space = text.indexOf(' ');
        if (space > 0 && space <= LONGEST_HASH) {
            contents.put(text.substring(space + 1), text.substring(0, space));
        }
    }

    /** {@code INSTANT NAME (MODE) -> (MODE)} or {@code … -> removed}: read from both ends, for a name may hold anything. */
    private static Optional<ProfileChange> change(String text) {
        int space = text.indexOf(' ');
        String left;
        String after;
        if (text.endsWith(REMOVAL)) {
            left = text.substring(0, text.length() - REMOVAL.length());
            after = ProfileChange.REMOVED;
        } else {
            int arrow = text.lastIndexOf(ARROW);
            if (arrow < 0 || !text.endsWith(")")) {
                return Optional.empty();
            }
            left = text.substring(0, arrow + 1);
            after = text.substring(arrow + ARROW.length(), text.length() - 1);
        }
        int open = left.lastIndexOf(" (");
        if (space < 0 || open <= space || !left.endsWith(")")) {
            return Optional.empty();
        }
        try {
            Instant at = OffsetDateTime.parse(text.substring(0, space)).toInstant();
            return Optional.of(new ProfileChange(
                    at, left.substring(space + 1, open), left.substring(open + 2, left.length() - 1), after));
        } catch (DateTimeException notAnInstant) {
            return Optional.empty();
        }
    }
}
