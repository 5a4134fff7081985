package dev.apparmoradmission.doctor;

import java.util.List;

/**
 * What the API server said to a pod that was offered to it as a dry run, which stores nothing.
 *
 * @param kind which pod
 * @param namespace where
 * @param code the HTTP status; 0 where no answer came
 * @param message what it said where it did not take the pod
 * @param warnings its warnings
 * @param profile the type of the AppArmor profile that the pod came back with, of the pod or of its container; empty where none
 */
record Probe(Kind kind, String namespace, int code, String message, List<String> warnings, String profile) {

    /** Pods that are offered. */
    enum Kind {
        /** One that says nothing of AppArmor. */
        SILENT,
        /** One that wants to be unconfined. */
        UNCONFINED
    }

    /** Copies the list. */
    Probe {
        warnings = List.copyOf(warnings);
    }

    boolean isTaken() {
        return code >= 200 && code < 300;
    }

    /** Whether the caller may not make pods there, so that nobody was asked. */
    boolean isForbiddenToCaller() {
        return code == 403 && message.contains("cannot create resource");
    }
}
