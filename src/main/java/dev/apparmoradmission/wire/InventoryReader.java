package dev.apparmoradmission.wire;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.node.NodeIdentity;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads node inventories out of ConfigMaps (contract §5): header lines, then the lines of the kernel's list. Whatever cannot
 * be understood is reported and left out; the node itself is never left out for it.
 */
public final class InventoryReader {

    /** Longest value that is read, in characters. The API server takes no ConfigMap above 1 MiB. */
    static final int LONGEST_VALUE = 1024 * 1024;

    /** What a node says of its problem is shown so far. */
    private static final int LONGEST_REMARK = 300;

    /** Problems told of one value; the rest are only counted. */
    private static final int PROBLEMS_TOLD = 10;

    private static final Set<String> HEADERS = Set.of("apparmor", "observed-at", "boot-id", "kernel");

    private final ProfileLists lists;
    private final boolean keepsNotes;
    /** Nodes that are alike have equal hashes, and those of a large cluster would fill the memory. */
    private final Map<Map<String, String>, Map<String, String>> contents = new HashMap<>();

    /**
     * Makes a reader that keeps what a decision needs, and nothing more.
     *
     * @param lists where equal lists are shared
     */
    public InventoryReader(ProfileLists lists) {
        this(lists, false);
    }

    private InventoryReader(ProfileLists lists, boolean keepsNotes) {
        this.lists = lists;
        this.keepsNotes = keepsNotes;
    }

    /**
     * Makes a reader that keeps the notes for people too. For one thread, and one reading of a cluster.
     *
     * @param lists where equal lists are shared
     */
    public static InventoryReader withNotes(ProfileLists lists) {
        return new InventoryReader(lists, true);
    }

    /** Reads all values of one ConfigMap, whether or not it carries the label. */
    public InventoryPart read(InventoryConfigMap configMap) {
        Map<String, Optional<NodeInventory>> nodes = new HashMap<>();
        Map<String, NodeNotes> notes = new HashMap<>();
        List<InventoryProblem> problems = new ArrayList<>();
        configMap.data().forEach((node, value) -> {
            Problems own = new Problems(configMap.reference(), node, problems);
            nodes.put(node, read(value, Optional.ofNullable(configMap.owners().get(node)), own));
            if (keepsNotes) {
                notes.put(node, notes(value));
            }
            own.finish();
        });
        return new InventoryPart(configMap.resourceVersion(), nodes, notes, problems);
    }

    private NodeNotes notes(String value) {
        if (value.length() > LONGEST_VALUE) {
            return new NodeNotes(Optional.of("the value is longer than 1 MiB"), Optional.empty(), Map.of(), List.of());
        }
        NodeNotes read = NodeNotes.read(value);
        Map<String, String> shared = contents.computeIfAbsent(read.contents(), same -> same);
        return new NodeNotes(read.problem(), read.kernel(), shared, read.changes());
    }

    private Optional<NodeInventory> read(String value, Optional<String> owner, Problems problems) {
        if (value.length() > LONGEST_VALUE) {
            // Not even its head is believed: a list cut short would make loaded profiles look missing.
            problems.add(0, "longer than 1 MiB; the node counts as one that reported nothing");
            return Optional.empty();
        }
        Header header = new Header();
        List<String> kernelLines = new ArrayList<>();
        List<Integer> numbers = new ArrayList<>();
        boolean top = true;
        int number = 0;
        int start = value.startsWith("\uFEFF") ? 1 : 0;
        while (start < value.length()) {
            int newline = value.indexOf('\n', start);
            int end = newline < 0 ? value.length() : newline;
            String line = value.substring(start, end);
            start = end + 1;
            number++;
            if (line.startsWith("#") && header.takes(line, number, top, problems)) {
                continue;
            }
            if (!line.isBlank()) {
                top = false;
                kernelLines.add(line);
                numbers.add(number);
            }
        }
        if (header.problem.isPresent() && header.enabled) {
            // Fails closed: whatever stands below is not what the kernel holds. That AppArmor is off is believed all
            // the same.
            problems.add(
                    0,
                    Quoted.of(header.problem.get(), LONGEST_REMARK)
                            + ", it says; the node counts as one that reported nothing");
            return Optional.empty();
        }
        ProfileList.Parsed parsed = ProfileList.parse(kernelLines);
        tell(parsed, kernelLines, numbers, problems);
        return Optional.of(new NodeInventory(
                header.enabled,
                header.observedAt,
                new NodeIdentity(owner, header.bootId),
                lists.shared(parsed.profiles())));
    }

    /** What is unreadable is so for its text alone, so equal texts stand for each other when lines are looked up. */
    private static void tell(
            ProfileList.Parsed parsed, List<String> kernelLines, List<Integer> numbers, Problems problems) {
        boolean unknownModes = parsed.profiles().modes().containsValue(ProfileMode.UNKNOWN);
        if (parsed.unreadable().isEmpty() && !unknownModes) {
            return;
        }
        Set<String> unreadable = Set.copyOf(parsed.unreadable());
        for (int i = 0; i < kernelLines.size(); i++) {
            String line = kernelLines.get(i);
            if (unreadable.contains(line)) {
                problems.add(numbers.get(i), Quoted.of(line) + " is not NAME (MODE); the line is left out");
            } else if (unknownModes) {
                String text = line.stripTrailing();
                String mode = text.substring(text.lastIndexOf(" (") + 2, text.length() - 1);
                if (ProfileMode.find(mode).isEmpty() && !text.contains("//null-")) {
                    problems.add(
                            numbers.get(i),
                            "mode " + Quoted.of(mode) + " is not known; it counts as restraining nothing");
                }
            }
        }
    }

    /** The lines above the list. */
    private static final class Header {

        private boolean enabled = true;
        private Optional<Instant> observedAt = Optional.empty();
        private Optional<String> bootId = Optional.empty();
        private Optional<String> problem = Optional.empty();

        /**
         * Whether the line belongs to the header. Above the list every line that begins with {@code #} does, so that people can
         * leave a remark there; further down only one with a name that means something, for a profile may be called so.
         */
        boolean takes(String line, int number, boolean top, Problems problems) {
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(1, colon).strip().toLowerCase(Locale.ROOT);
            if (top && name.equals("problem")) {
                problem = Optional.of(line.substring(colon + 1).strip());
            }
            if (!HEADERS.contains(name)) {
                return top;
            }
            String text = line.substring(colon + 1).strip();
            switch (name) {
                case "apparmor" -> apparmor(text, number, problems);
                case "observed-at" -> observedAt(text, number, problems);
                case "boot-id" -> {
                    if (text.isEmpty() || text.length() > 64) {
                        problems.add(number, "boot-id " + Quoted.of(text) + " is not one; it is left out");
                    } else {
                        bootId = Optional.of(text);
                    }
                }
                default -> {
                    // The kernel's version is there for people.
                }
            }
            return true;
        }

        private void apparmor(String text, int number, Problems problems) {
            String state = text.toLowerCase(Locale.ROOT);
            if (state.equals("disabled")) {
                enabled = false;
            } else if (!state.equals("enabled")) {
                // Fails closed: believing in an AppArmor that is not there would let pods run unconfined.
                enabled = false;
                problems.add(
                        number,
                        "apparmor " + Quoted.of(text) + " is neither enabled nor disabled; it counts as disabled");
            }
        }

        private void observedAt(String text, int number, Problems problems) {
            Instant instant;
            try {
                OffsetDateTime parsed = OffsetDateTime.parse(text);
                // RFC 3339 has years of four digits; larger ones would overflow when an age is added.
                instant = parsed.getYear() >= 1970 && parsed.getYear() <= 9999 ? parsed.toInstant() : Instant.EPOCH;
            } catch (DateTimeParseException e) {
                instant = Instant.EPOCH;
            }
            if (instant.equals(Instant.EPOCH)) {
                // Fails closed: without an age it would never go stale.
                problems.add(
                        number,
                        "observed-at " + Quoted.of(text) + " is not an RFC 3339 instant such as 2026-11-22T19:00:00Z;"
                                + " the list counts as older than any maxAge");
            }
            Instant read = instant;
            observedAt = Optional.of(observedAt.filter(read::isAfter).orElse(read));
        }
    }

    /** The problems of one value, with an end. */
    private static final class Problems {

        private final String configMap;
        private final String node;
        private final List<InventoryProblem> all;
        private int count;

        Problems(String configMap, String node, List<InventoryProblem> all) {
            this.configMap = configMap;
            this.node = node;
            this.all = all;
        }

        void add(int line, String problem) {
            if (count++ < PROBLEMS_TOLD) {
                all.add(new InventoryProblem(configMap, node, line, problem));
            }
        }

        void finish() {
            if (count > PROBLEMS_TOLD) {
                all.add(new InventoryProblem(configMap, node, 0, "and " + (count - PROBLEMS_TOLD) + " more problems"));
            }
        }
    }
}
