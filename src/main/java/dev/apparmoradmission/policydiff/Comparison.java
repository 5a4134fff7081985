package dev.apparmoradmission.policydiff;

import dev.apparmoradmission.decision.Confinement;
import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.PatchOperation;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.workload.Placement.Requirement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One workload before and after a change.
 *
 * @param before what is decided about it before
 * @param after what is decided about it after
 */
record Comparison(Decision before, Decision after) {

    /** What the change does to it, with what there is to say of each; nothing where all stays as it is. */
    Map<Change, List<Detail>> changes() {
        Map<Change, List<Detail>> changes = new EnumMap<>(Change.class);
        if (before.equals(after)) {
            return changes;
        }
        if (!after.allowed()) {
            List<Detail> enforced = before.allowed()
                    ? found(after, Action.ENFORCE)
                    : beyond(found(after, Action.ENFORCE), found(before, Action.ENFORCE));
            put(changes, before.allowed() ? Change.DENIED : Change.DENIED_FOR_MORE, enforced);
            return changes;
        }
        put(changes, Change.UNCONFINED, unconfined());
        put(changes, Change.DEFAULT, given());
        if (before.allowed()) {
            put(changes, Change.WARNED, warned());
            put(changes, Change.CONFINEMENT, confinedOtherwise());
        } else {
            put(changes, Change.ALLOWED, found(before, Action.ENFORCE));
        }
        return changes;
    }

    private static void put(Map<Change, List<Detail>> changes, Change change, List<Detail> details) {
        if (!details.isEmpty()) {
            changes.put(change, details);
        }
    }

    private static List<Detail> found(Decision decision, Action action) {
        List<Detail> found = new ArrayList<>();
        for (Finding finding : decision.findings(action)) {
            found.add(new Detail.Found(finding));
        }
        return found;
    }

    private static List<Detail> beyond(List<Detail> details, List<Detail> known) {
        Set<List<String>> keys = known.stream().map(Detail::key).collect(Collectors.toSet());
        return details.stream().filter(detail -> !keys.contains(detail.key())).toList();
    }

    private List<Detail> warned() {
        List<Detail> known = found(before, Action.WARN);
        List<Detail> now = found(after, Action.WARN);
        before.notes().forEach(note -> known.add(new Detail.Noted(note)));
        after.notes().forEach(note -> now.add(new Detail.Noted(note)));
        return beyond(now, known);
    }

    private Optional<ContainerVerdict> before(ContainerVerdict container) {
        return before.containers().stream()
                .filter(old -> old.path().equals(container.path()))
                .findFirst();
    }

    /** Whether it is let run with nothing to restrain it, and was not before. */
    private boolean isNewlyUnconfined(ContainerVerdict container) {
        boolean was = before.allowed()
                && before(container)
                        .map(old -> old.confinement().level() == Level.UNCONFINED)
                        .orElse(false);
        return container.confinement().level() == Level.UNCONFINED && !was;
    }

    private List<Detail> unconfined() {
        return confined(this::isNewlyUnconfined);
    }

    private List<Detail> confinedOtherwise() {
        return confined(container -> !isNewlyUnconfined(container)
                && before(container)
                        .filter(old -> !old.confinement().isLike(container.confinement()))
                        .isPresent());
    }

    private List<Detail> confined(Predicate<ContainerVerdict> wanted) {
        List<Detail> confined = new ArrayList<>();
        for (ContainerVerdict container : after.containers()) {
            if (wanted.test(container)) {
                Optional<Confinement> old =
                        before.allowed() ? before(container).map(ContainerVerdict::confinement) : Optional.empty();
                confined.add(new Detail.Confined(old, container));
            }
        }
        return confined;
    }

    /** A pod shows the patch that one like it would get; of a template's pods the profile shows that comes of it. */
    private List<Detail> given() {
        List<Detail> given = new ArrayList<>();
        String old = patch(before.intendedPatch());
        String now = patch(after.intendedPatch());
        if (!old.equals(now)) {
            given.add(new Detail.Given("", old, now));
        }
        for (ContainerVerdict container : after.containers()) {
            before(container)
                    .filter(known -> !known.profile().equals(container.profile()))
                    .ifPresent(known -> given.add(new Detail.Given(
                            container.name(),
                            known.profile().declared(),
                            container.profile().declared())));
        }
        return given;
    }

    private static String patch(List<PatchOperation> patch) {
        String words = patch.stream().map(Comparison::words).distinct().collect(Collectors.joining(", "));
        return words.isEmpty() ? "nothing" : words;
    }

    private static String words(PatchOperation operation) {
        if (operation instanceof PatchOperation.AddProfile profile) {
            return profile.profile().declared();
        }
        if (operation instanceof PatchOperation.AddAffinity affinity) {
            return nodes(affinity.requirements().stream());
        }
        if (operation instanceof PatchOperation.AddExpressions expressions) {
            return nodes(expressions.requirements().stream());
        }
        if (operation instanceof PatchOperation.AppendExpression expression) {
            return nodes(Stream.of(expression.requirement()));
        }
        return operation instanceof PatchOperation.AddGate gate
                ? "gate " + gate.gate()
                : "an annotation less at " + operation.pointer();
    }

    private static String nodes(Stream<Requirement> requirements) {
        return requirements.map(Requirement::key).collect(Collectors.joining(", ", "nodes with ", ""));
    }
}
