package dev.apparmoradmission.fix;

import dev.apparmoradmission.decision.Confinement;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Derivation;
import dev.apparmoradmission.decision.Derivation.NodeStanding;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.PatchOperation;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.rule.NearestName;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.NameForm;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.BetaAnnotation;
import dev.apparmoradmission.workload.BetaAnnotation.Fate;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.ProfileSource;
import dev.apparmoradmission.workload.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * What can be mended of a workload without a decision that is a person's. Each step is tried on the workload and judged by the
 * one decision; it is taken only where nothing is found that was not found before, and no container is worse off.
 *
 * <ol>
 *   <li>A beta annotation becomes the container's field, as the API server would make it one (semantics §2.1); one that says
 *       nothing, or what the field or the pod level says, only goes. What the API server refuses is left to a person.
 *   <li>{@code localhost/NAME} as the name in a field becomes NAME: that is what the runtimes make of it (semantics §3.4).
 *   <li>The default is written where the mutating door would write it.
 *   <li>Only on request, a name that no node knows becomes the one name near it that all of them know.
 * </ol>
 */
final class Mending {

    private static final String LOCALHOST = "localhost/";

    /** What is said of the name of a profile: none of it may be left once a name is mended. */
    private static final Set<Rule> ABOUT_NAMES =
            Set.of(Rule.LOCALHOST_NOT_ALLOWED, Rule.LOCALHOST_NOT_LOADED, Rule.LOCALHOST_MODE, Rule.INVENTORY_UNKNOWN);

    private final Snapshot snapshot;
    private final Instant now;
    private Workload workload;
    private Derivation derivation;

    private Mending(Workload workload, Snapshot snapshot, Instant now) {
        this.snapshot = snapshot;
        this.now = now;
        this.workload = workload;
        this.derivation = Derivation.of(workload, snapshot, now);
    }

    /**
     * The workload, mended; the same where there is nothing to mend, or no policy holds for it.
     *
     * @param renames whether names that no node knows are mended as well
     */
    static Workload of(Workload workload, Snapshot snapshot, Instant now, boolean renames) {
        if (workload.isWindows() || workload.selectsWindowsNodes()) {
            // AppArmor has no part in it, and the API server forbids the fields.
            return workload;
        }
        Mending mending = new Mending(workload, snapshot, now);
        Workload before;
        do {
            // One step may open the way for another: a name that was mended agrees with an annotation now.
            before = mending.workload;
            mending.migrate();
            mending.stripNames();
            mending.writeDefault();
            if (renames) {
                mending.rename();
            }
        } while (!mending.workload.equals(before));
        return mending.workload;
    }

    // ---- annotations

    private void migrate() {
        boolean wanted = derivation.policies().stream()
                .anyMatch(standing ->
                        standing.holds() && standing.policy().action(Rule.ANNOTATION_DEPRECATED) != Action.IGNORE);
        if (!wanted || !workload.hasBetaAnnotations()) {
            return;
        }
        // An annotation stands for every container of its name.
        Set<String> names = new HashSet<>();
        for (Container container : workload.spec().containers()) {
            if (names.add(container.name())) {
                attempt(migrated(container.name()), Mending::isAlike);
            }
        }
    }

    /** With the annotation for these containers in their fields; the same where that cannot be done. */
    private Workload migrated(String name) {
        String value = workload.annotations().get(BetaAnnotation.PREFIX + name);
        if (value == null) {
            return workload;
        }
        Fate fate = BetaAnnotation.fate(value);
        if (fate != Fate.EMPTY && fate != Fate.SYNCED) {
            return workload;
        }
        List<Container> containers = new ArrayList<>();
        for (Container container : workload.spec().containers()) {
            if (!container.name().equals(name) || fate == Fate.EMPTY) {
                containers.add(container);
                continue;
            }
            Profile annotated = BetaAnnotation.profile(value);
            Profile podLevel = workload.spec().profile();
            // In a template the pod level counts as the field that the annotation must agree with (semantics §1.5).
            Profile compared =
                    container.field().isDeclared() || !workload.kind().isTemplate() ? container.field() : podLevel;
            if (compared.isDeclared() && !compared.equals(annotated)) {
                return workload;
            }
            boolean there = container.field().isDeclared() || podLevel.equals(annotated);
            containers.add(there ? container : container.withField(annotated));
        }
        return without(Set.of(BetaAnnotation.PREFIX + name)).withContainers(containers);
    }

    private Workload without(Set<String> annotations) {
        Map<String, String> left = new HashMap<>(workload.annotations());
        left.keySet().removeAll(annotations);
        return workload.withAnnotations(left);
    }

    // ---- the default

    private void writeDefault() {
        Optional<Profile> profile = Optional.empty();
        Set<String> annotations = new HashSet<>();
        for (PatchOperation operation : derivation.changes()) {
            if (operation instanceof PatchOperation.AddProfile add) {
                profile = Optional.of(add.profile());
            } else if (operation instanceof PatchOperation.RemoveAnnotation remove) {
                workload.annotations().keySet().stream()
                        .filter(key -> remove.pointer().endsWith("/" + PatchOperation.escape(key)))
                        .forEach(annotations::add);
            }
        }
        if (profile.isPresent() || !annotations.isEmpty()) {
            Workload cleaned = without(annotations);
            // Where it comes with node affinity, alone it would lead the pod to nodes that cannot run it: not taken
            // then.
            Workload defaulted =
                    cleaned.withPodLevel(profile.orElse(workload.spec().profile()), cleaned.annotations());
            if (!attempt(defaulted, Mending::isAlike)) {
                attempt(besideAnnotations(defaulted), Mending::isAlike);
            }
        }
    }

    /**
     * With what annotations say in the fields of their containers too: in a template the API server refuses an annotation beside
     * another pod level (semantics §1.5, D03), and where it is not to be migrated it stays.
     */
    private static Workload besideAnnotations(Workload defaulted) {
        List<Container> containers = new ArrayList<>();
        for (Container container : defaulted.spec().containers()) {
            Optional<Profile> annotated = Optional.ofNullable(
                            defaulted.annotations().get(BetaAnnotation.PREFIX + container.name()))
                    .filter(value -> BetaAnnotation.fate(value) == Fate.SYNCED)
                    .map(BetaAnnotation::profile)
                    .filter(profile -> !container.field().isDeclared()
                            && !profile.equals(defaulted.spec().profile()));
            containers.add(annotated.map(container::withField).orElse(container));
        }
        return defaulted.withContainers(containers);
    }

    // ---- names

    private void stripNames() {
        eachName((name, path) -> name.startsWith(LOCALHOST) && has(Rule.LOCALHOST_NOT_ALLOWED, path)
                ? Optional.of(name.substring(LOCALHOST.length()))
                : Optional.empty());
    }

    private void rename() {
        Set<String> everywhere = new HashSet<>();
        boolean first = true;
        for (NodeStanding node : derivation.nodes()) {
            if (node.isEligible()) {
                Set<String> loaded = node.appArmor().profiles().modes().keySet();
                if (first) {
                    everywhere.addAll(loaded);
                } else {
                    everywhere.retainAll(loaded);
                }
                first = false;
            }
        }
        eachName((name, path) ->
                has(Rule.LOCALHOST_NOT_LOADED, path) ? NearestName.onlyAmong(name, everywhere) : Optional.empty());
    }

    /** What a name should be. */
    private interface Better {
        Optional<String> than(String name, String path);
    }

    private void eachName(Better better) {
        for (int i = 0; i < workload.spec().containers().size(); i++) {
            Container container = workload.spec().containers().get(i);
            String path = workload.path(container);
            if (container.field() instanceof Profile.Localhost localhost) {
                better.than(localhost.name(), path)
                        .map(Profile.Localhost::new)
                        .ifPresent(profile -> attempt(withField(container, profile), this::isCured));
            }
        }
        if (workload.spec().profile() instanceof Profile.Localhost localhost) {
            workload.spec().containers().stream()
                    .filter(container -> workload.effective(container).source() == ProfileSource.POD_FIELD)
                    .findFirst()
                    .flatMap(container -> better.than(localhost.name(), workload.path(container)))
                    .map(Profile.Localhost::new)
                    .ifPresent(
                            profile -> attempt(workload.withPodLevel(profile, workload.annotations()), this::isCured));
        }
    }

    private Workload withField(Container changed, Profile profile) {
        UnaryOperator<Container> change =
                container -> container.equals(changed) ? container.withField(profile) : container;
        return workload.withContainers(
                workload.spec().containers().stream().map(change).toList());
    }

    private boolean has(Rule rule, String path) {
        return derivation.decision().findings().stream()
                .anyMatch(finding -> finding.rule() == rule && finding.path().equals(path));
    }

    // ---- is it better?

    /** Compares what was decided with what would be. */
    private interface Comparison {
        boolean allows(Decision before, Decision after);
    }

    /** Takes it if it is better; tells whether it did. */
    private boolean attempt(Workload candidate, Comparison comparison) {
        if (candidate.equals(workload)) {
            return false;
        }
        Derivation after = Derivation.of(candidate, snapshot, now);
        boolean better = findsNothingNew(derivation.decision(), after.decision())
                && comparison.allows(derivation.decision(), after.decision());
        if (better) {
            workload = candidate;
            derivation = after;
        }
        return better;
    }

    private static boolean findsNothingNew(Decision before, Decision after) {
        return after.findings().stream()
                .allMatch(finding -> before.findings().stream().anyMatch(known -> isSame(known, finding)));
    }

    private static boolean isSame(Finding known, Finding finding) {
        return known.rule() == finding.rule()
                && known.path().equals(finding.path())
                && known.action().compareTo(finding.action()) >= 0;
    }

    /** The kernel does the same to every container. */
    private static boolean isAlike(Decision before, Decision after) {
        for (int i = 0; i < before.containers().size(); i++) {
            ContainerVerdict was = before.containers().get(i);
            ContainerVerdict is = after.containers().get(i);
            if (!was.confinement().equals(is.confinement()) || !was.profile().equals(is.profile())) {
                return false;
            }
        }
        return true;
    }

    /** Every container whose profile has another name now is confined by it, and nothing is left to say of the name. */
    private boolean isCured(Decision before, Decision after) {
        for (int i = 0; i < before.containers().size(); i++) {
            ContainerVerdict is = after.containers().get(i);
            if (before.containers().get(i).profile().equals(is.profile())) {
                continue;
            }
            boolean named = is.profile() instanceof Profile.Localhost localhost
                    && NameForm.of(localhost.name()) == NameForm.PLAIN;
            boolean complaint = after.findings().stream()
                    .anyMatch(finding -> finding.path().equals(is.path()) && ABOUT_NAMES.contains(finding.rule()));
            if (!named || complaint || is.confinement().level() != Confinement.Level.ENFORCED) {
                return false;
            }
        }
        return true;
    }
}
