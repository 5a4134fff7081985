package dev.apparmoradmission.decision;

import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionTerms;
import dev.apparmoradmission.policy.PolicySet;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A grant by itself, whatever it is used for: whether any policy would accept it at an instant.
 *
 * @param grant the grant
 * @param faults why none would; none where one does
 */
public record GrantStanding(AppArmorException grant, List<ExceptionFault> faults) {

    /** Terms by which nothing is at fault but an end that has passed, or cannot be read. */
    private static final ExceptionTerms ANY =
            new ExceptionTerms(ExceptionSource.GRANT, Set.of(), Optional.empty(), Set.of());

    /** Copies the list. */
    public GrantStanding {
        faults = List.copyOf(faults);
    }

    /** The grants of a set, by name. */
    public static List<GrantStanding> of(PolicySet policies, Instant now) {
        List<ExceptionTerms> terms = policies.policies().stream()
                .map(AppArmorPolicy::exceptions)
                .filter(exceptions -> exceptions.source() == ExceptionSource.GRANT)
                .toList();
        return policies.grants().values().stream()
                .sorted(Comparator.comparing(AppArmorException::name))
                .map(grant -> new GrantStanding(grant, faults(grant, terms, now)))
                .toList();
    }

    private static List<ExceptionFault> faults(AppArmorException grant, List<ExceptionTerms> terms, Instant now) {
        Set<ExceptionFault> faults = new LinkedHashSet<>(DocumentationFaults.of(grant.documentation(), ANY, now));
        if (terms.isEmpty()) {
            faults.add(new ExceptionFault(ExceptionFault.Kind.SOURCE, "no policy takes exceptions by grant"));
        }
        for (ExceptionTerms one : terms) {
            List<ExceptionFault> found = DocumentationFaults.of(grant.documentation(), one, now);
            if (found.isEmpty()) {
                return List.of();
            }
            faults.addAll(found);
        }
        return List.copyOf(faults);
    }
}
