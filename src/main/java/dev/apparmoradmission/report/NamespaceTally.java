package dev.apparmoradmission.report;

import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Drift;
import dev.apparmoradmission.report.Judgement.Verdict;
import dev.apparmoradmission.workload.WorkloadKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How a namespace stands: containers by what the kernel does to them, and what would be denied. Of a cluster the containers of
 * pods count, for templates run nothing; of files those of everything that makes pods.
 */
public final class NamespaceTally {

    private final Map<Level, Integer> containers = new EnumMap<>(Level.class);
    private int pods;
    private int denied;
    private int warned;
    private int drifted;

    /** Counts a workload and what of it has drifted. */
    public void add(Judgement judgement, List<Drift> drifts) {
        denied += judgement.verdict() == Verdict.DENIED ? 1 : 0;
        warned += judgement.verdict() == Verdict.WARN ? 1 : 0;
        if (judgement.isLive() && !judgement.kind().equals(WorkloadKind.POD.kindName())) {
            return;
        }
        pods++;
        drifted += drifts.size();
        for (ContainerVerdict container : judgement.decision().containers()) {
            containers.merge(container.confinement().level(), 1, Integer::sum);
        }
    }

    /** Counts what another has counted. */
    public void add(NamespaceTally other) {
        other.containers.forEach((level, number) -> containers.merge(level, number, Integer::sum));
        pods += other.pods;
        denied += other.denied;
        warned += other.warned;
        drifted += other.drifted;
    }

    /** How many workloads have their containers counted: the pods of a cluster, or all of files. */
    public int pods() {
        return pods;
    }

    /** Their containers at this level. */
    public int containers(Level level) {
        return containers.getOrDefault(level, 0);
    }

    /** Their containers. */
    public int containers() {
        return containers.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** Workloads that would be denied, templates too. */
    public int denied() {
        return denied;
    }

    /** Workloads that would be let in with a warning, templates too. */
    public int warned() {
        return warned;
    }

    /** What is no longer as it was admitted, counted by container. */
    public int drifted() {
        return drifted;
    }
}
