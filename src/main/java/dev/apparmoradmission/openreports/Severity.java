package dev.apparmoradmission.openreports;

import java.util.Locale;

/** How bad a result is; those that all versions of both formats know. */
enum Severity {
    HIGH,
    MEDIUM,
    LOW;

    String reportName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
