package dev.apparmoradmission.doctor;

import dev.apparmoradmission.decision.Quoted;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Why a pod of the webhook does not do what it should, in the words of kubelet and scheduler. */
final class PodCheck implements Check {

    private static final int MANY_RESTARTS = 5;
    private static final int LONGEST = 200;

    /** A pod passes through these on its way. */
    private static final Set<String> ON_THE_WAY = Set.of("ContainerCreating", "PodInitializing");

    @Override
    public Area area() {
        return Area.LOCK_OUT;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        for (ApiObject pod : facts.webhookPods()) {
            if (!pod.has("/metadata/deletionTimestamp")) {
                examine(facts, pod, sheet);
            }
        }
    }

    private static void examine(Facts facts, ApiObject pod, Sheet.Column sheet) {
        String subject = "Pod " + pod.name();
        Optional<ApiObject> unscheduled = pod.items("/status/conditions").stream()
                .filter(condition -> condition.text("/type").equals("PodScheduled"))
                .filter(condition -> condition.text("/status").equals("False"))
                .findFirst();
        unscheduled.ifPresent(condition -> sheet.warning(
                "pod-unscheduled",
                subject,
                "no node takes it: " + Quoted.of(condition.text("/message"), LONGEST),
                Fix.kubectl(facts.namespace(), "describe pod " + pod.name())));
        for (ApiObject status : pod.items("/status/containerStatuses")) {
            container(facts, pod, status, subject, sheet);
        }
    }

    private static void container(Facts facts, ApiObject pod, ApiObject status, String subject, Sheet.Column sheet) {
        int restarts = status.number("/restartCount", 0);
        String waiting = status.text("/state/waiting/reason");
        String ended = status.given("/lastState/terminated/reason")
                .map(reason -> "; it ended with " + reason + ", exit code "
                        + status.text("/lastState/terminated/exitCode")
                        + (reason.equals("OOMKilled") ? ": its memory limit is too low" : ""))
                .orElse("");
        String log = Fix.kubectl(facts.namespace(), "logs " + pod.name() + (restarts > 0 ? " --previous" : ""));
        if (!waiting.isEmpty() && !ON_THE_WAY.contains(waiting)) {
            boolean starts = List.of("CrashLoopBackOff", "RunContainerError").contains(waiting);
            sheet.warning(
                    "pod-waiting",
                    subject,
                    waiting
                            + ended
                            + status.given("/state/waiting/message")
                                    .map(message -> ": " + Quoted.of(message, LONGEST))
                                    .orElse(""),
                    starts ? log : Fix.kubectl(facts.namespace(), "describe pod " + pod.name()));
        } else if (restarts >= MANY_RESTARTS) {
            sheet.warning("pod-restarts", subject, "was started again " + Words.count(restarts, "time") + ended, log);
        }
    }
}
