package dev.apparmoradmission.explain;

import dev.apparmoradmission.decision.Derivation;
import dev.apparmoradmission.observed.Observation;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Explains the workloads of one name that a cluster holds. */
final class StoredExplanation implements Observation.Reader {

    private final Observation observation;
    private final Optional<WorkloadKind> kind;
    private final String name;
    private final Explanation explanation;
    private final Consumer<String> problems;
    private boolean found;
    private boolean denied;

    /**
     * Explains this one.
     *
     * @param wanted {@code NAME} or {@code KIND/NAME}
     * @param problems takes a line for each thing that could not be read
     */
    StoredExplanation(Observation observation, String wanted, Explanation explanation, Consumer<String> problems) {
        this.observation = observation;
        this.explanation = explanation;
        this.problems = problems;
        int slash = wanted.indexOf('/');
        String kindName = wanted.substring(0, Math.max(0, slash));
        this.kind = Observation.EVERY_KIND.stream()
                .filter(one -> one.kindName().equalsIgnoreCase(kindName))
                .findFirst();
        this.name = (kind.isPresent() ? wanted.substring(slash + 1) : wanted).toLowerCase(Locale.ROOT);
    }

    /** Looks for it in these namespaces, or everywhere. */
    void explain(List<String> namespaces) throws IOException {
        observation.judge(namespaces, kind.map(List::of).orElse(Observation.EVERY_KIND), this);
    }

    @Override
    public void judged(StoredWorkload workload, Judgement judgement) throws IOException {
        if (judgement.name().toLowerCase(Locale.ROOT).equals(name)) {
            found = true;
            denied |= !judgement.decision().allowed();
            Optional<Derivation> derivation = workload.derive(observation.snapshot(), observation.now());
            explanation.add(judgement, derivation);
        }
    }

    @Override
    public void unread(String line) {
        problems.accept(line);
    }

    boolean isFound() {
        return found;
    }

    boolean isDenied() {
        return denied;
    }
}
