package dev.apparmoradmission.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.EligibleNodes;
import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.node.Taint;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.LocalhostTerms;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * What becomes of containers on many nodes, no two of which need be alike, against each container asked about each node by
 * itself. Each cluster is asked about many pods, so that what an earlier one left behind would show in a later answer.
 */
class OutlookTest {

    private static final List<String> NAMES = List.of(
            "web",
            "db",
            "a",
            "a//&b",
            "&a",
            "::a",
            ":n:a",
            " a",
            "localhost/web",
            "unconfined",
            "unc",
            "",
            "@a",
            "a\tb");
    private static final List<String> LOADED = List.of(
            "web",
            "db",
            "a",
            "b",
            "a//&b",
            "localhost/web",
            "unconfined",
            "cri-containerd.apparmor.d",
            "crio-default",
            "docker-default");
    private static final Duration MAX_AGE = Duration.ofHours(24);

    /** 100 clusters and 30 pods on each. */
    @Property(tries = 100)
    void kindsOfNodeAnswerAsEachNodeByItself(@ForAll long seed) {
        Random random = new Random(seed);
        EligibleNodes nodes = cluster(random)
                .cluster()
                .eligibleFor(PodBuilder.pod().tolerates("k").build())
                .at(World.NOW, MAX_AGE);
        for (int i = 0; i < 30; i++) {
            assertEachByItself(pod(random), nodes);
        }
    }

    private static void assertEachByItself(Workload pod, EligibleNodes nodes) {
        List<JudgedContainer> containers = pod.spec().containers().stream()
                .map(container -> JudgedContainer.of(pod, container))
                .toList();
        Outlook outlook = Outlook.of(containers, pod.requiresAppArmor(), nodes);
        assertThat(outlook.confinements()).hasSameSizeAs(containers);
        assertThat(outlook.lookups()).hasSameSizeAs(containers);
        for (int i = 0; i < containers.size(); i++) {
            JudgedContainer container = containers.get(i);
            List<Confinement> confined = new ArrayList<>();
            List<Confinement> lookedUp = new ArrayList<>();
            for (Part part : nodes.parts()) {
                confined.add(Confiner.confine(container, pod.requiresAppArmor(), part.appArmor()));
                lookedUp.add(Confiner.lookedUp(container, pod.requiresAppArmor(), part.appArmor()));
            }
            assertRow(outlook.confinements().get(i), confined, nodes);
            assertRow(outlook.lookups().get(i), lookedUp, nodes);
            assertWorst(outlook.verdicts().get(i), confined, nodes);
        }
    }

    private static void assertRow(Confinements row, List<Confinement> expected, EligibleNodes nodes) {
        for (Level level : Level.values()) {
            List<Part> parts = new ArrayList<>();
            for (int part = 0; part < expected.size(); part++) {
                assertThat(row.on(part)).isEqualTo(expected.get(part));
                if (expected.get(part).level() == level) {
                    parts.add(nodes.parts().get(part));
                }
            }
            assertThat(row.parts(confinement -> confinement.level() == level)).isEqualTo(parts);
        }
    }

    private static void assertWorst(ContainerVerdict verdict, List<Confinement> row, EligibleNodes nodes) {
        Confinement worst = row.get(0);
        for (Confinement confinement : row) {
            worst = confinement.level().compareTo(worst.level()) < 0 ? confinement : worst;
        }
        List<Part> from = new ArrayList<>();
        for (int part = 0; part < row.size() && worst.dependsOnNode(); part++) {
            if (row.get(part).isLike(worst)) {
                from.add(nodes.parts().get(part));
            }
        }
        assertThat(verdict.confinement()).isEqualTo(worst);
        assertThat(verdict.worst()).isEqualTo(from);
    }

    /** 40 clusters and 40 pods on each, under policies that ask for every node, for any, and that steer or hold. */
    @Property(tries = 40)
    void whatNodesWereAskedBeforeChangesNoDecision(@ForAll long seed) {
        Random random = new Random(seed);
        World world = cluster(random);
        List<AppArmorPolicy> policies = List.of(policy("first", random), policy("second", random));
        Snapshot asked = world.under(policies.get(0), policies.get(1));
        for (int i = 0; i < 40; i++) {
            Workload pod = pod(random);
            Snapshot fresh = world.under(policies.get(0), policies.get(1));
            assertThat(World.review(pod, asked)).isEqualTo(World.review(pod, fresh));
            assertThat(World.create(pod, asked)).isEqualTo(World.create(pod, fresh));
        }
    }

    private static AppArmorPolicy policy(String name, Random random) {
        Set<ProfileMode> modes =
                random.nextBoolean() ? Set.of(ProfileMode.ENFORCE) : Set.of(ProfileMode.ENFORCE, ProfileMode.COMPLAIN);
        Optional<Duration> maxAge = switch (random.nextInt(3)) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(MAX_AGE);
            default -> Optional.of(Duration.ofHours(1));
        };
        AppArmorPolicy.Placement[] placements = AppArmorPolicy.Placement.values();
        return World.policy(
                name,
                Map.of(Rule.PRIVILEGED, Action.ENFORCE),
                new LocalhostTerms(
                        List.of(new Glob("*")),
                        random.nextBoolean(),
                        modes,
                        maxAge,
                        placements[random.nextInt(placements.length)]));
    }

    /** Up to 60 nodes, with one list, a few, or one each. */
    private static World cluster(Random random) {
        World world = new World();
        int count = 1 + random.nextInt(60);
        int lists = random.nextBoolean() ? count : 1 + random.nextInt(3);
        ContainerRuntime[] runtimes = ContainerRuntime.values();
        for (int i = 0; i < count; i++) {
            String name = "node-" + i;
            List<Taint> taints = random.nextInt(4) == 0 ? List.of(new Taint("k", "", "NoSchedule")) : List.of();
            if (random.nextInt(10) == 0) {
                world.nodeWithoutAppArmor(name, taints);
                continue;
            }
            int list = random.nextInt(lists);
            world.node(name, runtimes[random.nextInt(3) == 0 ? random.nextInt(runtimes.length) : 0], taints);
            switch (random.nextInt(6)) {
                case 0 -> world.withoutInventory(name);
                case 1 -> world.inventory(name, loaded(list), World.NOW.minus(Duration.ofHours(random.nextInt(48))));
                default -> world.inventory(name, loaded(list));
            }
        }
        return world;
    }

    private static ProfileList loaded(int list) {
        Random random = new Random(list);
        Map<String, ProfileMode> profiles = new HashMap<>(Map.of("own-" + list, ProfileMode.ENFORCE));
        ProfileMode[] modes = ProfileMode.values();
        for (String name : LOADED) {
            if (random.nextInt(4) > 0) {
                profiles.put(name, random.nextInt(3) > 0 ? ProfileMode.ENFORCE : modes[random.nextInt(modes.length)]);
            }
        }
        return ProfileList.of(profiles);
    }

    private static Workload pod(Random random) {
        PodBuilder pod = PodBuilder.pod().profile(random.nextBoolean() ? PodBuilder.NOTHING : profile(random));
        if (random.nextBoolean()) {
            pod.tolerates("k");
        }
        if (random.nextInt(4) == 0) {
            pod.selector("host", "node-" + random.nextInt(60));
        }
        Profile before = PodBuilder.NOTHING;
        for (int i = random.nextInt(5); i >= 0; i--) {
            // Neighbours often declare the same.
            before = random.nextBoolean() ? before : profile(random);
            ContainerKind kind = random.nextInt(5) == 0 ? ContainerKind.EPHEMERAL : ContainerKind.REGULAR;
            pod.container(kind, "c" + i, before, random.nextInt(5) == 0);
        }
        return pod.build();
    }

    private static Profile profile(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> PodBuilder.NOTHING;
            case 1 -> PodBuilder.RUNTIME_DEFAULT;
            case 2 -> PodBuilder.UNCONFINED;
            case 3 -> new Profile.Invalid("no such type");
            default -> PodBuilder.localhost(NAMES.get(random.nextInt(NAMES.size())));
        };
    }
}
