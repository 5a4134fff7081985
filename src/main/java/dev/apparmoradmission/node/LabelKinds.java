package dev.apparmoradmission.node;

import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.node.NodeAffinity.ExpectedLabels;
import dev.apparmoradmission.workload.Placement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of node that a few labels tell apart: nodes of one kind have the same value of each, or lack it. A selector that
 * names these labels, and no others, is answered by one node of each kind for all of them. Labels that it does not name make
 * no kinds, so that those which differ on every node cost nothing until somebody asks for them.
 */
final class LabelKinds {

    /** How many kinds a bit set in one word can tell apart; beyond them, asking node by node is as cheap. */
    static final int MOST = Long.SIZE;

    /** How many slices are kept: what a few selectors give on a few groups. */
    private static final int MOST_SLICES = 16;

    private static final byte[] ALL_OF_ONE_KIND = {};

    /** Some of the kinds of one group. */
    private record Slice(int group, long kinds) {}

    private final List<Part> groups;
    /** A node of each kind. */
    private final List<Node> examples;
    /** The kinds that there are in each group, as bits. */
    private final long[] present;
    /** The kind of each member of each group; of a group that is all of one kind, nothing. */
    private final List<byte[]> kinds;

    private final Recent<Slice, Part> slices = new Recent<>(MOST_SLICES);

    private LabelKinds(List<Part> groups, List<Node> examples, long[] present, List<byte[]> kinds) {
        this.groups = groups;
        this.examples = examples;
        this.present = present;
        this.kinds = kinds;
    }

    /** The kinds that labels with these keys make of the groups' members; empty where they make more than {@link #MOST}. */
    static Optional<LabelKinds> of(Set<String> keys, List<Part> groups) {
        String[] asked = keys.toArray(String[]::new);
        @Nullable String[] values = new String[asked.length];
        // Always of the member at hand: a list for each would be most of the work.
        List<@Nullable String> ownValues = Arrays.asList(values);
        Map<List<@Nullable String>, Integer> numbers = new HashMap<>();
        List<Node> examples = new ArrayList<>();
        long[] present = new long[groups.size()];
        List<byte[]> kinds = new ArrayList<>(present.length);
        for (int group = 0; group < present.length; group++) {
            List<Member> members = groups.get(group).members();
            byte[] own = new byte[members.size()];
            for (int i = 0; i < own.length; i++) {
                Node node = members.get(i).node();
                for (int key = 0; key < asked.length; key++) {
                    values[key] = node.labels().get(asked[key]);
                }
                Integer number = numbers.get(ownValues);
                if (number == null) {
                    if (examples.size() == MOST) {
                        return Optional.empty();
                    }
                    number = examples.size();
                    numbers.put(Arrays.asList(values.clone()), number);
                    examples.add(node);
                }
                own[i] = number.byteValue();
                present[group] |= 1L << number;
            }
            kinds.add(Long.bitCount(present[group]) > 1 ? own : ALL_OF_ONE_KIND);
        }
        return Optional.of(new LabelKinds(groups, List.copyOf(examples), present, kinds));
    }

    /** The kinds, as bits, that a placement allows. It must name no other labels, and no fields. */
    long allowed(Placement placement, ExpectedLabels expected) {
        long allowed = 0;
        for (int kind = 0; kind < examples.size(); kind++) {
            if (NodeAffinity.allows(placement, examples.get(kind), expected)) {
                allowed |= 1L << kind;
            }
        }
        return allowed;
    }

    /** The members of a group that are of these kinds, in their order; empty where none is. */
    Optional<Part> of(int group, long allowed) {
        long chosen = present[group] & allowed;
        if (chosen == 0) {
            return Optional.empty();
        }
        if (chosen == present[group]) {
            return Optional.of(groups.get(group));
        }
        Slice slice = new Slice(group, chosen);
        Optional<Part> known = slices.find(slice);
        return known.isPresent()
                ? known
                : Optional.of(slices.keep(slice, sliced(groups.get(group), kinds.get(group), chosen)));
    }

    private static Part sliced(Part group, byte[] own, long chosen) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < own.length; i++) {
            if ((chosen & 1L << own[i]) != 0) {
                members.add(group.members().get(i));
            }
        }
        return new Part(group.appArmor(), List.copyOf(members));
    }
}
