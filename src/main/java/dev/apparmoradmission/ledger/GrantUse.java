package dev.apparmoradmission.ledger;

import dev.apparmoradmission.policy.AppArmorException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A grant and who is excused by it.
 *
 * @param grant the grant
 * @param state how it stands by itself
 * @param faults why no policy would accept it
 * @param uses workloads of which it excuses something
 */
public record GrantUse(AppArmorException grant, State state, List<String> faults, List<ExceptionUse> uses) {

    /** Copies the lists. */
    public GrantUse {
        faults = List.copyOf(faults);
        uses = List.copyOf(uses);
    }

    /** Whether it excuses anything. */
    public boolean isUsed() {
        return !uses.isEmpty();
    }

    /** How many pods it excuses. */
    public int pods() {
        return uses.stream().mapToInt(ExceptionUse::pods).sum();
    }

    /** How many containers of those workloads it excuses; the pod level counts as one. */
    public int containers() {
        return uses.stream().mapToInt(use -> use.excused().size()).sum();
    }

    /** The namespaces in which it excuses anything, sorted. */
    public List<String> namespaces() {
        return uses.stream()
                .map(use -> use.holder().namespace())
                .distinct()
                .sorted()
                .toList();
    }

    /** When the oldest of the pods was made that it excuses. */
    public Optional<Instant> since() {
        return uses.stream().flatMap(use -> use.since().stream()).min(Comparator.naturalOrder());
    }
}
