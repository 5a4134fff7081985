package dev.apparmoradmission.exceptions;

import dev.apparmoradmission.ledger.ExceptionUse;
import dev.apparmoradmission.ledger.GrantUse;
import dev.apparmoradmission.ledger.Ledger;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.report.Report;
import java.util.List;
import java.util.Set;

/**
 * What is told of a ledger.
 *
 * @param header what it was judged by, and when
 * @param ledger the ledger, of which what is not told of was left out
 * @param within where was looked; empty where everywhere was
 * @param unread a line for each thing that could not be read
 */
record LedgerReport(Report.Header header, Ledger ledger, String within, List<String> unread) {

    /** Copies the list. */
    LedgerReport {
        unread = List.copyOf(unread);
    }

    /** The same with only what has one of these marks. */
    LedgerReport only(Set<Mark> marks) {
        return with(
                ledger.grants().stream().filter(grant -> Mark.any(marks, grant)).toList(),
                ledger.uses().stream().filter(use -> Mark.any(marks, use)).toList());
    }

    /** The same with only the grants that can hold in one of these namespaces; with all, where none is named. */
    LedgerReport in(List<String> namespaces) {
        return namespaces.isEmpty()
                ? this
                : with(
                        ledger.grants().stream()
                                .filter(grant -> namespaces.stream()
                                        .anyMatch(namespace ->
                                                Glob.any(grant.grant().namespaces(), namespace)))
                                .toList(),
                        ledger.uses());
    }

    private LedgerReport with(List<GrantUse> grants, List<ExceptionUse> uses) {
        return new LedgerReport(header, new Ledger(ledger.now(), ledger.soon(), grants, uses), within, unread);
    }

    /** Whether anything told of has one of these marks. */
    boolean has(Set<Mark> marks) {
        return ledger.grants().stream().anyMatch(grant -> Mark.any(marks, grant))
                || ledger.uses().stream().anyMatch(use -> Mark.any(marks, use));
    }

    /** Whether something could not be read. */
    boolean isPartial() {
        return !unread.isEmpty();
    }
}
