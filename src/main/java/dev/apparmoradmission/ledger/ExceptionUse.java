package dev.apparmoradmission.ledger;

import dev.apparmoradmission.policy.AppArmorException.Documentation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An exception of a workload: an annotation, or a grant that is claimed or holds without a claim.
 *
 * @param holder whose it is
 * @param grant the grant's name, whether there is such a grant or not; empty for one by annotation
 * @param documentation why, who and until when
 * @param state how it stands; where pods of the workload differ, the worst
 * @param needed whether a finding needs it
 * @param pods how many pods have it
 * @param template whether the template has it from which the pods are made
 * @param serviceAccounts the accounts that they run as, sorted
 * @param since when the oldest of the pods was made; absent where there is none, and in files
 * @param place file and line, of a workload of a file
 * @param purposes what it is for, and what came of it, by container
 */
public record ExceptionUse(
        Holder holder,
        Optional<String> grant,
        Documentation documentation,
        State state,
        boolean needed,
        int pods,
        boolean template,
        List<String> serviceAccounts,
        Optional<Instant> since,
        Optional<String> place,
        List<Purpose> purposes) {

    /** Copies the lists. */
    public ExceptionUse {
        serviceAccounts = List.copyOf(serviceAccounts);
        purposes = List.copyOf(purposes);
    }

    /** The containers that need it, sorted; the pod level is {@code ""}. */
    public List<String> containers() {
        return purposes.stream()
                .filter(purpose -> purpose.rule().isPresent())
                .map(Purpose::container)
                .distinct()
                .toList();
    }

    /** The containers that are excused by it, sorted; the pod level is {@code ""}. */
    public List<String> excused() {
        return purposes.stream()
                .filter(Purpose::isAccepted)
                .map(Purpose::container)
                .distinct()
                .toList();
    }
}
