package dev.apparmoradmission.agent;

import java.util.Map;

/** What the node's kernel was seen to hold. */
sealed interface Observation {

    /**
     * AppArmor is on, and this is its list.
     *
     * @param list the list
     * @param hashes headers with the content hashes, where they were asked for
     */
    record Enabled(KernelList list, Map<String, ContentHashes.Hash> hashes) implements Observation {
        public Enabled {
            hashes = Map.copyOf(hashes);
        }
    }

    /** AppArmor is off, or not part of this kernel. */
    record Disabled() implements Observation {}

    /**
     * AppArmor is on, or may be, and its list cannot be told. Never to be taken for an empty list or for a node without
     * AppArmor: nobody knows what this node holds.
     *
     * @param reason why, one line
     */
    record Untold(String reason) implements Observation {}
}
