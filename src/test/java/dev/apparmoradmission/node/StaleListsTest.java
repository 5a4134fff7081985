package dev.apparmoradmission.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.PodBuilder;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Requirement;
import dev.apparmoradmission.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * Nodes that are asked again and again while time passes against nodes that were never asked before: what is remembered for
 * one instant must not be told of another. Many instants are those at which a list is just fresh or just stale.
 */
class StaleListsTest {

    private static final Instant START = Instant.parse("2026-11-29T08:00:00Z");
    private static final List<Duration> MAX_AGES =
            List.of(Duration.ofMinutes(10), Duration.ofMinutes(20), Duration.ofDays(30));
    private static final List<Duration> BESIDE =
            List.of(Duration.ZERO, Duration.ofNanos(1), Duration.ofNanos(-1), Duration.ofMinutes(3));

    @Property(tries = 200)
    void whatWasAskedAtOneInstantIsNotToldOfAnother(@ForAll long seed) {
        Random random = new Random(seed);
        List<Node> nodes = new ArrayList<>();
        Map<String, NodeInventory> inventories = new HashMap<>();
        List<Instant> observed = new ArrayList<>();
        for (int i = random.nextInt(40); i >= 0; i--) {
            Node node = node(i);
            nodes.add(node);
            // Whole minutes, so that several are of one instant; a few from another year.
            Duration ago = Duration.ofMinutes(random.nextInt(60) - 30);
            Instant at = START.minus(random.nextInt(20) == 0 ? ago.multipliedBy(100_000) : ago);
            observed.add(at);
            inventories.put(node.name(), inventory(random, at));
        }
        ClusterNodes asked = ClusterNodes.of(nodes, inventories, true, TransientTaints.WELL_KNOWN);
        for (int i = 0; i < 40; i++) {
            Optional<Duration> maxAge =
                    random.nextInt(5) == 0 ? Optional.empty() : Optional.of(MAX_AGES.get(random.nextInt(3)));
            Instant now = observed.get(random.nextInt(observed.size()))
                    .plus(BESIDE.get(random.nextInt(BESIDE.size())))
                    .plus(maxAge.orElse(Duration.ZERO).multipliedBy(random.nextInt(3) - 1));
            Workload pod = pod(random);
            EligibleNodes eligible = asked.eligibleFor(pod, maxAge, now);
            EligibleNodes expected = ClusterNodes.of(nodes, inventories, true, TransientTaints.WELL_KNOWN)
                    .eligibleFor(pod, maxAge, now);

            assertThat(eligible.parts()).isEqualTo(expected.parts());
            if (maxAge.isPresent()) {
                List<EligibleNodes.Part> judged = eligible.at(now, maxAge.get()).parts();
                assertThat(judged).isEqualTo(expected.at(now, maxAge.get()).parts());
                for (EligibleNodes.Part part : judged) {
                    part.members()
                            .forEach(member ->
                                    assertThat(member.appArmor(maxAge, now)).isEqualTo(part.appArmor()));
                }
            }
        }
    }

    @Test
    void anAnswerIsKeptAsLongAsItHoldsAndNoLonger() {
        Lasting<String> answer = Lasting.beginning(START, Duration.ofMinutes(1), "an answer");

        assertThat(answer.holdsAt(START)).isTrue();
        assertThat(answer.holdsAt(START.plus(Duration.ofMinutes(1)))).isTrue();
        assertThat(answer.holdsAt(START.plus(Duration.ofMinutes(1)).plusNanos(1)))
                .isFalse();
        assertThat(answer.holdsAt(START.minusNanos(1))).isFalse();
        assertThat(Lasting.beginning(Instant.MAX, Duration.ofDays(1), "an answer")
                        .holdsAt(Instant.MAX))
                .isTrue();
        assertThat(Lasting.always("an answer").holdsAt(Instant.MIN)).isTrue();
        assertThat(Lasting.always("an answer").holdsAt(Instant.MAX)).isTrue();
    }

    @Test
    void nodesOfOneInstantAreToldApartOnlyOnce() {
        List<Node> nodes = new ArrayList<>();
        Map<String, NodeInventory> inventories = new HashMap<>();
        ProfileList profiles = ProfileList.of(Map.of("web", ProfileMode.ENFORCE));
        for (int i = 0; i < 100; i++) {
            Node node = node(i);
            nodes.add(node);
            Instant at = START.minus(Duration.ofMinutes(i));
            inventories.put(node.name(), new NodeInventory(true, Optional.of(at), NodeIdentity.UNKNOWN, profiles));
        }
        ClusterNodes cluster = ClusterNodes.of(nodes, inventories, true, TransientTaints.WELL_KNOWN);
        Workload pod = PodBuilder.pod().build();
        Duration maxAge = Duration.ofMinutes(20);
        EligibleNodes first =
                cluster.eligibleFor(pod, Optional.of(maxAge), START).at(START, maxAge);
        Instant later = START.plusSeconds(1);

        assertThat(first.parts()).anyMatch(part -> part.appArmor().state() == NodeAppArmor.State.STALE);
        assertThat(cluster.eligibleFor(pod, Optional.of(maxAge), START).at(START, maxAge))
                .isSameAs(first);
        // The list of node-20 has just become too old.
        assertThat(cluster.eligibleFor(pod, Optional.of(maxAge), later).at(later, maxAge))
                .isNotSameAs(first);
    }

    private static Node node(int number) {
        return new Node("node-" + number, Map.of(), List.of(), ContainerRuntime.CONTAINERD, NodeIdentity.UNKNOWN);
    }

    private static NodeInventory inventory(Random random, Instant at) {
        Map<String, ProfileMode> profiles = new HashMap<>(Map.of("own-" + random.nextInt(4), ProfileMode.ENFORCE));
        if (random.nextBoolean()) {
            profiles.put("web", random.nextBoolean() ? ProfileMode.ENFORCE : ProfileMode.COMPLAIN);
        }
        return new NodeInventory(
                random.nextInt(10) > 0,
                random.nextInt(10) > 0 ? Optional.of(at) : Optional.empty(),
                NodeIdentity.UNKNOWN,
                ProfileList.of(profiles));
    }

    /** One that asks for a label that the leader is about to write, of a profile that is its own or nobody's. */
    private static Workload pod(Random random) {
        PodBuilder pod = PodBuilder.pod().container("c", PodBuilder.localhost(random.nextBoolean() ? "web" : "other"));
        if (random.nextInt(4) == 0) {
            return pod.build();
        }
        List<String> values = random.nextBoolean() ? List.of("enforce") : List.of("enforce", "complain");
        Requirement requirement =
                new Requirement(ProfileLabels.keyOf("web"), random.nextInt(5) == 0 ? "NotIn" : "In", values);
        return pod.build()
                .withPlacement(
                        Placement.ANYWHERE.requiring(List.of(new NodeSelectorTerm(List.of(requirement), List.of()))));
    }
}
