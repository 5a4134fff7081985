package dev.apparmoradmission.decision;

import dev.apparmoradmission.decision.ExceptionFault.Kind;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Why a grant is not about a pod, or not about a container of it (contract §3). */
final class GrantScope {

    private static final String ALL = "*";

    private GrantScope() {}

    /** Why it is not about the pod; empty where it is. */
    static List<ExceptionFault> faults(AppArmorException grant, Workload workload) {
        List<ExceptionFault> faults = new ArrayList<>();
        if (!Glob.any(grant.namespaces(), workload.namespace())) {
            faults.add(scope("it does not hold in namespace " + Quoted.of(workload.namespace())));
        }
        if (!grant.podSelector().matches(workload.labels())) {
            faults.add(scope("its podSelector does not match the pod's labels"));
        }
        String account = workload.spec().serviceAccountName();
        if (!grant.serviceAccounts().isEmpty() && !grant.serviceAccounts().contains(account)) {
            faults.add(scope("it does not hold for service account " + Quoted.of(account)));
        }
        return faults;
    }

    /** Why it is not about the container; an absent one is the pod level. */
    static List<ExceptionFault> faults(AppArmorException grant, Optional<JudgedContainer> container) {
        List<ExceptionFault> faults = new ArrayList<>();
        if (container.isEmpty()) {
            if (grant.containers().stream().noneMatch(glob -> glob.pattern().equals(ALL))) {
                faults.add(scope("it covers named containers, not the pod level"));
            }
            return faults;
        }
        Container subject = container.get().container();
        if (!Glob.any(grant.containers(), subject.name())) {
            faults.add(scope("it does not cover the container"));
        }
        if (!grant.images().isEmpty() && !Glob.any(grant.images(), subject.image())) {
            faults.add(scope("it does not cover image " + Quoted.of(subject.image())));
        }
        return faults;
    }

    private static ExceptionFault scope(String text) {
        return new ExceptionFault(Kind.SCOPE, text);
    }
}
