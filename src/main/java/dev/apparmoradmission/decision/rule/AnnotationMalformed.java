package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.BetaAnnotation;
import java.util.List;
import java.util.Optional;

/**
 * A beta annotation that does not say what it seems to: the API server accepts but does not sync it (empty,
 * {@code localhost/}, {@code localhost/} with a padded name: semantics §2.3), so that fields and kubelet disagree; or the API
 * server refuses it: an unknown value, another value than the field, a container that is not there.
 */
final class AnnotationMalformed implements RuleCheck {

    private static final String FIX = "remove the annotation and set securityContext.appArmorProfile";

    @Override
    public void examine(Examination examination) {
        if (!examination.workload().hasBetaAnnotations()
                && examination.emptyAnnotationsRemoved().isEmpty()) {
            return;
        }
        for (JudgedContainer container : examination.containers()) {
            if (examination.emptyAnnotationsRemoved().contains(container.name())) {
                // The default takes it away from each pod, so it does no harm but in the source.
                examination.see(
                        Rule.ANNOTATION_MALFORMED,
                        container,
                        "its beta annotation is empty and is removed by the default",
                        FIX,
                        List.of(),
                        Action.WARN);
            }
            Optional<String> value = examination.workload().betaAnnotation(container.container());
            if (value.isPresent()) {
                examine(examination, container, value.get());
            }
        }
        if (examination.podLevel()) {
            List<String> unknown = examination.workload().unknownAnnotatedContainers();
            if (!unknown.isEmpty()) {
                examination.seePodLevel(
                        Rule.ANNOTATION_MALFORMED,
                        "beta annotations name what is no container of it: " + Examination.listed(unknown),
                        "remove the annotations",
                        List.of());
            }
        }
    }

    private static void examine(Examination examination, JudgedContainer container, String value) {
        String shown = "its beta annotation " + Quoted.of(value);
        switch (BetaAnnotation.fate(value)) {
            case EMPTY -> see(examination, container, shown + " is empty: it says nothing");
            case UNSYNCED ->
                see(
                        examination,
                        container,
                        shown + " is not copied into the field by the API server, but obeyed by the kubelet");
            case REFUSED -> see(examination, container, shown + " is not a value that the API server accepts");
            case SYNCED -> {
                Profile field = container.container().field();
                // Templates are not synced, so there the pod level counts as the container's field (semantics §2.5).
                boolean inherits =
                        !field.isDeclared() && examination.workload().kind().isTemplate();
                Profile compared = inherits ? examination.writtenPodLevel() : field;
                if (compared.isDeclared() && !compared.equals(BetaAnnotation.profile(value))) {
                    see(
                            examination,
                            container,
                            shown + " differs from the " + (inherits ? "pod level" : "field")
                                    + ": the API server refuses it");
                }
            }
        }
    }

    private static void see(Examination examination, JudgedContainer container, String message) {
        examination.see(Rule.ANNOTATION_MALFORMED, container, message, FIX);
    }
}
