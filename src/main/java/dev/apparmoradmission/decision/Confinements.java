package dev.apparmoradmission.decision;

import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.node.ProfileKinds;
import java.util.List;
import java.util.function.Predicate;

/**
 * The confinement of one container on each part of the eligible nodes. It is worked out, and asked for, by the kinds of node
 * that the container's profile tells apart: they are few even where no two nodes hold the same profiles.
 *
 * @param kinds the kinds of the eligible nodes
 * @param byKind the confinement on each kind, in the order of the kinds
 */
public record Confinements(ProfileKinds kinds, List<Confinement> byKind) {

    /** The confinement on a part of the nodes. */
    public Confinement on(int part) {
        return byKind.get(kinds.of(part));
    }

    /** The parts of the nodes on which the confinement is so, in their order. */
    public List<Part> parts(Predicate<Confinement> wanted) {
        return kinds.parts(kindsThat(wanted));
    }

    /** For each kind whether the confinement is so there. */
    public boolean[] kindsThat(Predicate<Confinement> wanted) {
        boolean[] are = new boolean[byKind.size()];
        for (int kind = 0; kind < are.length; kind++) {
            are[kind] = wanted.test(byKind.get(kind));
        }
        return are;
    }

    /** The worst of those that are so, on the first part that has it; {@code otherwise} where none is. */
    public Confinement worst(Predicate<Confinement> wanted, Confinement otherwise) {
        Confinement worst = otherwise;
        for (Confinement confinement : byKind) {
            if (confinement.isWorseThan(worst) && wanted.test(confinement)) {
                worst = confinement;
            }
        }
        return worst;
    }
}
