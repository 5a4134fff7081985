package dev.apparmoradmission.agent;

import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The last profiles that vanished or came to restrain less since the agent started. A container that runs under such a profile
 * loses its confinement with it, and gets it back only with a restart.
 */
final class Weakenings {

    /** How many are remembered. */
    static final int REMEMBERED = 20;

    private final Deque<Weakening> newestFirst = new ArrayDeque<>();
    private Optional<ProfileList> before = Optional.empty();

    /**
     * One of them.
     *
     * @param when when it was noticed
     * @param profile the name
     * @param from the mode before
     * @param to the mode after; empty where the profile is gone
     */
    record Weakening(Instant when, String profile, ProfileMode from, Optional<ProfileMode> to) {

        /** In the words of the inventory's header. */
        String describe() {
            return profile + " (" + from.kernelName() + ") -> "
                    + to.map(mode -> "(" + mode.kernelName() + ")").orElse("removed");
        }
    }

    /**
     * Compares this list with the one before it.
     *
     * @return what weakened between them, by name
     */
    List<Weakening> noticed(ProfileList list, Instant now) {
        List<Weakening> noticed = new ArrayList<>();
        new TreeMap<>(before.map(ProfileList::modes).orElse(Map.of())).forEach((name, from) -> {
            Optional<ProfileMode> to = list.mode(name);
            if (to.isEmpty() || !to.get().restrains() && to.get().compareTo(from) > 0) {
                noticed.add(new Weakening(now, name, from, to));
            }
        });
        before = Optional.of(list);
        noticed.forEach(newestFirst::addFirst);
        while (newestFirst.size() > REMEMBERED) {
            newestFirst.removeLast();
        }
        return noticed;
    }

    /** Those remembered. */
    List<Weakening> newestFirst() {
        return List.copyOf(newestFirst);
    }
}
