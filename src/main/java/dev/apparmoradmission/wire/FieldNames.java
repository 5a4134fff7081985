package dev.apparmoradmission.wire;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** The names met so far in one mapping. Most mappings are small, and there are many: a set is made for the large ones only. */
final class FieldNames {

    private static final int SMALL = 12;

    private final String[] few = new String[SMALL];
    private final Set<String> many = new HashSet<>();
    private int count;

    void clear() {
        if (!many.isEmpty()) {
            many.clear();
        }
        count = 0;
    }

    /** False when the name was there. */
    boolean add(String name) {
        if (count < SMALL) {
            for (int i = 0; i < count; i++) {
                if (few[i].equals(name)) {
                    return false;
                }
            }
            few[count++] = name;
            return true;
        }
        if (count == SMALL) {
            many.addAll(Arrays.asList(few));
        }
        if (!many.add(name)) {
            return false;
        }
        count++;
        return true;
    }

    /** A copy. */
    Set<String> toSet() {
        return count > SMALL
                ? new HashSet<>(many)
                : new HashSet<>(Arrays.asList(few).subList(0, count));
    }
}
