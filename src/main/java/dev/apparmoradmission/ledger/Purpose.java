package dev.apparmoradmission.ledger;

import dev.apparmoradmission.decision.ExceptionFault;
import dev.apparmoradmission.decision.ExceptionStanding;
import dev.apparmoradmission.policy.Rule;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What an exception is for, and what came of it: the same for all pods of a workload that are alike.
 *
 * @param policy the policy by whose terms it was judged
 * @param rule the rule that found something; absent where nothing needs the exception
 * @param container the container's name; empty for the pod level, and where nothing needs the exception
 * @param faults why it is not accepted
 * @param controls the compensating controls that are asked of the container, by name
 * @param unmet those of them that it lacks
 */
public record Purpose(
        String policy,
        Optional<Rule> rule,
        String container,
        List<String> faults,
        List<String> controls,
        List<String> unmet)
        implements Comparable<Purpose> {

    private static final Comparator<Purpose> ORDER = Comparator.comparing(Purpose::container)
            .thenComparing(purpose -> purpose.rule().map(Rule::ordinal).orElse(-1))
            .thenComparing(Purpose::policy)
            .thenComparing(purpose -> String.join("\n", purpose.faults()))
            .thenComparing(purpose -> String.join("\n", purpose.controls()))
            .thenComparing(purpose -> String.join("\n", purpose.unmet()));

    /** Copies the lists. */
    public Purpose {
        faults = List.copyOf(faults);
        controls = List.copyOf(controls);
        unmet = List.copyOf(unmet);
    }

    static Purpose of(ExceptionStanding standing) {
        return new Purpose(
                standing.policy(),
                standing.need().map(ExceptionStanding.Need::rule),
                standing.need().map(ExceptionStanding.Need::container).orElse(""),
                standing.faults().stream().map(ExceptionFault::text).toList(),
                standing.controls(),
                standing.unmet());
    }

    /** Whether a finding is excused. */
    public boolean isAccepted() {
        return rule.isPresent() && faults.isEmpty();
    }

    @Override
    public int compareTo(Purpose other) {
        return ORDER.compare(this, other);
    }
}
