package dev.apparmoradmission.cluster;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.profile.ProfileMode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a node no longer confines, from one of its lists to the next.
 *
 * @param node the node's name
 * @param observedAt when the later list was read, by the node's clock; absent in a list kept by hand
 * @param profiles the profiles that vanished or weakened, in order of their names; never empty
 */
public record NodeLoss(String node, Optional<Instant> observedAt, List<Profile> profiles) {

    /** Profiles that one line names. */
    private static final int MOST_NAMED = 5;

    /** Copies the list. */
    public NodeLoss {
        profiles = List.copyOf(profiles);
    }

    /** What becomes of a profile. */
    public enum Change {
        /** It is not loaded any more. */
        VANISHED,
        /** It restrains less than before. */
        WEAKENED
    }

    /**
     * A profile.
     *
     * @param name its name
     * @param before its mode in the earlier list
     * @param after its mode in the later list; absent where it is not loaded any more
     */
    public record Profile(String name, ProfileMode before, Optional<ProfileMode> after) {

        /** What became of it. */
        public Change change() {
            return after.isPresent() ? Change.WEAKENED : Change.VANISHED;
        }

        private String describe() {
            return Quoted.of(name) + " (" + before.kernelName() + ") "
                    + after.map(mode -> "is now " + mode.kernelName()).orElse("is gone");
        }
    }

    /** How many profiles changed so. */
    public long count(Change change) {
        return profiles.stream().filter(profile -> profile.change() == change).count();
    }

    /** One line without control characters. */
    public String describe() {
        String named =
                profiles.stream().limit(MOST_NAMED).map(Profile::describe).collect(Collectors.joining(", "));
        return "node " + Quoted.of(node)
                + observedAt.map(at -> ", observed at " + at).orElse("") + ": " + named
                + (profiles.size() > MOST_NAMED ? " and " + (profiles.size() - MOST_NAMED) + " more" : "");
    }
}
