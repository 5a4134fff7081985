package dev.apparmoradmission.doctor;

import java.util.Locale;

/** How bad a finding is, worst first. */
enum Severity {
    /** Pods get by, or none start. */
    ERROR,
    /** It works, but with less than what was installed, or not for long. */
    WARNING,
    /** Worth knowing; nothing has to be done. */
    NOTE;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
