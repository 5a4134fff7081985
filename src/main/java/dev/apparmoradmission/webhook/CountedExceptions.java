package dev.apparmoradmission.webhook;

import dev.apparmoradmission.ledger.ExceptionTally;
import dev.apparmoradmission.observed.PassListener;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.report.Judgement;

/** Counts the exceptions that each pass of the leader comes by, for metrics. */
final class CountedExceptions implements PassListener {

    private final ExceptionMetrics metrics;

    CountedExceptions(ExceptionMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public Pass begin(Occasion occasion) {
        ExceptionTally tally =
                new ExceptionTally(occasion.snapshot().policies(), occasion.now(), ExceptionMetrics.SOON);
        return new Pass() {
            private boolean whole = true;

            @Override
            public void judged(StoredWorkload workload, Judgement judgement) {
                tally.add(judgement.namespace(), judgement.decision());
            }

            @Override
            public void unread(String line) {
                whole = false;
            }

            @Override
            public void end() {
                metrics.counted(tally.figures(whole, ExceptionMetrics.MOST_NAMESPACES), occasion.leading());
            }
        };
    }
}
