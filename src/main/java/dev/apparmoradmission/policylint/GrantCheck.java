package dev.apparmoradmission.policylint;

import dev.apparmoradmission.decision.DocumentationFaults;
import dev.apparmoradmission.decision.ExceptionFault;
import dev.apparmoradmission.decision.ExceptionFault.Kind;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.Expiry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether a grant is read, accepted, and in force. */
final class GrantCheck implements Check {

    private static final String EXPIRES = "spec.expires";

    @Override
    public void examine(Facts facts, Findings findings) {
        for (Placed<AppArmorException> grant : facts.grants()) {
            List<AppArmorPolicy> readers = facts.readers(grant.value());
            if (readers.isEmpty()) {
                findings.add(
                        Lint.GRANT_WITHOUT_POLICY,
                        grant,
                        "spec.namespaces",
                        "no policy that may hold in its namespaces has exceptions.source: Grant",
                        "correct its namespaces, let a policy read grants, or remove it");
            }
            Optional<String> contradiction = grant.value().podSelector().contradiction();
            contradiction.ifPresent(label -> findings.add(
                    Lint.GRANT_NEVER_MATCHES,
                    grant,
                    "spec.podSelector",
                    "podSelector asks of label " + Quoted.of(label) + " what cannot be at once",
                    "correct it, or remove the grant: as it is, it excuses nothing"));
            for (AppArmorPolicy reader : readers) {
                faults(grant, reader, facts, findings);
            }
            end(grant, facts, findings);
        }
    }

    private static void faults(Placed<AppArmorException> grant, AppArmorPolicy reader, Facts facts, Findings findings) {
        List<ExceptionFault> faults =
                DocumentationFaults.of(grant.value().documentation(), reader.exceptions(), facts.now());
        String incomplete = faults.stream()
                .filter(fault -> fault.kind() == Kind.DOCUMENTATION)
                .map(ExceptionFault::text)
                .collect(Collectors.joining(", "));
        if (!incomplete.isEmpty()) {
            findings.add(
                    Lint.GRANT_INCOMPLETE,
                    grant,
                    "spec",
                    "policy " + Quoted.of(reader.name()) + " never accepts it: " + incomplete,
                    "add what exceptions.require of the policy asks for");
        }
        faults.stream()
                .filter(fault -> fault.kind() == Kind.TOO_FAR_AHEAD)
                .forEach(fault -> findings.add(
                        Lint.GRANT_TOO_LONG,
                        grant,
                        EXPIRES,
                        "policy " + Quoted.of(reader.name()) + " does not accept it yet: " + fault.text(),
                        "bring its end nearer, or raise exceptions.maxDays of the policy"));
    }

    private static void end(Placed<AppArmorException> grant, Facts facts, Findings findings) {
        Optional<Expiry> expiry = grant.value().documentation().expires().flatMap(Expiry::parse);
        String owner = grant.value()
                .documentation()
                .owner()
                .map(name -> "; owner " + Quoted.of(name))
                .orElse("; it names no owner");
        if (expiry.isEmpty()) {
            findings.add(
                    Lint.GRANT_NEVER_EXPIRES,
                    grant,
                    "spec",
                    "it never ends" + owner,
                    "set expires, so that somebody looks again");
            return;
        }
        Duration left = Duration.between(facts.now(), expiry.get().end());
        if (expiry.get().hasPassed(facts.now())) {
            findings.add(
                    Lint.GRANT_EXPIRED,
                    grant,
                    EXPIRES,
                    "it expired on " + expiry.get().text() + ", "
                            + days(left.negated().toDays()) + " ago" + owner,
                    "renew it with a reason that still holds, or remove it");
        } else if (left.compareTo(Duration.ofDays(facts.withinDays())) <= 0) {
            findings.add(
                    Lint.GRANT_EXPIRES_SOON,
                    grant,
                    EXPIRES,
                    "it expires on " + expiry.get().text() + ", in " + days(left.toDays()) + owner,
                    "renew it in time, or mend the pods that need it");
        }
    }

    private static String days(long days) {
        return days == 0 ? "less than a day" : days == 1 ? "1 day" : days + " days";
    }
}
