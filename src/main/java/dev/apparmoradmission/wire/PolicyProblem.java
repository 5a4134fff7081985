package dev.apparmoradmission.wire;

/**
 * Something in a policy file that keeps the whole set from being used.
 *
 * @param file the file, or the path that was given where no file is at fault
 * @param place where in the file
 * @param field the field, such as {@code spec.rules.privileged}; empty where the text itself is broken
 * @param problem what is wrong and the way out, one line
 */
public record PolicyProblem(String file, Place place, String field, String problem) {

    /** {@code file:line:column: field: problem}, as compilers print it. */
    @Override
    public String toString() {
        return file + ":" + place + ": " + (field.isEmpty() ? "" : field + ": ") + problem;
    }
}
