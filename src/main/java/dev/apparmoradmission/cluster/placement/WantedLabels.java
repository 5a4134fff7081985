package dev.apparmoradmission.cluster.placement;

import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.node.ProfileLabels;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.profile.NameForm;
import dev.apparmoradmission.profile.ProfileList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which labels a node should carry. Nodes that are alike share one answer, and so do rounds that follow each other. Not for
 * use by several threads.
 */
final class WantedLabels {

    /**
     * Labels for profiles that one node can get: they are sent to everybody who watches nodes, and a node holds some hundred
     * profiles at most. Kubernetes itself sets no bound.
     */
    static final int MOST_PROFILES = 256;

    /**
     * Labels of a node.
     *
     * @param labels them, by name
     * @param leftOut how many more profiles the policies allow than fit
     */
    record Labels(SortedMap<String, String> labels, int leftOut) {
        static final Labels NONE = new Labels(new TreeMap<>(), 0);
    }

    private final PlacementNeeds needs;
    private Map<ProfileList, Labels> known = new HashMap<>();
    private Map<ProfileList, Labels> usedNow = new HashMap<>();

    WantedLabels(PlacementNeeds needs) {
        this.needs = needs;
    }

    /** What these labels are for. */
    PlacementNeeds needs() {
        return needs;
    }

    /** Begins another round; what the last one did not ask for is forgotten. */
    void nextRound() {
        known = usedNow;
        usedNow = new HashMap<>();
    }

    /** The labels of a node that is known to be so. A list that is not believed gives none: the labels go. */
    Labels of(NodeAppArmor node) {
        if (node.state() != NodeAppArmor.State.ENABLED) {
            return Labels.NONE;
        }
        return usedNow.computeIfAbsent(node.profiles(), list -> {
            Labels before = known.get(list);
            return before == null ? compute(list) : before;
        });
    }

    private Labels compute(ProfileList list) {
        SortedMap<String, String> labels = new TreeMap<>();
        // Only names that a pod can mean: of any other no inventory can vouch (NameForm).
        List<String> names = list.modes().keySet().stream()
                .filter(name -> Glob.any(needs.steered(), name) && NameForm.of(name) == NameForm.PLAIN)
                .sorted()
                .toList();
        for (String name : names.subList(0, Math.min(names.size(), MOST_PROFILES))) {
            list.mode(name)
                    .flatMap(ProfileLabels::valueOf)
                    .ifPresent(mode -> labels.put(ProfileLabels.keyOf(name), mode));
        }
        if (needs.pinned()) {
            labels.put(ProfileLabels.ENABLED, "true");
        }
        return new Labels(labels, Math.max(0, names.size() - MOST_PROFILES));
    }
}
