package dev.apparmoradmission.policydiff;

import dev.apparmoradmission.observed.StoredWorkload;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a change does to all pods of one owner, and to its template. */
final class Line {

    /** So many things are told of one owner; a pod of hundreds of containers says the same hundreds of times. */
    private static final int MOST_DETAILS = 20;

    private final Map<List<String>, Counted> details = new LinkedHashMap<>();
    private int pods;
    private int templates;
    private int left;

    /**
     * A detail and of how many pods it is.
     *
     * @param detail as the template has it, else as the first pod
     * @param pods how many pods
     */
    record Counted(Detail detail, int pods) {}

    void add(StoredWorkload workload, List<Detail> found) {
        boolean template = workload.kind().isTemplate();
        pods += template ? 0 : 1;
        templates += template ? 1 : 0;
        for (Detail detail : found) {
            add(new Counted(detail, template ? 0 : 1), template);
        }
    }

    private void add(Counted one, boolean general) {
        Counted known = details.get(one.detail().key());
        if (known == null && details.size() >= MOST_DETAILS) {
            left++;
            return;
        }
        Counted sum =
                known == null ? one : new Counted(general ? one.detail() : known.detail(), known.pods() + one.pods());
        details.put(one.detail().key(), sum);
    }

    /** Takes in that of another owner that is the same after all. */
    void add(Line other) {
        pods += other.pods;
        templates += other.templates;
        left += other.left;
        other.details.values().forEach(counted -> add(counted, counted.pods() == 0));
    }

    int pods() {
        return pods;
    }

    boolean isTemplate() {
        return templates > 0;
    }

    /** What there is to say, in the order in which it was found. */
    List<Counted> details() {
        return new ArrayList<>(details.values());
    }

    /** How many more things were not kept. */
    int left() {
        return left;
    }

    /** Whose it is, in words: {@code 500 pods and its template}. */
    String extent() {
        String count = pods == 1 ? "1 pod" : pods + " pods";
        if (templates == 0) {
            return count;
        }
        return pods == 0 ? "its template" : count + " and its template";
    }
}
