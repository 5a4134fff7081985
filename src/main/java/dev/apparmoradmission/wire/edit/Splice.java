package dev.apparmoradmission.wire.edit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Characters of a text that others take the place of.
 *
 * @param start where they begin
 * @param end where they end; the same as {@code start} where something is only put in
 * @param text what comes in their place
 * @param depth how deep in the document it belongs: of what is put in at one place, the innermost comes first
 */
public record Splice(int start, int end, String text, int depth) {

    private static final Comparator<Splice> IN_ORDER = Comparator.comparingInt(Splice::start)
            .thenComparing(splice -> splice.end() > splice.start())
            .thenComparing(Splice::depth, Comparator.reverseOrder());

    /**
     * The splices in the order of the text. Those that are the same are one: so it is where several parts of a document are
     * written at one place, through an alias.
     *
     * @throws UneditableException where two of them are about the same characters and not the same
     */
    static List<Splice> ordered(List<Splice> splices) throws UneditableException {
        List<Splice> ordered = new ArrayList<>();
        for (Splice splice : splices.stream().distinct().sorted(IN_ORDER).toList()) {
            Splice last = ordered.isEmpty() ? splice : ordered.get(ordered.size() - 1);
            if (splice.start() >= last.end() || ordered.isEmpty()) {
                ordered.add(splice);
            } else if (splice.isRemoval() && last.isRemoval()) {
                ordered.set(
                        ordered.size() - 1,
                        new Splice(last.start(), Math.max(last.end(), splice.end()), "", last.depth()));
            } else {
                throw new UneditableException("two changes meet at one place");
            }
        }
        return ordered;
    }

    private boolean isRemoval() {
        return text.isEmpty();
    }

    /** The text from one place to another with these splices in it, which are in order and in between. */
    static String applied(String text, int from, int to, List<Splice> splices) {
        StringBuilder edited = new StringBuilder(to - from + 256);
        int at = from;
        for (Splice splice : splices) {
            edited.append(text, at, splice.start()).append(splice.text());
            at = splice.end();
        }
        return edited.append(text, at, to).toString();
    }
}
