package dev.apparmoradmission.cluster;

import dev.apparmoradmission.cluster.NodeLoss.Profile;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.node.NodeIdentity;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Notices profiles that vanish from a node or restrain less than before, from one believed list to the next. A node that
 * leaves, loses its inventory or reboots has lost nothing by that; its list after the reboot is compared with the last one
 * before. Another node of the same name begins anew. Used by one thread.
 */
final class ProfileLosses {

    private record Believed(Optional<String> uid, ProfileList profiles) {}

    private Map<String, Believed> last = new HashMap<>();

    /**
     * What was lost since the picture before; nothing for nodes that were not in it.
     *
     * @param members all nodes of the picture
     */
    List<NodeLoss> since(Collection<Member> members) {
        Map<String, Believed> now = new HashMap<>(members.size() * 2);
        List<NodeLoss> losses = new ArrayList<>();
        for (Member member : members) {
            String name = member.node().name();
            Optional<Believed> before = Optional.ofNullable(last.get(name))
                    .filter(believed -> isSame(believed.uid(), member.node().identity()));
            Optional<Believed> after = believed(member).or(() -> before);
            after.ifPresent(believed -> now.put(name, believed));
            // Lists that are equal are shared: of thousands of nodes only those that changed are looked into.
            if (before.isPresent()
                    && after.isPresent()
                    && !before.get().profiles().equals(after.get().profiles())) {
                List<Profile> lost =
                        between(before.get().profiles(), after.get().profiles());
                if (!lost.isEmpty()) {
                    losses.add(new NodeLoss(name, observedAt(member), lost));
                }
            }
        }
        last = now;
        losses.sort(Comparator.comparing(NodeLoss::node));
        return losses;
    }

    /** The profiles of the earlier list that are not in the later one, or restrain less there; in order of their names. */
    static List<Profile> between(ProfileList before, ProfileList after) {
        List<Profile> lost = new ArrayList<>();
        before.modes().forEach((name, mode) -> {
            Optional<ProfileMode> now = after.mode(name);
            if (now.isEmpty() || isWeaker(now.get(), mode)) {
                lost.add(new Profile(name, mode, now));
            }
        });
        lost.sort(Comparator.comparing(Profile::name));
        return lost;
    }

    /** Enforce after kill is no loss: what is refused stays refused. */
    private static boolean isWeaker(ProfileMode now, ProfileMode before) {
        return !now.restrains() && now.compareTo(before) > 0;
    }

    /** A node with AppArmor off holds nothing, whatever it held before. */
    private static Optional<Believed> believed(Member member) {
        NodeAppArmor appArmor = member.appArmor();
        return appArmor.isUnknown()
                ? Optional.empty()
                : Optional.of(new Believed(member.node().identity().uid(), appArmor.profiles()));
    }

    private static boolean isSame(Optional<String> uid, NodeIdentity identity) {
        return uid.isEmpty() || identity.uid().isEmpty() || uid.equals(identity.uid());
    }

    private static Optional<Instant> observedAt(Member member) {
        return member.inventory().flatMap(NodeInventory::observedAt);
    }
}
