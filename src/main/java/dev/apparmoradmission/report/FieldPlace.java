package dev.apparmoradmission.report;

import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.ExceptionKeys;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.Places;
import dev.apparmoradmission.workload.BetaAnnotation;
import dev.apparmoradmission.workload.ProfileSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the very field stands that a finding is about, and that its author has to change: wherever the profile was declared,
 * {@code privileged}, or the annotation. What is not written at all is missed at the container, or at what it is a part of.
 *
 * @param finding the finding
 * @param decision the decision that it is of
 * @param places where the parts of the object stand
 */
record FieldPlace(Finding finding, Decision decision, Places places) {

    private static final String SPEC = "spec";
    private static final String CONTEXT = ".securityContext";
    private static final String PROFILE = ".appArmorProfile";

    /** The place. */
    Place find() {
        return field().orElseGet(() -> places.of(finding.path()));
    }

    private Optional<Place> field() {
        return switch (finding.rule()) {
            case UNCONFINED -> declaration(".type");
            case LOCALHOST_NOT_ALLOWED,
                    LOCALHOST_NOT_LOADED,
                    LOCALHOST_MODE,
                    APPARMOR_UNAVAILABLE,
                    INVENTORY_UNKNOWN,
                    NO_ELIGIBLE_NODE -> declaration(".localhostProfile");
            case PROFILE_INVALID -> places.field(own() + PROFILE);
            case PRIVILEGED -> places.field(own() + ".privileged");
            case ANNOTATION_DEPRECATED -> annotation(BetaAnnotation.PREFIX + finding.container());
            case ANNOTATION_MALFORMED ->
                isPodLevel() ? strayAnnotation() : annotation(BetaAnnotation.PREFIX + finding.container());
            case EXCEPTION_INVALID ->
                annotation(ExceptionKeys.UNCONFINED).or(() -> annotation(ExceptionKeys.EXCEPTION));
            case PROFILE_MISSING -> Optional.empty();
        };
    }

    /** Where the profile is declared: the field of that name, or what else there is of the declaration. */
    private Optional<Place> declaration(String field) {
        ProfileSource source = decision.containers().stream()
                .filter(container -> container.path().equals(finding.path()))
                .findFirst()
                .map(ContainerVerdict::source)
                .orElse(ProfileSource.CONTAINER_FIELD);
        return switch (source) {
            case CONTAINER_FIELD -> declaration(own(), field);
            case POD_FIELD -> declaration(specPath() + CONTEXT, field);
            case ANNOTATION -> annotation(BetaAnnotation.PREFIX + finding.container());
            case NONE -> Optional.empty();
        };
    }

    private Optional<Place> declaration(String context, String field) {
        return Stream.of(field, ".type", "")
                .flatMap(part -> places.field(context + PROFILE + part).stream())
                .findFirst();
    }

    private boolean isPodLevel() {
        return finding.container().isEmpty() && finding.path().endsWith(CONTEXT);
    }

    /** The security context of the container, or of the pod. */
    private String own() {
        return isPodLevel() ? finding.path() : finding.path() + CONTEXT;
    }

    /** What is found lies right below the spec of the pod. */
    private String specPath() {
        return finding.path().substring(0, Math.max(0, finding.path().lastIndexOf('.')));
    }

    private Map<String, Place> annotations() {
        String spec = specPath();
        return spec.endsWith(SPEC)
                ? places.annotations(spec.substring(0, spec.length() - SPEC.length()) + "metadata")
                : Map.of();
    }

    private Optional<Place> annotation(String key) {
        return Optional.ofNullable(annotations().get(key));
    }

    /** The first annotation for a container that is not there. */
    private Optional<Place> strayAnnotation() {
        Set<String> known = decision.containers().stream()
                .map(container -> BetaAnnotation.PREFIX + container.name())
                .collect(Collectors.toSet());
        return annotations().entrySet().stream()
                .filter(annotation -> annotation.getKey().startsWith(BetaAnnotation.PREFIX))
                .filter(annotation -> !known.contains(annotation.getKey()))
                .map(Map.Entry::getValue)
                .sorted()
                .findFirst();
    }
}
