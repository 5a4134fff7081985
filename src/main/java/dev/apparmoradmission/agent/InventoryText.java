package dev.apparmoradmission.agent;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.TreeMap;

/**
 * A node's inventory as the ConfigMap holds it (contract §5): header lines, then the kernel's.
 *
 * @param body everything but the instant, to tell whether there is anything new to say
 * @param profiles how many profiles it tells of
 * @param problem why it tells of none, empty where it does
 * @param remarks what a person should know who reads the agent's log
 */
record InventoryText(String body, int profiles, String problem, List<String> remarks) {

    /**
     * Longest value in bytes. The API server takes 1 MiB of values in one ConfigMap ({@code core/v1.MaxSecretSize}); the rest is
     * margin for what is added on the way.
     */
    static final int LONGEST = 1024 * 1024 - 16 * 1024;

    InventoryText {
        remarks = List.copyOf(remarks);
    }

    /**
     * The facts of this boot.
     *
     * @param bootId as {@code /proc/sys/kernel/random/boot_id} and the Node's {@code status.nodeInfo.bootID} tell it
     * @param kernel the kernel's release
     */
    record Boot(String bootId, String kernel) {}

    /** The text for what was observed. */
    static InventoryText of(Observation observation, Boot boot, List<Weakenings.Weakening> weakenings) {
        if (observation instanceof Observation.Enabled enabled) {
            return list(enabled, boot, weakenings);
        }
        if (observation instanceof Observation.Untold untold) {
            return problem(untold.reason(), boot, weakenings);
        }
        return new InventoryText(head("disabled", boot).toString(), 0, "", List.of());
    }

    /** The whole value, observed at this instant. */
    String at(Instant observed) {
        int second = body.indexOf('\n') + 1;
        return body.substring(0, second) + "# observed-at: " + observed.truncatedTo(ChronoUnit.SECONDS) + '\n'
                + body.substring(second);
    }

    private static InventoryText list(Observation.Enabled enabled, Boot boot, List<Weakenings.Weakening> weakenings) {
        KernelList list = enabled.list();
        StringBuilder lines = new StringBuilder();
        list.lines().forEach(line -> lines.append(line).append('\n'));
        StringBuilder remarks = new StringBuilder();
        list.leftOut()
                .forEach(line -> remarks.append("# left-out: ").append(line).append('\n'));
        int untold = list.leftOutCount() - list.leftOut().size();
        if (untold > 0) {
            remarks.append("# left-out: and ").append(untold).append(" more lines\n");
        }
        StringBuilder extras = new StringBuilder();
        append(weakenings, extras);
        new TreeMap<>(enabled.hashes())
                .forEach((name, hash) -> extras.append("# ")
                        .append(hash.algorithm())
                        .append(": ")
                        .append(hash.hex())
                        .append(' ')
                        .append(name)
                        .append('\n'));
        String essential = head("enabled", boot).append(remarks).toString();
        int profiles = list.profiles().modes().size();
        String whole = essential + extras + lines;
        if (whole.getBytes(StandardCharsets.UTF_8).length <= LONGEST) {
            return new InventoryText(whole, profiles, "", list.leftOut());
        }
        // The list itself is never cut: what is cut off would look as if it were not loaded.
        String bare = essential + "# left-out: changes and content hashes, for the list is long\n" + lines;
        return new InventoryText(
                bare, profiles, "", List.of("changes and content hashes are left out, for the list is long"));
    }

    private static InventoryText problem(String problem, Boot boot, List<Weakenings.Weakening> weakenings) {
        StringBuilder text =
                head("enabled", boot).append("# problem: ").append(problem).append('\n');
        append(weakenings, text);
        return new InventoryText(text.toString(), 0, problem, List.of());
    }

    private static StringBuilder head(String apparmor, Boot boot) {
        return new StringBuilder("# apparmor: ")
                .append(apparmor)
                .append("\n# boot-id: ")
                .append(boot.bootId())
                .append("\n# kernel: ")
                .append(boot.kernel())
                .append('\n');
    }

    private static void append(List<Weakenings.Weakening> weakenings, StringBuilder text) {
        for (Weakenings.Weakening weakening : weakenings) {
            text.append("# changed: ")
                    .append(weakening.when().truncatedTo(ChronoUnit.SECONDS))
                    .append(' ')
                    .append(weakening.describe())
                    .append('\n');
        }
    }
}
