package dev.apparmoradmission.inventory;

import dev.apparmoradmission.inventory.Difference.Kind;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What most nodes of a pool hold, profile by profile. Where as many have a profile as have not, having it is the norm, and of
 * modes the stricter one: it is the loss that must be seen. Of contents nobody can say which is right where there is no
 * majority: then all are shown.
 */
final class Norm {

    /**
     * What one node holds.
     *
     * @param profiles its list
     * @param contents the hashes of the profiles' contents; empty where it reports none
     */
    record Holding(ProfileList profiles, Map<String, String> contents) {}

    private final Map<String, ProfileMode> modes = new HashMap<>();
    private final Map<String, Optional<String>> contents = new HashMap<>();
    private final Map<Holding, List<Difference>> known = new HashMap<>();

    private Norm() {}

    /** The norm of these nodes. */
    static Norm of(Collection<Holding> nodes) {
        // Nodes that are alike are counted together: there may be thousands, with as many profiles.
        Map<ProfileList, Integer> lists = new HashMap<>();
        Map<Map<String, String>, Integer> hashes = new HashMap<>();
        for (Holding node : nodes) {
            lists.merge(node.profiles(), 1, Integer::sum);
            hashes.merge(node.contents(), 1, Integer::sum);
        }
        Norm norm = new Norm();
        Map<String, Map<ProfileMode, Integer>> votes = new HashMap<>();
        lists.forEach((list, times) -> list.modes()
                .forEach((name, mode) -> votes.computeIfAbsent(name, any -> new EnumMap<>(ProfileMode.class))
                        .merge(mode, times, Integer::sum)));
        votes.forEach((name, counted) -> {
            int present = counted.values().stream().mapToInt(Integer::intValue).sum();
            if (present * 2 >= nodes.size()) {
                norm.modes.put(name, mostly(counted));
            }
        });
        Map<String, Map<String, Integer>> hashVotes = new HashMap<>();
        hashes.forEach((all, times) -> all.forEach((name, hash) ->
                hashVotes.computeIfAbsent(name, any -> new HashMap<>()).merge(hash, times, Integer::sum)));
        hashVotes.forEach((name, counted) -> norm.contents.put(name, clearly(counted)));
        return norm;
    }

    /** The differences of a node, in order of kind and name; one and the same list for nodes that are alike. */
    List<Difference> differences(Holding node) {
        return known.computeIfAbsent(node, this::compare);
    }

    private List<Difference> compare(Holding node) {
        List<Difference> found = new ArrayList<>();
        modes.forEach((name, expected) -> {
            Optional<ProfileMode> own = node.profiles().mode(name);
            if (own.isEmpty()) {
                found.add(new Difference(Kind.MISSING, name, expected.kernelName(), ""));
            } else if (own.get() != expected) {
                found.add(new Difference(
                        Kind.MODE, name, expected.kernelName(), own.get().kernelName()));
            }
        });
        node.profiles().modes().forEach((name, mode) -> {
            if (!modes.containsKey(name)) {
                found.add(new Difference(Kind.EXTRA, name, "", mode.kernelName()));
            }
        });
        node.contents().forEach((name, hash) -> {
            Optional<String> expected = contents.getOrDefault(name, Optional.empty());
            if (node.profiles().mode(name).isPresent()
                    && expected.filter(hash::equals).isEmpty()) {
                found.add(new Difference(Kind.CONTENT, name, expected.orElse(""), hash));
            }
        });
        found.sort(Comparator.comparing(Difference::kind).thenComparing(Difference::profile));
        return List.copyOf(found);
    }

    private static ProfileMode mostly(Map<ProfileMode, Integer> counted) {
        // An EnumMap goes from strict to weak, and max would take the last of equals.
        ProfileMode most = ProfileMode.UNKNOWN;
        int votes = 0;
        for (Map.Entry<ProfileMode, Integer> entry : counted.entrySet()) {
            if (entry.getValue() > votes) {
                most = entry.getKey();
                votes = entry.getValue();
            }
        }
        return most;
    }

    private static Optional<String> clearly(Map<String, Integer> counted) {
        int most = counted.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        List<String> first = counted.entrySet().stream()
                .filter(entry -> entry.getValue() == most)
                .map(Map.Entry::getKey)
                .toList();
        return first.size() == 1 ? Optional.of(first.get(0)) : Optional.empty();
    }
}
