package dev.apparmoradmission.policydiff;

import java.util.Locale;

/** What a change does to a workload, the gravest first. A workload may be of several. */
enum Change {
    /** It was allowed, and would be denied. */
    DENIED("newly denied"),
    /** It would be allowed with a container that nothing restrains; before, that was restrained, or the workload was denied. */
    UNCONFINED("newly unconfined"),
    /** It was denied, and would be allowed. */
    ALLOWED("newly allowed"),
    /** It is denied as before, for more than before. */
    DENIED_FOR_MORE("denied for more"),
    /** It is allowed as before, with a warning that was not there. */
    WARNED("newly warned"),
    /** It is allowed as before, and a container is confined in another way: neither was nor becomes newly unconfined. */
    CONFINEMENT("confined otherwise"),
    /** It would be allowed, and the default or the placement that it would be given is another. */
    DEFAULT("given another default");

    private final String words;

    Change(String words) {
        this.words = words;
    }

    /** As sentences have it. */
    String words() {
        return words;
    }

    /** As JSON has it. */
    String reportName() {
        String[] parts = name().toLowerCase(Locale.ROOT).split("_", -1);
        StringBuilder name = new StringBuilder(parts[0]);
        for (int i = 1; i < parts.length; i++) {
            name.append(Character.toUpperCase(parts[i].charAt(0))).append(parts[i].substring(1));
        }
        return name.toString();
    }
}
