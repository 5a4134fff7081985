package dev.apparmoradmission.decision;

import dev.apparmoradmission.decision.ExceptionFault.Kind;
import dev.apparmoradmission.policy.AppArmorException.Documentation;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.RequiredPart;
import dev.apparmoradmission.policy.Expiry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is wrong with the documentation of an exception at an instant, by the terms of a policy. */
public final class DocumentationFaults {

    /** A reason shorter than this, in characters, explains nothing (contract §4). */
    private static final int SHORTEST_REASON = 10;

    private DocumentationFaults() {}

    /** The faults, each fit to follow "the exception is not accepted: "; empty where there are none. */
    public static List<ExceptionFault> of(Documentation documentation, ExceptionTerms terms, Instant now) {
        List<ExceptionFault> faults = new ArrayList<>();
        for (RequiredPart part : RequiredPart.values()) {
            if (terms.require().contains(part) && value(documentation, part).isEmpty()) {
                faults.add(undocumented("it gives no " + part.name().toLowerCase(Locale.ROOT)));
            }
        }
        documentation
                .reason()
                .filter(reason -> characters(reason.strip()) < SHORTEST_REASON)
                .ifPresent(reason -> faults.add(undocumented(
                        "its reason " + Quoted.of(reason) + " is shorter than " + SHORTEST_REASON + " characters")));
        documentation.expires().ifPresent(text -> expiry(text, terms, now, faults));
        return faults;
    }

    private static int characters(String text) {
        return text.codePointCount(0, text.length());
    }

    private static void expiry(String text, ExceptionTerms terms, Instant now, List<ExceptionFault> faults) {
        Optional<Expiry> expiry = Expiry.parse(text);
        if (expiry.isEmpty()) {
            faults.add(undocumented("its expires " + Quoted.of(text)
                    + " is neither a date like 2027-03-01 nor an instant like 2027-03-01T12:00:00Z"));
        } else if (expiry.get().hasPassed(now)) {
            faults.add(new ExceptionFault(
                    Kind.EXPIRED, "it expired on " + expiry.get().text()));
        } else if (terms.maxDays().isPresent()
                && expiry.get().liesFurtherAhead(terms.maxDays().get(), now)) {
            faults.add(new ExceptionFault(
                    Kind.TOO_FAR_AHEAD,
                    "it expires on " + expiry.get().text() + ", more than "
                            + terms.maxDays().get() + " days ahead"));
        }
    }

    private static ExceptionFault undocumented(String text) {
        return new ExceptionFault(Kind.DOCUMENTATION, text);
    }

    private static Optional<String> value(Documentation documentation, RequiredPart part) {
        return switch (part) {
            case REASON -> documentation.reason();
            case TICKET -> documentation.ticket();
            case OWNER -> documentation.owner();
            case EXPIRES -> documentation.expires();
        };
    }
}
