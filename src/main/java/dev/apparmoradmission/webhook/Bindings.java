package dev.apparmoradmission.webhook;

import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.wire.AdmissionRequest;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.workload.BetaAnnotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Bindings. The API server copies all annotations of a Binding into the pod without validating that again, and the kubelet
 * puts the beta annotation before the pod-level field: whoever may bind a pod could take its profile away after it was
 * admitted ({@code pkg/registry/core/pod/storage}, semantics §2.7). Plain Bindings pass: every pod needs one.
 */
final class Bindings {

    /** A pod has at most a few dozen containers; what comes after them only repeats the finding. */
    private static final int MOST_FINDINGS = 16;

    private Bindings() {}

    static boolean isBinding(AdmissionRequest request, ManifestObject object) {
        return request.resource().equals("bindings")
                || request.resource().equals("pods") && request.subResource().equals("binding")
                || request.group().isEmpty() && request.kind().equals("Binding")
                || object.kind().equals("Binding") && object.apiVersion().equals("v1");
    }

    /** The decision; empty where the Binding carries nothing that matters. */
    static Optional<Decision> judge(ManifestObject binding, String namespace, Snapshot snapshot) {
        List<String> containers = new ArrayList<>();
        for (String key : binding.annotations().keySet()) {
            if (key.startsWith(BetaAnnotation.PREFIX)) {
                containers.add(key.substring(BetaAnnotation.PREFIX.length()));
            }
        }
        if (containers.isEmpty()) {
            return Optional.empty();
        }
        containers.sort(null);
        List<AppArmorPolicy> policies = snapshot.policies().matching(namespace, snapshot.namespaces());
        Optional<AppArmorPolicy> strictest = Optional.empty();
        Action intended = Action.IGNORE;
        for (AppArmorPolicy policy : policies) {
            Action action = policy.action(Rule.ANNOTATION_MALFORMED);
            if (action.compareTo(intended) > 0) {
                intended = action;
                strictest = Optional.of(policy);
            }
        }
        List<Finding> findings = new ArrayList<>();
        if (strictest.isPresent()) {
            String policy = strictest.get().name();
            Action action = snapshot.dryRun() ? intended.cappedAt(Action.AUDIT) : intended;
            for (String container : containers.subList(0, Math.min(containers.size(), MOST_FINDINGS))) {
                findings.add(finding(container, policy, action, intended));
            }
        }
        return Optional.of(new Decision(
                true,
                policies.stream().map(AppArmorPolicy::name).toList(),
                snapshot.policies().hash(),
                List.of(),
                findings,
                List.of(),
                List.of(),
                List.of()));
    }

    private static Finding finding(String container, String policy, Action action, Action intended) {
        return new Finding(
                Rule.ANNOTATION_MALFORMED,
                action,
                intended,
                container,
                "metadata.annotations",
                "None",
                policy,
                "the Binding carries the annotation " + BetaAnnotation.PREFIX + Quoted.bare(container)
                        + ", and the kubelet would let it override the pod's profile",
                "bind without it; a profile belongs into the pod",
                List.of(),
                Optional.empty());
    }
}
