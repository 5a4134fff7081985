package dev.apparmoradmission.node;

import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.profile.ProfileMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The kinds of node that one profile tells apart: parts of one kind have the same runtime, are in the same state, and hold that
 * profile in the same mode or lack it. What becomes of a container there is the same on all of them, whatever else they hold.
 */
public final class ProfileKinds {

    private static final byte[] EACH_ITS_OWN = {};

    private final List<Part> parts;
    private final List<Part> examples;
    /** The kind of each part; empty where each is a kind of its own. */
    private final byte[] kinds;

    private ProfileKinds(List<Part> parts, List<Part> examples, byte[] kinds) {
        this.parts = parts;
        this.examples = examples;
        this.kinds = kinds;
    }

    /** Every part a kind of its own, which holds for whatever is asked. */
    static ProfileKinds each(List<Part> parts) {
        return new ProfileKinds(parts, parts, EACH_ITS_OWN);
    }

    /**
     * The kinds that a profile makes of some parts, in the order in which they first appear.
     *
     * @param profile its name; absent for the default profile of each node's own runtime
     */
    static ProfileKinds of(List<Part> parts, Optional<String> profile) {
        List<Part> examples = new ArrayList<>();
        List<Optional<ProfileMode>> modes = new ArrayList<>();
        // Runtimes, states and modes make fewer kinds than a byte can number.
        byte[] kinds = new byte[parts.size()];
        for (int i = 0; i < kinds.length; i++) {
            NodeAppArmor node = parts.get(i).appArmor();
            Optional<ProfileMode> mode = node.profiles()
                    .mode(profile.isPresent() ? profile.get() : node.runtime().defaultProfile());
            int kind = 0;
            while (kind < modes.size()
                    && !(modes.get(kind).equals(mode)
                            && isAlike(examples.get(kind).appArmor(), node))) {
                kind++;
            }
            if (kind == modes.size()) {
                examples.add(parts.get(i));
                modes.add(mode);
            }
            kinds[i] = (byte) kind;
        }
        return new ProfileKinds(parts, List.copyOf(examples), kinds);
    }

    private static boolean isAlike(NodeAppArmor one, NodeAppArmor other) {
        return one.runtime() == other.runtime() && one.state() == other.state();
    }

    /** How many kinds there are. */
    public int count() {
        return examples.size();
    }

    /** What nodes of a kind can do, as far as the profile is concerned. */
    public NodeAppArmor example(int kind) {
        return examples.get(kind).appArmor();
    }

    /** The kind of a part. */
    public int of(int part) {
        return kinds.length == 0 ? part : kinds[part] & 0xff;
    }

    /** The parts that are of these kinds, in their order. */
    public List<Part> parts(boolean[] wanted) {
        int found = 0;
        for (boolean kind : wanted) {
            found += kind ? 1 : 0;
        }
        if (found == 0 || found == wanted.length) {
            return found == 0 ? List.of() : parts;
        }
        List<Part> chosen = new ArrayList<>();
        int count = parts.size();
        for (int part = 0; part < count; part++) {
            if (wanted[of(part)]) {
                chosen.add(parts.get(part));
            }
        }
        return chosen;
    }
}
