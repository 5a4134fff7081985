package dev.apparmoradmission.profile;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a kernel holds: profile names and their modes, as {@code /sys/kernel/security/apparmor/profiles} lists them.
 * Immutable; equal lists are equal values, so that many nodes can share one.
 */
public final class ProfileList {

    /** A list with nothing loaded. */
    public static final ProfileList EMPTY = new ProfileList(Map.of());

    /** Longest name that is kept, in characters: the API allows 4095 bytes, and one page is what the kernel takes. */
    private static final int LONGEST_NAME = 4095;

    private final Map<String, ProfileMode> modes;
    private final int hash;

    private ProfileList(Map<String, ProfileMode> modes) {
        this.modes = Map.copyOf(modes);
        this.hash = this.modes.hashCode();
    }

    /** A list of these profiles. */
    public static ProfileList of(Map<String, ProfileMode> modes) {
        return modes.isEmpty() ? EMPTY : new ProfileList(modes);
    }

    /**
     * A parsed list and the lines that could not be read.
     *
     * @param profiles what could be read
     * @param unreadable the lines left out, as they stand, in their order
     */
    public record Parsed(ProfileList profiles, List<String> unreadable) {
        /** Copies the lines. */
        public Parsed {
            unreadable = List.copyOf(unreadable);
        }
    }

    /**
     * Reads the kernel's lines, {@code NAME (MODE)}. The kernel escapes nothing and names may hold spaces and parentheses,
     * so each line is split at its last {@code " ("}. Learning artefacts of complain mode ({@code PARENT//null-…}) are no
     * one's policy and are left out. A name listed twice keeps the weaker mode, for either may be the one that is attached.
     */
    public static Parsed parse(Iterable<String> lines) {
        Map<String, ProfileMode> modes = new HashMap<>();
        List<String> unreadable = new ArrayList<>();
        for (String line : lines) {
            String text = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
            if (text.isEmpty()) {
                continue;
            }
            int open = text.lastIndexOf(" (");
            if (open <= 0 || !text.endsWith(")") || open > LONGEST_NAME) {
                unreadable.add(line);
                continue;
            }
            String name = text.substring(0, open);
            if (name.contains("//null-")) {
                continue;
            }
            modes.merge(
                    name, ProfileMode.ofKernelName(text.substring(open + 2, text.length() - 1)), ProfileList::weaker);
        }
        return new Parsed(of(modes), unreadable);
    }

    private static ProfileMode weaker(ProfileMode one, ProfileMode other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    /** The mode in which the profile of exactly this name is loaded; empty where it is not. */
    public Optional<ProfileMode> mode(String name) {
        return Optional.ofNullable(modes.get(name));
    }

    /** All profiles, in no order. */
    public Map<String, ProfileMode> modes() {
        return modes;
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof ProfileList list && hash == list.hash && modes.equals(list.modes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return modes.toString();
    }
}
