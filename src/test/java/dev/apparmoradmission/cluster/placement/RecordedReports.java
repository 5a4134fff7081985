package dev.apparmoradmission.cluster.placement;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Keeps what was reported. */
final class RecordedReports implements PlacementReports {

    final List<String> told = new ArrayList<>();
    final List<LabelWrite> writes = new ArrayList<>();
    final List<Duration> releases = new ArrayList<>();
    int withoutLabel;
    int overdue;
    int held;

    @Override
    public void leading(boolean leading) {
        told.add("leading " + leading);
    }

    @Override
    public void labels(LabelWrite outcome) {
        writes.add(outcome);
    }

    @Override
    public void withoutLabel(int profiles) {
        withoutLabel = profiles;
    }

    @Override
    public void held(int pods) {
        held = pods;
    }

    @Override
    public void released(Duration waited) {
        releases.add(waited);
    }

    @Override
    public void overdue() {
        overdue++;
    }

    @Override
    public void problem(String line) {
        told.add("problem: " + line);
    }

    @Override
    public void solved(String line) {
        told.add("solved: " + line);
    }

    @Override
    public void defect(String line) {
        told.add("defect: " + line);
    }

    @Override
    public void remarked(String line) {
        told.add("remark: " + line);
    }
}
