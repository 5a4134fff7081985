package dev.apparmoradmission.e2e.inventory;

import dev.apparmoradmission.e2e.api.Answer;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * An attempt that has to fail.
 *
 * @param what it tries, as the report says it
 * @param gate what has to refuse it
 * @param says a part of the refusal
 */
record Forgery(String what, Gate gate, String says, Supplier<Answer> attempt) {
    private static final int SHOWN = 300;

    /** The lines of the report. */
    String report(Answer answer) {
        String message = answer.message()
                .strip()
                .replaceAll("\\s+", " ")
                .replaceFirst("ValidatingAdmissionPolicy '[^']+' with binding '[^']+' denied request: ", "");
        return String.format(
                Locale.ROOT,
                "%s%n    -> %d by %s: %s",
                what,
                answer.code(),
                gate,
                message.length() > SHOWN ? message.substring(0, SHOWN) + "…" : message);
    }

    @Override
    public String toString() {
        return what;
    }
}
