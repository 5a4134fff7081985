package dev.apparmoradmission.policylint;

import java.util.Locale;

/** How bad it is, from mild to bad. */
enum Severity {
    /** It may be meant so. */
    NOTE,
    /** It is hardly meant so, or will go wrong. */
    WARNING,
    /** It does not do what it is there for. */
    ERROR;

    /** The name in reports. */
    String reportName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
