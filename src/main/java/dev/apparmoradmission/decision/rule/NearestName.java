package dev.apparmoradmission.decision.rule;

import java.util.Collection;
import java.util.Optional;

/** Finds the name that somebody probably meant. */
public final class NearestName {

    /** More edits than this are another name, not a slip. */
    private static final int MOST_EDITS = 2;
    /** Names longer than this are not compared: the work grows with the square. */
    private static final int LONGEST = 64;

    private NearestName() {}

    /** The name with the fewest edits from this one, at most two and fewer than half its letters; the first by order on a tie. */
    static Optional<String> among(String name, Collection<String> known) {
        int best = Math.min(MOST_EDITS, (name.length() - 1) / 2) + 1;
        Optional<String> nearest = Optional.empty();
        if (name.length() > LONGEST) {
            return nearest;
        }
        for (String candidate : known) {
            if (Math.abs(candidate.length() - name.length()) > MOST_EDITS) {
                continue;
            }
            int edits = edits(name, candidate, best);
            if (edits < best
                    || edits == best
                            && nearest.filter(n -> candidate.compareTo(n) < 0).isPresent()) {
                best = edits;
                nearest = Optional.of(candidate);
            }
        }
        return nearest;
    }

    /** The same; empty where another name is as near, so that nobody can know which was meant. */
    public static Optional<String> onlyAmong(String name, Collection<String> known) {
        return among(name, known).filter(nearest -> {
            int least = edits(name, nearest, MOST_EDITS);
            return known.stream()
                    .filter(other -> !other.equals(nearest) && Math.abs(other.length() - name.length()) <= MOST_EDITS)
                    .noneMatch(other -> edits(name, other, least) <= least);
        });
    }

    /**
     * Levenshtein's distance, or something greater than {@code most} as soon as it must be. Only what is at most so far from the
     * diagonal is worked out: a way through anything else has more edits.
     */
    private static int edits(String from, String to, int most) {
        int tooMany = most + 1;
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = Math.min(j, tooMany);
        }
        for (int i = 1; i <= from.length(); i++) {
            int first = Math.max(1, i - most);
            int last = Math.min(to.length(), i + most);
            int diagonal = row[first - 1];
            row[first - 1] = first == 1 ? Math.min(i, tooMany) : tooMany;
            int least = row[first - 1];
            char letter = from.charAt(i - 1);
            for (int j = first; j <= last; j++) {
                int replaced = diagonal + (letter == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
                least = Math.min(least, row[j]);
            }
            if (least > most) {
                return tooMany;
            }
        }
        return row[to.length()];
    }
}
