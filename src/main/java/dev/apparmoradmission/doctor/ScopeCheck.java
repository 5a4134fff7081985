package dev.apparmoradmission.doctor;

import dev.apparmoradmission.policy.LabelSelector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** For which namespaces and objects the webhook is asked: none may be left out unseen, and two must be. */
final class ScopeCheck implements Check {

    private static final String CONTROL_PLANE = "kube-system";

    private final Shipped shipped;

    ScopeCheck(Shipped shipped) {
        this.shipped = shipped;
    }

    @Override
    public Area area() {
        return Area.REGISTRATION;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        for (Hook hook : facts.ownHooks()) {
            shipped.hook(hook.name()).ifPresent(ours -> {
                lockOut(facts, hook, ours, sheet);
                leftOut(facts, hook, ours, sheet);
            });
            if (!hook.objects().isEverything()) {
                sheet.error(
                        "object-selector",
                        hook.subject(),
                        "objectSelector lets whoever makes a pod leave the webhook out, by a label: "
                                + hook.webhook().json("/objectSelector"),
                        Fix.set(hook, "objectSelector", "{}"));
            }
        }
    }

    private static Map<String, String> labels(Facts facts, String namespace) {
        Map<String, String> labels = new HashMap<>();
        facts.object(Source.NAMESPACES, namespace).ifPresent(found -> labels.putAll(found.labels()));
        labels.put("kubernetes.io/metadata.name", namespace);
        return labels;
    }

    private static void lockOut(Facts facts, Hook hook, Hook ours, Sheet.Column sheet) {
        if (!hook.isFailing()) {
            return;
        }
        List<String> asked = new ArrayList<>();
        for (String namespace : List.of(CONTROL_PLANE, facts.namespace())) {
            if (hook.namespaces().matches(labels(facts, namespace))) {
                asked.add(namespace);
            }
        }
        if (!asked.isEmpty()) {
            sheet.error(
                    "lock-out",
                    hook.subject(),
                    "is asked about " + String.join(" and ", asked)
                            + " and failurePolicy is Fail: once no replica answers, "
                            + (asked.contains(facts.namespace())
                                    ? "the webhook's own pods cannot start either"
                                    : "the control plane's pods cannot start")
                            + ", and the cluster does not heal by itself",
                    Fix.set(hook, "namespaceSelector", ours.webhook().json("/namespaceSelector")));
        }
    }

    private static void leftOut(Facts facts, Hook hook, Hook ours, Sheet.Column sheet) {
        LabelSelector selector = hook.namespaces();
        Set<String> exempt = Set.of(CONTROL_PLANE, facts.namespace());
        List<String> out = facts.objects(Source.NAMESPACES).stream()
                .map(ApiObject::name)
                .filter(name -> !exempt.contains(name))
                .filter(name -> !selector.matches(labels(facts, name)))
                .toList();
        if (!out.isEmpty()) {
            sheet.warning(
                    "namespaces-left-out",
                    hook.subject(),
                    "is not asked about " + Words.count(out.size(), "namespace") + " beside kube-system and its own: "
                            + Words.list(out) + "; no policy holds there",
                    Fix.set(hook, "namespaceSelector", ours.webhook().json("/namespaceSelector")));
        } else if (!selector.dependsOnlyOn("kubernetes.io/metadata.name")) {
            sheet.note(
                    "namespaces-by-label",
                    hook.subject(),
                    "leaves namespaces out by a label that whoever labels namespaces can set: "
                            + hook.webhook().json("/namespaceSelector"),
                    Fix.set(hook, "namespaceSelector", ours.webhook().json("/namespaceSelector")));
        }
    }
}
