package dev.apparmoradmission.decision;

import dev.apparmoradmission.policy.AppArmorException.Documentation;
import java.util.Optional;

/**
 * An exception that was accepted.
 *
 * @param grant the grant's name; empty for one by annotation
 * @param documentation why, who and until when
 */
public record AcceptedException(Optional<String> grant, Documentation documentation) {

    /** Where it came from, as metrics and reports call it. */
    public String source() {
        return grant.isPresent() ? "Grant" : "Annotation";
    }

    /** One line: where it came from and what documents it. */
    public String describe() {
        return describe(grant, documentation);
    }

    /** One line about any exception: where it comes from and what documents it. */
    static String describe(Optional<String> grant, Documentation documentation) {
        StringBuilder text =
                new StringBuilder(grant.map(name -> "grant " + Quoted.of(name)).orElse("annotation"));
        documentation.reason().ifPresent(reason -> text.append(", reason ").append(Quoted.of(reason)));
        documentation.owner().ifPresent(owner -> text.append(", owner ").append(Quoted.of(owner)));
        documentation.ticket().ifPresent(ticket -> text.append(", ticket ").append(Quoted.of(ticket)));
        documentation.expires().ifPresent(expires -> text.append(", until ").append(Quoted.bare(expires)));
        return text.toString();
    }
}
