package dev.apparmoradmission.inventory;

import dev.apparmoradmission.node.NodeAppArmor;
import java.util.Locale;

/** How a node stands, in the words of the metric {@code apparmor_admission_inventory_nodes}, and two more for people. */
public enum Standing {
    ENABLED("AppArmor is on, and the list is believed"),
    DISABLED("AppArmor is off, or the runtime cannot use it"),
    UNREPORTED("no list: see whether the agent runs on that node"),
    STALE("the list was read too long ago: see whether the agent still runs on that node"),
    REBOOTED("the list is of before the last reboot: the agent has not reported since"),
    REPLACED("the list is of an earlier node of that name: the agent of this one has not reported yet"),
    PROBLEM("the agent could not tell what is loaded"),
    WINDOWS("no AppArmor there, and no Linux pod");

    private final String meaning;

    Standing(String meaning) {
        this.meaning = meaning;
    }

    static Standing of(NodeAppArmor.State state) {
        return switch (state) {
            case ENABLED -> ENABLED;
            case DISABLED -> DISABLED;
            case UNREPORTED -> UNREPORTED;
            case STALE -> STALE;
            case REBOOTED -> REBOOTED;
            case REPLACED -> REPLACED;
        };
    }

    /** Whether what the node holds is not known, and ought to be. */
    public boolean isUnknown() {
        return switch (this) {
            case ENABLED, DISABLED, WINDOWS -> false;
            case UNREPORTED, STALE, REBOOTED, REPLACED, PROBLEM -> true;
        };
    }

    /** One word, lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What it means, and what to look at. */
    public String meaning() {
        return meaning;
    }
}
