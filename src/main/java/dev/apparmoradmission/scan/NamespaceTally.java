package dev.apparmoradmission.scan;

import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Drift;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Judgement.Verdict;
import dev.apparmoradmission.workload.WorkloadKind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** How a namespace stands: its pods' containers by what the kernel does to them, and what would be denied. */
final class NamespaceTally {

    private final Map<Level, Integer> containers = new EnumMap<>(Level.class);
    private int pods;
    private int denied;
    private int warned;
    private int drifted;

    void add(WorkloadKind kind, Judgement judgement, List<Drift> drifts) {
        denied += judgement.verdict() == Verdict.DENIED ? 1 : 0;
        warned += judgement.verdict() == Verdict.WARN ? 1 : 0;
        if (kind != WorkloadKind.POD) {
            return;
        }
        pods++;
        drifted += drifts.size();
        for (ContainerVerdict container : judgement.decision().containers()) {
            containers.merge(container.confinement().level(), 1, Integer::sum);
        }
    }

    int pods() {
        return pods;
    }

    int containers(Level level) {
        return containers.getOrDefault(level, 0);
    }

    int denied() {
        return denied;
    }

    int warned() {
        return warned;
    }

    int drifted() {
        return drifted;
    }
}
