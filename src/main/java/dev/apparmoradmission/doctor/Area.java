package dev.apparmoradmission.doctor;

import java.util.Locale;

/** What a finding is about, in the order of the report. */
enum Area {
    REGISTRATION("What the API server asks the webhook"),
    CERTIFICATE("Certificates"),
    REACHABILITY("Whether the webhook is really asked"),
    LOCK_OUT("What could keep pods, or the webhook itself, from starting"),
    VERSIONS("Versions"),
    RIGHTS("Rights of the webhook's account"),
    POLICIES("Policies"),
    INVENTORY("Inventory of the nodes"),
    LEADERSHIP("Leadership");

    private final String title;

    Area(String title) {
        this.title = title;
    }

    /** For people. */
    String title() {
        return title;
    }

    /** For programs. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
