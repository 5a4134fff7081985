package dev.apparmoradmission.decision;

import dev.apparmoradmission.policy.Control;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.Hardening;
import dev.apparmoradmission.workload.Workload.PodSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Compensating controls that a container does not show. What counts is what will really hold: on a privileged container
 * kubelet and runtimes apply neither seccomp profile nor dropped capabilities, whatever its manifest says.
 */
final class UnmetControls {

    private UnmetControls() {}

    static List<String> of(Collection<Control> wanted, Container container, PodSpec pod) {
        List<String> unmet = new ArrayList<>();
        for (Control control : wanted) {
            if (!isMet(control, container, pod.hardening())) {
                unmet.add(control.policyName());
            }
        }
        unmet.sort(null);
        return unmet;
    }

    private static boolean isMet(Control control, Container container, Hardening pod) {
        Hardening own = container.hardening();
        return switch (control) {
            case SECCOMP_PROFILE ->
                !container.privileged()
                        && own.seccompType()
                                .or(pod::seccompType)
                                .filter(type -> !type.equals("Unconfined"))
                                .isPresent();
            case DROP_ALL_CAPABILITIES ->
                !container.privileged() && own.dropsAllCapabilities() && !own.addsCapabilities();
            case RUN_AS_NON_ROOT -> own.runAsNonRoot().or(pod::runAsNonRoot).orElse(false);
            case NO_PRIVILEGE_ESCALATION ->
                !container.privileged() && !own.allowPrivilegeEscalation().orElse(true);
            case READ_ONLY_ROOT_FILESYSTEM -> own.readOnlyRootFilesystem();
        };
    }
}
