package dev.apparmoradmission.wire;

/** The first thing that was wrong with a part of an object. */
final class Problem {
    private String field = "";
    private String text = "";

    /** Remembers that a field, dotted from the part, is wrong; the first one counts. */
    void set(String where, String what) {
        if (text.isEmpty()) {
            field = where;
            text = what;
        }
    }

    boolean isSet() {
        return !text.isEmpty();
    }

    /** Takes over what was wrong with a part that lies at this path, dotted. */
    void adopt(String path, Problem part) {
        if (!part.text.isEmpty()) {
            set(path + part.field, part.text);
        }
    }

    void failIfSet(String path) throws UnreadableWorkloadException {
        if (!text.isEmpty()) {
            String separator = path.isEmpty() || field.isEmpty() || path.endsWith(".") ? "" : ".";
            throw new UnreadableWorkloadException(path + separator + field, text);
        }
    }
}
