package dev.apparmoradmission.ledger;

import java.util.Comparator;

/**
 * Whose exception it is: a pod that stands alone, or what makes and keeps it.
 *
 * @param namespace its namespace
 * @param kind its kind
 * @param name its name
 */
public record Holder(String namespace, String kind, String name) implements Comparable<Holder> {

    private static final Comparator<Holder> ORDER =
            Comparator.comparing(Holder::namespace).thenComparing(Holder::name).thenComparing(Holder::kind);

    @Override
    public int compareTo(Holder other) {
        return ORDER.compare(this, other);
    }
}
