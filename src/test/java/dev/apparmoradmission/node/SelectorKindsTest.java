package dev.apparmoradmission.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.PodBuilder;
import dev.apparmoradmission.node.ClusterNodes.Standing;
import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Placement.AffinityDepth;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Requirement;
import dev.apparmoradmission.workload.Placement.Toleration;
import dev.apparmoradmission.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/**
 * Nodes asked by their kinds against the same nodes asked one by one: {@link ClusterNodes#standings} groups by no label. The
 * clusters are large enough to have more kinds than are kept apart, and each is asked many things, so that what an earlier
 * question left behind would show in a later answer.
 */
class SelectorKindsTest {

    private static final Instant NOW = Instant.parse("2026-11-29T08:00:00Z");
    private static final Optional<Duration> MAX_AGE = Optional.of(Duration.ofMinutes(10));
    private static final String WEB = ProfileLabels.keyOf("web");
    private static final List<String> OPERATORS = List.of("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "?");
    private static final List<String> LABELS = List.of(
            "zone", "rack", "size", Node.HOSTNAME_LABEL, WEB, ProfileLabels.ENABLED, "kubernetes.io/os", "nobody");
    private static final List<Duration> AGES =
            List.of(Duration.ZERO, Duration.ofMinutes(9), Duration.ofMinutes(11), Duration.ofHours(-1));

    /** 60 clusters and 100 pods on each. */
    @Property(tries = 60)
    void nodesAskedByTheirKindsAnswerAsEachByItself(@ForAll long seed) {
        Random random = new Random(seed);
        Fleet fleet = Fleet.generated(random);
        for (int i = 0; i < 100; i++) {
            assertAnswers(
                    fleet, placement(random, fleet.nodes().size()), random.nextInt(4) > 0 ? MAX_AGE : Optional.empty());
        }
    }

    @Test
    void manySelectorsOneAfterAnotherDoNotSpoilTheFirst() {
        Fleet fleet = Fleet.generated(new Random(7));
        Placement first = selecting(Map.of("zone", "z1"));
        for (int i = 0; i < 100; i++) {
            assertAnswers(fleet, selecting(Map.of("key-" + i, "x")), MAX_AGE);
            assertAnswers(fleet, selecting(Map.of("zone", "z" + i % 5, "size", String.valueOf(i % 3))), MAX_AGE);
            assertAnswers(fleet, first, MAX_AGE);
        }
    }

    @Test
    void aSelectorOfManyLabelsOrOfOneTooLongForALabelIsAnsweredToo() {
        Map<String, String> many = new HashMap<>();
        IntStream.range(0, 50).forEach(i -> many.put("key-" + i, "x"));
        Fleet fleet = Fleet.generated(new Random(8));
        assertAnswers(fleet, selecting(many), MAX_AGE);
        assertAnswers(fleet, selecting(Map.of("k".repeat(100_000), "x")), MAX_AGE);
    }

    @Test
    void exactlyAsManyKindsAsAWordHasBitsAreToldApart() {
        for (int kinds : List.of(LabelKinds.MOST - 1, LabelKinds.MOST, LabelKinds.MOST + 1)) {
            List<Node> nodes = new ArrayList<>();
            for (int i = 0; i < 3 * kinds; i++) {
                nodes.add(node("n%03d".formatted(i), Map.of("number", String.valueOf(i % kinds)), List.of()));
            }
            Fleet fleet = new Fleet(nodes, Map.of());
            for (int i = 0; i <= kinds; i++) {
                assertAnswers(fleet, selecting(Map.of("number", String.valueOf(i))), MAX_AGE);
                assertAnswers(fleet, requiring(new Requirement("number", "Lt", List.of(String.valueOf(i)))), MAX_AGE);
            }
            assertThat(LabelKinds.of(Set.of("number"), parts(fleet, Placement.ANYWHERE, MAX_AGE))
                            .isPresent())
                    .isEqualTo(kinds <= LabelKinds.MOST);
        }
    }

    /** The same nodes in the same parts, in the order that grouping gives: by the first name of the group, then by name. */
    private static void assertAnswers(Fleet fleet, Placement placement, Optional<Duration> maxAge) {
        Map<GroupOf, List<String>> groups = new LinkedHashMap<>();
        fleet.nodes().stream()
                .sorted(Comparator.comparing(Node::name))
                .filter(node -> !node.isWindows())
                .forEach(node -> groups.put(fleet.group(node), new ArrayList<>()));
        for (Standing standing : fleet.cluster().standings(pod(placement), maxAge, NOW)) {
            if (standing.barrier().isEmpty()) {
                Node node = standing.member().node();
                groups.get(fleet.group(node)).add(node.name());
            }
        }
        List<String> expected = new ArrayList<>();
        groups.forEach((group, names) -> {
            if (!names.isEmpty()) {
                expected.add(group.appArmor() + " " + names);
            }
        });
        assertThat(parts(fleet, placement, maxAge).stream()
                        .map(part -> part.appArmor() + " "
                                + part.members().stream()
                                        .map(member -> member.node().name())
                                        .toList()))
                .as("%s", placement)
                .containsExactlyElementsOf(expected);
        assertStaleOnesApart(fleet, placement, maxAge);
    }

    private static void assertStaleOnesApart(Fleet fleet, Placement placement, Optional<Duration> maxAge) {
        if (maxAge.isPresent()) {
            for (Part part : new EligibleNodes(parts(fleet, placement, maxAge))
                    .at(NOW, maxAge.get())
                    .parts()) {
                part.members()
                        .forEach(member ->
                                assertThat(member.appArmor(maxAge, NOW)).isEqualTo(part.appArmor()));
            }
        }
    }

    private static List<Part> parts(Fleet fleet, Placement placement, Optional<Duration> maxAge) {
        return fleet.cluster().eligibleFor(pod(placement), maxAge, NOW).parts();
    }

    private record GroupOf(List<Taint> taints, NodeAppArmor appArmor) {}

    private record Fleet(List<Node> nodes, Map<String, NodeInventory> inventories, ClusterNodes cluster) {

        Fleet(List<Node> nodes, Map<String, NodeInventory> inventories) {
            this(nodes, inventories, ClusterNodes.of(nodes, inventories, true, TransientTaints.WELL_KNOWN));
        }

        GroupOf group(Node node) {
            NodeInventory inventory = inventories.get(node.name());
            return new GroupOf(
                    node.taints().stream()
                            .filter(taint -> taint.key().equals("k"))
                            .toList(),
                    inventory == null ? NodeAppArmor.unreported(node) : NodeAppArmor.of(node, inventory));
        }

        /** Up to 200 nodes, with a few kinds, many, or one each; some with labels as the leader has written them. */
        static Fleet generated(Random random) {
            int count = 1 + random.nextInt(200);
            int zones = 1 + random.nextInt(4);
            int racks = 1 + random.nextInt(90);
            int lists = random.nextInt(5) == 0 ? count : 1 + random.nextInt(3);
            List<Node> nodes = new ArrayList<>();
            Map<String, NodeInventory> inventories = new HashMap<>();
            for (int i = 0; i < count; i++) {
                String name = name(i);
                Map<String, String> labels = new HashMap<>(Map.of(Node.HOSTNAME_LABEL, name));
                labels.put("rack", "r" + random.nextInt(racks));
                if (random.nextInt(10) > 0) {
                    labels.put("zone", "z" + random.nextInt(zones));
                    labels.put("size", String.valueOf(random.nextInt(4)));
                }
                if (random.nextInt(20) == 0) {
                    labels.put("kubernetes.io/os", "windows");
                }
                if (random.nextInt(3) == 0) {
                    labels.put(WEB, random.nextBoolean() ? "enforce" : "complain");
                    labels.put(ProfileLabels.ENABLED, "true");
                }
                List<Taint> taints = new ArrayList<>();
                if (random.nextInt(6) == 0) {
                    taints.add(new Taint("k", random.nextBoolean() ? "" : "v", "NoSchedule"));
                }
                if (random.nextInt(6) == 0) {
                    taints.add(new Taint("node.kubernetes.io/not-ready", "", "NoExecute"));
                }
                nodes.add(node(name, labels, taints));
                if (random.nextInt(10) > 0) {
                    inventories.put(name, inventory(random, random.nextInt(lists)));
                }
            }
            return new Fleet(nodes, inventories);
        }

        private static NodeInventory inventory(Random random, int list) {
            Map<String, ProfileMode> profiles = new HashMap<>(Map.of("own-" + list, ProfileMode.ENFORCE));
            if (list % 3 > 0) {
                profiles.put("web", list % 3 == 1 ? ProfileMode.ENFORCE : ProfileMode.COMPLAIN);
            }
            return new NodeInventory(
                    random.nextInt(10) > 0,
                    Optional.of(NOW.minus(AGES.get(random.nextInt(3) > 0 ? 0 : random.nextInt(AGES.size())))),
                    NodeIdentity.UNKNOWN,
                    ProfileList.of(profiles));
        }
    }

    private static String name(int number) {
        return "node-" + number;
    }

    private static Node node(String name, Map<String, String> labels, List<Taint> taints) {
        return new Node(name, labels, taints, ContainerRuntime.CONTAINERD, NodeIdentity.UNKNOWN);
    }

    private static Placement placement(Random random, int nodes) {
        Map<String, String> selector = new HashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            String key = LABELS.get(random.nextInt(LABELS.size()));
            selector.put(key, value(random, key, nodes));
        }
        List<NodeSelectorTerm> terms = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            List<Requirement> fields = new ArrayList<>();
            if (random.nextInt(5) == 0) {
                fields.add(new Requirement(
                        random.nextInt(9) > 0 ? "metadata.name" : "spec.x",
                        random.nextInt(3) > 0 ? "In" : "NotIn",
                        List.of(name(random.nextInt(1 + nodes)))));
            }
            List<Requirement> expressions = new ArrayList<>();
            for (int j = random.nextInt(3); j > 0; j--) {
                String key = LABELS.get(random.nextInt(LABELS.size()));
                List<String> values = new ArrayList<>();
                IntStream.range(0, 1 + random.nextInt(2)).forEach(v -> values.add(value(random, key, nodes)));
                expressions.add(new Requirement(key, OPERATORS.get(random.nextInt(OPERATORS.size())), values));
            }
            terms.add(new NodeSelectorTerm(expressions, fields));
        }
        List<Toleration> tolerations = random.nextBoolean()
                ? List.of()
                : List.of(new Toleration("k", random.nextBoolean() ? "Exists" : "Equal", "", ""));
        return new Placement(
                Optional.empty(),
                selector,
                random.nextInt(4) > 0 ? Optional.of(terms) : Optional.empty(),
                AffinityDepth.REQUIRED,
                tolerations,
                List.of());
    }

    private static String value(Random random, String key, int nodes) {
        return switch (key) {
            case "zone" -> "z" + random.nextInt(4);
            case "rack" -> "r" + random.nextInt(90);
            case "size" -> String.valueOf(random.nextInt(5));
            case Node.HOSTNAME_LABEL -> name(random.nextInt(1 + nodes));
            case ProfileLabels.ENABLED -> "true";
            default -> random.nextBoolean() ? "enforce" : "complain";
        };
    }

    private static Placement selecting(Map<String, String> selector) {
        return new Placement(Optional.empty(), selector, Optional.empty(), AffinityDepth.NONE, List.of(), List.of());
    }

    private static Placement requiring(Requirement requirement) {
        return Placement.ANYWHERE.requiring(List.of(new NodeSelectorTerm(List.of(requirement), List.of())));
    }

    private static Workload pod(Placement placement) {
        return PodBuilder.pod()
                .container("c", PodBuilder.localhost("web"))
                .build()
                .withPlacement(placement);
    }
}
