package dev.apparmoradmission.decision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.decision.Generated.GeneratedNode;
import dev.apparmoradmission.decision.Generated.State;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.NameForm;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.workload.Workload;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What holds for every pod, policy and cluster. */
class DecisionPropertiesTest {

    @Provide
    Arbitrary<ObjectNode> pods() {
        return Generated.pods();
    }

    @Provide
    Arbitrary<AppArmorPolicy> policies() {
        return Generated.policies();
    }

    @Provide
    Arbitrary<List<GeneratedNode>> clusters() {
        return Generated.clusters();
    }

    private static Workload read(JsonNode pod) {
        return Manifests.read(pod).orElseThrow();
    }

    private static Decision create(JsonNode pod, Snapshot snapshot) {
        return World.create(read(pod), snapshot);
    }

    /** As at the doors: what the mutating one leaves, synced, at the validating one. */
    private static Decision admit(JsonNode pod, Snapshot snapshot) {
        ObjectNode defaulted = ApiServerModel.withDefaults(pod);
        ObjectNode patched =
                Manifests.patched(defaulted, create(defaulted, snapshot).patch());
        return create(ApiServerModel.synced(patched), snapshot);
    }

    @Property(tries = 1500, maxDiscardRatio = 50)
    void whatIsPatchedOnceIsNotPatchedAgain(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        Snapshot snapshot = Generated.world(nodes).under(policy);
        ObjectNode patched = Manifests.patched(pod, create(pod, snapshot).patch());

        assertThat(create(patched, snapshot).patch()).isEmpty();
        assertThat(create(ApiServerModel.synced(patched), snapshot).patch()).isEmpty();
    }

    @Property(tries = 1500)
    void aDecisionAccountsForEveryExceptionAsItsFindingsDo(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        Workload workload = read(pod);
        Decision decision = World.create(workload, Generated.world(nodes).under(policy));

        Set<String> excused = decision.findings().stream()
                .filter(finding -> finding.exception().isPresent())
                .map(finding -> finding.rule() + " " + finding.path())
                .collect(Collectors.toSet());
        Set<String> accepted = new HashSet<>();
        for (ExceptionStanding standing : decision.exceptions()) {
            standing.need()
                    .filter(need -> standing.isAccepted())
                    .ifPresent(need -> accepted.add(need.rule() + " " + need.path()));
            boolean told = policy.action(Rule.EXCEPTION_INVALID) == Action.IGNORE
                    || decision.findings().stream().anyMatch(finding -> finding.rule() == Rule.EXCEPTION_INVALID);
            assertThat(standing.faults().isEmpty() || told)
                    .as("what is refused is told")
                    .isTrue();
        }
        assertThat(accepted).isEqualTo(excused);
        boolean judged = decision.containers().stream()
                .noneMatch(container -> container.confinement().equals(Confinement.NOT_APPLICABLE));
        boolean claims = workload.annotations().containsKey(ExceptionKeys.UNCONFINED);
        assertThat(decision.exceptions().isEmpty())
                .as("no claim is passed over")
                .isEqualTo(!claims || !judged || decision.policies().isEmpty());
    }

    @Property(tries = 2000)
    void noPatchMakesTheApiServerRefuseWhatItWouldAcceptOrAcceptWhatItWouldRefuse(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        ObjectNode before = ApiServerModel.withDefaults(pod);
        ObjectNode after = Manifests.patched(
                before, create(before, Generated.world(nodes).under(policy)).patch());
        List<String> faultsBefore = ApiServerModel.podFaults(ApiServerModel.synced(before));
        List<String> faultsAfter = ApiServerModel.podFaults(ApiServerModel.synced(after));

        if (faultsBefore.isEmpty()) {
            assertThat(faultsAfter).isEmpty();
        } else if (faultsAfter.isEmpty()) {
            // The one fault that the default heals on purpose: an empty annotation beside a profile on the pod.
            assertThat(faultsBefore).allSatisfy(fault -> assertThat(fault).contains("annotation and field must match"));
        }
    }

    @Property(tries = 1500, maxDiscardRatio = 50)
    void aPatchOnlyAddsAProfileWhereNoneIsOrNarrowsThePlacementOrRemovesAnEmptyAnnotation(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        for (PatchOperation operation :
                create(pod, Generated.world(nodes).under(policy)).patch()) {
            JsonNode there = pod.at(operation.pointer());
            if (operation instanceof PatchOperation.RemoveAnnotation) {
                assertThat(there.isTextual() && there.textValue().isEmpty()).isTrue();
            } else if (operation instanceof PatchOperation.AddProfile) {
                assertThat(there.isMissingNode()).isTrue();
                assertThat(operation.pointer()).startsWith("/spec/securityContext");
            } else if (operation instanceof PatchOperation.AddExpressions) {
                assertThat(there.isMissingNode() || there.isEmpty()).isTrue();
            } else {
                assertThat(there.isMissingNode() || there.isNull()).isTrue();
                assertThat(operation.pointer()).matches("/spec/(affinity|schedulingGates).*");
            }
        }
    }

    @Property(tries = 1500, maxDiscardRatio = 50)
    void aFileIsJudgedAsThePodThatComesOfIt(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        Assume.that(ApiServerModel.podFaults(ApiServerModel.synced(pod)).isEmpty());
        Snapshot snapshot = Generated.world(nodes).under(policy);
        Decision reviewed = World.review(read(pod), snapshot);
        Decision admitted = admit(pod, snapshot);

        assertThat(reviewed.allowed()).isEqualTo(admitted.allowed());
        assertThat(enforced(reviewed)).isEqualTo(enforced(admitted));
        assertThat(reviewed.containers().stream().map(v -> v.confinement().level()))
                .containsExactlyElementsOf(admitted.containers().stream()
                        .map(v -> v.confinement().level())
                        .toList());
    }

    private static Set<String> enforced(Decision decision) {
        return decision.findings(Action.ENFORCE).stream()
                .map(f -> f.rule().id() + " " + f.container())
                .collect(Collectors.toSet());
    }

    @Property(tries = 1500)
    void anExplanationTellsTheDecisionAndNothingElse(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        Snapshot snapshot = Generated.world(nodes).under(policy);
        Decision decision = World.review(read(pod), snapshot);
        Derivation derivation = Derivation.of(read(pod), snapshot, World.NOW);

        assertThat(derivation.decision()).isEqualTo(decision);
        assertThat(derivation.containers().stream().map(Derivation.ContainerStanding::verdict))
                .containsExactlyElementsOf(decision.containers());
        for (Derivation.ContainerStanding container : derivation.containers()) {
            assertThat(container.confinements().stream()
                            .flatMap(on -> on.nodes().members().stream())
                            .map(member -> member.node().name()))
                    .containsExactlyInAnyOrderElementsOf(derivation.nodes().stream()
                            .filter(Derivation.NodeStanding::isEligible)
                            .map(node -> node.standing().member().node().name())
                            .toList());
            assertThat(container.confinements())
                    .noneMatch(on ->
                            on.confinement().isWorseThan(container.verdict().confinement()));
        }
        Set<Rule> told = new HashSet<>(derivation.quiet());
        told.addAll(derivation.ignored());
        assertThat(decision.findings()).noneMatch(finding -> told.contains(finding.rule()));
    }

    @Property(tries = 1500, maxDiscardRatio = 50)
    void aNodeThatHoldsEveryProfileNeverTurnsAllowIntoDeny(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        Assume.that(nodes.size() < 4);
        // With no node at all the answer is another one on purpose: nothing is known, so little is denied.
        Assume.that(!Generated.world(nodes).cluster().eligibleFor(read(pod)).isEmpty());
        Map<String, ProfileMode> all = new HashMap<>();
        Generated.PROFILES.forEach(name -> all.put(name, ProfileMode.ENFORCE));
        ApiServerModel.containers(pod.path("spec"))
                .forEach(c -> all.put(
                        c.at("/securityContext/appArmorProfile/localhostProfile")
                                .asText("k8s-web"),
                        ProfileMode.ENFORCE));
        List<GeneratedNode> more = new ArrayList<>(nodes);
        more.add(new GeneratedNode(ContainerRuntime.CONTAINERD, false, State.ON, all));
        boolean before = admit(pod, Generated.world(nodes).under(policy)).allowed();
        Assume.that(before);

        assertThat(admit(pod, Generated.world(more).under(policy)).allowed()).isTrue();
    }

    @Property(tries = 1500, maxDiscardRatio = 50)
    void loadingAMissingProfileNeverTurnsAllowIntoDeny(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        // Steered, a pod comes to more nodes by it, and another of its containers may fare worse there.
        Assume.that(policy.localhost().placement() != AppArmorPolicy.Placement.STEER);
        Assume.that(admit(pod, Generated.world(nodes).under(policy)).allowed());
        for (String name : Generated.PROFILES) {
            List<GeneratedNode> loaded = nodes.stream()
                    .map(node -> {
                        Map<String, ProfileMode> profiles = new HashMap<>(node.profiles());
                        profiles.putIfAbsent(name, ProfileMode.ENFORCE);
                        return new GeneratedNode(node.runtime(), node.tainted(), node.state(), profiles);
                    })
                    .toList();
            assertThat(admit(pod, Generated.world(loaded).under(policy)).allowed())
                    .as(name)
                    .isTrue();
        }
    }

    @Property(tries = 1500, maxDiscardRatio = 50)
    void aSteeredPodNeverComesToANodeWithoutItsProfiles(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        Assume.that(policy.localhost().placement() == AppArmorPolicy.Placement.STEER);
        Assume.that(ApiServerModel.podFaults(ApiServerModel.synced(pod)).isEmpty());
        Assume.that(Placing.isChoiceLeft(read(pod)));
        Decision admitted = admit(pod, Generated.world(nodes).under(policy));
        Set<String> steered = admitted.containers().stream()
                .filter(verdict -> verdict.profile() instanceof Profile.Localhost localhost
                        && NameForm.of(localhost.name()) == NameForm.PLAIN
                        && Glob.any(policy.localhost().allowed(), localhost.name()))
                .map(ContainerVerdict::name)
                .collect(Collectors.toSet());
        Assume.that(!steered.isEmpty());

        assertThat(admitted.findings())
                .filteredOn(finding -> steered.contains(finding.container()))
                .filteredOn(finding -> Settlement.mayComeRight(finding.rule()))
                .isEmpty();
    }

    @Property(tries = 1500, maxDiscardRatio = 50)
    void aHeldPodIsJudgedWithoutTheGateAsIfItHadNeverBeenHeld(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        Assume.that(policy.localhost().placement() == AppArmorPolicy.Placement.HOLD);
        Assume.that(ApiServerModel.podFaults(ApiServerModel.synced(pod)).isEmpty());
        Snapshot snapshot = Generated.world(nodes).under(policy);
        ObjectNode stored = ApiServerModel.synced(
                Manifests.patched(pod, create(pod, snapshot).patch()));
        Workload held = read(stored);
        Assume.that(held.spec().placement().isHeld());
        Workload released = held.withPlacement(held.spec().placement().released());
        Decision whileHeld = create(stored, snapshot);
        Decision onRelease =
                Decider.decide(released, new Operation.Update(Requester.ANYONE, held), snapshot, World.NOW);

        assertThat(whileHeld.findings(Action.ENFORCE)).noneMatch(finding -> Settlement.mayComeRight(finding.rule()));
        assertThat(onRelease.findings(Action.ENFORCE)).anyMatch(finding -> Settlement.mayComeRight(finding.rule()));
    }

    @Property(tries = 1000, maxDiscardRatio = 50)
    void theOrderOfContainersDoesNotMatter(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes,
            @ForAll long seed) {
        Snapshot snapshot = Generated.world(nodes).under(policy);
        ObjectNode shuffled = pod.deepCopy();
        for (String list : List.of("initContainers", "containers")) {
            if (shuffled.path("spec").path(list) instanceof ArrayNode array) {
                List<JsonNode> items = new ArrayList<>();
                array.forEach(items::add);
                Collections.shuffle(items, new Random(seed));
                array.removeAll().addAll(items);
            }
        }
        assertThat(byName(World.review(read(shuffled), snapshot))).isEqualTo(byName(World.review(read(pod), snapshot)));
        assertThat(Manifests.json(create(shuffled, snapshot).patch()))
                .containsExactlyInAnyOrderElementsOf(
                        Manifests.json(create(pod, snapshot).patch()));
    }

    /** Findings without the place in the list. */
    private static Set<List<Object>> byName(Decision decision) {
        return decision.findings().stream()
                .map(f -> List.<Object>of(
                        f.rule(),
                        f.action(),
                        f.container(),
                        f.declared(),
                        f.message(),
                        f.fix(),
                        f.nodes(),
                        f.exception()))
                .collect(Collectors.toSet());
    }

    @Property(tries = 1500, maxDiscardRatio = 50)
    void dryRunAllowsEverythingPatchesNothingAndTellsWhatWouldHaveCome(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        Assume.that(ApiServerModel.podFaults(ApiServerModel.synced(pod)).isEmpty());
        Snapshot real = Generated.world(nodes).under(policy);
        Snapshot dry = new Snapshot(real.policies(), real.nodes(), real.namespaces(), true);
        Decision dried = admit(pod, dry);
        Decision meant = admit(pod, real);

        assertThat(dried.allowed()).isTrue();
        assertThat(dried.patch()).isEmpty();
        assertThat(dried.findings()).allMatch(f -> f.action().compareTo(Action.AUDIT) <= 0);
        assertThat(Message.warnings(dried)).isEmpty();
        assertThat(create(pod, dry).intendedPatch()).isEqualTo(create(pod, real).patch());
        assertThat(dried.wouldBeAllowed()).isEqualTo(meant.allowed());
        assertThat(dried.findings().stream().map(f -> List.of(f.rule(), f.path(), f.intended(), f.message())))
                .isEqualTo(meant.findings().stream()
                        .map(f -> List.of(f.rule(), f.path(), f.action(), f.message()))
                        .toList());
        if (!dried.wouldBeAllowed()) {
            assertThat(Message.intendedDenial(dried)).isEqualTo(Message.denial(meant));
        }
    }

    @Property(tries = 1000, maxDiscardRatio = 50)
    void aMilderModeIsNeverStricter(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        World world = Generated.world(nodes);
        Decision enforced = create(pod, world.under(inMode(policy, Action.ENFORCE)));
        Decision warned = create(pod, world.under(inMode(policy, Action.WARN)));
        Decision audited = create(pod, world.under(inMode(policy, Action.AUDIT)));

        assertThat(warned.allowed()).isTrue();
        assertThat(audited.allowed()).isTrue();
        assertThat(Message.warnings(audited)).isEqualTo(audited.notes());
        assertThat(warned.findings()).hasSameSizeAs(enforced.findings()).hasSameSizeAs(audited.findings());
        for (int i = 0; i < enforced.findings().size(); i++) {
            Action strict = enforced.findings().get(i).action();
            assertThat(warned.findings().get(i).action()).isEqualTo(strict.cappedAt(Action.WARN));
            assertThat(audited.findings().get(i).action()).isEqualTo(strict.cappedAt(Action.AUDIT));
        }
    }

    private static AppArmorPolicy inMode(AppArmorPolicy policy, Action mode) {
        return new AppArmorPolicy(
                policy.name(),
                mode,
                policy.match(),
                policy.defaultProfile(),
                policy.rules(),
                policy.localhost(),
                policy.exceptions(),
                policy.templates());
    }

    @Property(tries = 1500, maxDiscardRatio = 50)
    void anAnnotationExcusesOnlyWhatItMay(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        Snapshot snapshot = Generated.world(nodes).under(policy);
        ObjectNode claiming = pod.deepCopy();
        claiming.withObjectProperty("metadata")
                .withObjectProperty("annotations")
                .put(ExceptionKeys.UNCONFINED, "*")
                .put(ExceptionKeys.REASON, "everything is excused")
                .put(ExceptionKeys.EXPIRES, "2026-11-30");
        Set<Rule> excusable = Set.of(Rule.UNCONFINED, Rule.PRIVILEGED, Rule.LOCALHOST_MODE);

        assertThat(create(claiming, snapshot).findings())
                .filteredOn(f -> f.exception().isPresent())
                .allSatisfy(f -> {
                    assertThat(f.rule()).isIn(excusable);
                    assertThat(f.action()).isNotEqualTo(Action.ENFORCE);
                });
        Set<String> stays = create(pod, snapshot).findings(Action.ENFORCE).stream()
                .filter(f -> !excusable.contains(f.rule()) && f.rule() != Rule.EXCEPTION_INVALID)
                .map(f -> f.rule().id() + " " + f.path())
                .collect(Collectors.toSet());
        assertThat(create(claiming, snapshot).findings(Action.ENFORCE).stream()
                        .map(f -> f.rule().id() + " " + f.path()))
                .containsAll(stays);
    }

    @Property(tries = 500)
    void aWindowsPodIsNeverTouched(
            @ForAll("pods") ObjectNode pod,
            @ForAll("policies") AppArmorPolicy policy,
            @ForAll("clusters") List<GeneratedNode> nodes) {
        ObjectNode windows = pod.deepCopy();
        windows.withObjectProperty("spec").putObject("os").put("name", "windows");
        Decision decision = create(windows, Generated.world(nodes).under(policy));

        assertThat(decision.allowed()).isTrue();
        assertThat(decision.intendedPatch()).isEmpty();
        assertThat(decision.findings()).isEmpty();
        assertThat(decision.containers())
                .isNotEmpty()
                .allMatch(v -> v.confinement().equals(Confinement.NOT_APPLICABLE));
    }

    @Property(tries = 1000, maxDiscardRatio = 50)
    void whatIsAllowedUnderTheStrictPolicyIsConfinedOrExcused(
            @ForAll("pods") ObjectNode pod, @ForAll("clusters") List<GeneratedNode> nodes) {
        Decision decision = admit(pod, Generated.world(nodes).under(World.strict()));
        Assume.that(decision.allowed() && !read(pod).isWindows());
        Set<String> excused = decision.findings().stream()
                .filter(f -> f.exception().isPresent())
                .map(Finding::container)
                .collect(Collectors.toSet());

        assertThat(decision.containers()).allSatisfy(verdict -> {
            boolean nothingKnown = verdict.confinement().level() == Confinement.Level.UNKNOWN
                    && !(verdict.profile() instanceof Profile.Unconfined);
            assertThat(verdict.confinement().level() == Confinement.Level.ENFORCED
                            || nothingKnown
                            || excused.contains(verdict.name()))
                    .as(verdict.toString())
                    .isTrue();
        });
    }
}
