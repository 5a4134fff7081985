package dev.apparmoradmission.decision;

import dev.apparmoradmission.policy.AppArmorException.Documentation;
import java.util.Map;
import java.util.Optional;

/** The annotations by which a pod claims an exception (contract §4). */
public final class ExceptionKeys {

    private static final String PREFIX = "apparmor-admission.dev/";

    /** Containers the exception is for: names separated by commas, or {@code *}. */
    public static final String UNCONFINED = PREFIX + "unconfined";
    /** Why. */
    public static final String REASON = PREFIX + "reason";
    /** Where it was discussed. */
    public static final String TICKET = PREFIX + "ticket";
    /** Who answers for it. */
    public static final String OWNER = PREFIX + "owner";
    /** Until when. */
    public static final String EXPIRES = PREFIX + "expires";
    /** The name of a grant. */
    public static final String EXCEPTION = PREFIX + "exception";

    private ExceptionKeys() {}

    /** Whether an annotation's key is of this family. */
    public static boolean has(String key) {
        return key.startsWith(PREFIX);
    }

    static Documentation documentation(Map<String, String> annotations) {
        return new Documentation(
                get(annotations, REASON), get(annotations, OWNER), get(annotations, TICKET), get(annotations, EXPIRES));
    }

    private static Optional<String> get(Map<String, String> annotations, String key) {
        return Optional.ofNullable(annotations.get(key)).filter(value -> !value.isBlank());
    }
}
