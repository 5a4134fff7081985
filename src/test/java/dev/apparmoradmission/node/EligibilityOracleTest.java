package dev.apparmoradmission.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.PodBuilder;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Placement.AffinityDepth;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Requirement;
import dev.apparmoradmission.workload.Placement.Toleration;
import dev.apparmoradmission.workload.Workload;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * The eligible nodes against an independent and naive reading of the scheduler's rules: each node is asked by itself, in the
 * words of the rules, over random nodes and constraints from a small vocabulary, so that they meet often.
 */
class EligibilityOracleTest {

    private static final List<String> KEYS = List.of("n", "z", "kubernetes.io/os");
    private static final List<String> VALUES =
            List.of("", "x", "5", "03", "-1", "10", "9223372036854775807", "9223372036854775808", "linux", "windows");
    private static final List<String> TAINTS =
            List.of("k", "l", "node.kubernetes.io/not-ready", "readiness.k8s.io/x", "ToBeDeletedByClusterAutoscaler");
    private static final List<String> EFFECTS = List.of("NoSchedule", "NoExecute", "PreferNoSchedule");
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e", "f");

    @Property(tries = 4000)
    void agreesWithTheRulesReadNodeByNode(
            @ForAll("clusters") List<Node> nodes,
            @ForAll("inventories") Map<String, NodeInventory> inventories,
            @ForAll("placements") Placement placement) {
        ClusterNodes cluster = ClusterNodes.of(nodes, inventories, true, TransientTaints.WELL_KNOWN);
        EligibleNodes eligible = cluster.eligibleFor(pod(placement));

        Set<String> expected = new TreeSet<>();
        for (Node node : nodes) {
            if (Oracle.mayLandOn(placement, node)) {
                expected.add(node.name());
            }
        }
        if (placement.nodeName().isPresent()) {
            expected = Set.of(placement.nodeName().get());
        }
        List<String> names = new ArrayList<>();
        for (EligibleNodes.Part part : eligible.parts()) {
            assertThat(part.members()).isNotEmpty();
            part.members().forEach(member -> names.add(member.node().name()));
            part.members()
                    .forEach(member -> assertThat(part.appArmor())
                            .as("what %s can do", member.node().name())
                            .isEqualTo(appArmor(member.node(), nodes, inventories)));
        }
        assertThat(names).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
        assertThat(cluster.standings(pod(placement), Optional.empty(), Instant.EPOCH).stream()
                        .filter(standing -> standing.barrier().isEmpty())
                        .map(standing -> standing.member().node().name()))
                .as("nodes without a barrier")
                .containsExactlyElementsOf(new TreeSet<>(expected));
    }

    /** What a node that is not known has reported is not believed either: it may be that of one that is gone. */
    private static NodeAppArmor appArmor(Node node, List<Node> known, Map<String, NodeInventory> inventories) {
        NodeInventory inventory = inventories.get(node.name());
        return inventory == null || !known.contains(node)
                ? NodeAppArmor.unreported(node)
                : NodeAppArmor.of(node, inventory);
    }

    /** The rules, one sentence after another. */
    private static final class Oracle {

        static boolean mayLandOn(Placement pod, Node node) {
            if ("windows".equals(node.labels().get("kubernetes.io/os"))) {
                return false;
            }
            for (String key : pod.nodeSelector().keySet()) {
                if (!pod.nodeSelector().get(key).equals(node.labels().get(key))) {
                    return false;
                }
            }
            if (pod.requiredTerms().isPresent()) {
                boolean oneMatches = false;
                for (NodeSelectorTerm term : pod.requiredTerms().get()) {
                    boolean empty = term.matchExpressions().isEmpty()
                            && term.matchFields().isEmpty();
                    boolean all = !empty;
                    for (Requirement r : term.matchExpressions()) {
                        all &= holds(r, Optional.ofNullable(node.labels().get(r.key())));
                    }
                    for (Requirement r : term.matchFields()) {
                        all &= holds(r, Optional.of(node.name()));
                    }
                    oneMatches |= all;
                }
                if (!oneMatches) {
                    return false;
                }
            }
            for (Taint taint : node.taints()) {
                boolean transientTaint = taint.key().startsWith("node.kubernetes.io/")
                        || taint.key().startsWith("readiness.k8s.io/")
                        || taint.key().equals("ToBeDeletedByClusterAutoscaler");
                if (!taint.effect().equals("PreferNoSchedule") && !transientTaint && !tolerated(taint, pod)) {
                    return false;
                }
            }
            return true;
        }

        private static boolean tolerated(Taint taint, Placement pod) {
            for (Toleration t : pod.tolerations()) {
                boolean effect = t.effect().isEmpty() || t.effect().equals(taint.effect());
                boolean key = t.key().isEmpty() || t.key().equals(taint.key());
                boolean value = t.operator().equals("Exists")
                        || !t.key().isEmpty() && t.value().equals(taint.value());
                if (effect && key && value) {
                    return true;
                }
            }
            return false;
        }

        private static boolean holds(Requirement r, Optional<String> label) {
            return switch (r.operator()) {
                case "In" -> label.isPresent() && r.values().contains(label.get());
                case "NotIn" -> label.isEmpty() || !r.values().contains(label.get());
                case "Exists" -> label.isPresent();
                case "DoesNotExist" -> label.isEmpty();
                case "Gt" -> compared(r, label).filter(sign -> sign > 0).isPresent();
                case "Lt" -> compared(r, label).filter(sign -> sign < 0).isPresent();
                default -> throw new IllegalArgumentException(r.operator());
            };
        }

        private static Optional<Integer> compared(Requirement r, Optional<String> label) {
            if (label.isEmpty() || r.values().size() != 1) {
                return Optional.empty();
            }
            return int64(label.get()).flatMap(left -> int64(r.values().get(0)).map(left::compareTo));
        }

        private static Optional<BigInteger> int64(String text) {
            if (!text.matches("[+-]?[0-9]+")) {
                return Optional.empty();
            }
            BigInteger number = new BigInteger(text);
            return number.bitLength() <= 63 ? Optional.of(number) : Optional.empty();
        }
    }

    private static Workload pod(Placement placement) {
        return PodBuilder.pod().build().withPlacement(placement);
    }

    @Provide
    Arbitrary<List<Node>> clusters() {
        Arbitrary<Map<String, String>> labels = labels();
        Arbitrary<List<Taint>> taints = Combinators.combine(
                        Arbitraries.of(TAINTS), Arbitraries.of("", "v"), Arbitraries.of(EFFECTS))
                .as(Taint::new)
                .list()
                .ofMaxSize(2);
        Arbitrary<ContainerRuntime> runtimes = Arbitraries.of(ContainerRuntime.class);
        return Combinators.combine(labels, taints, runtimes)
                .as((l, t, r) -> new Node("?", l, t, r, NodeIdentity.UNKNOWN))
                .list()
                .ofMaxSize(NAMES.size())
                .map(nodes -> {
                    List<Node> named = new ArrayList<>();
                    for (Node node : nodes) {
                        named.add(new Node(
                                NAMES.get(named.size()),
                                node.labels(),
                                node.taints(),
                                node.runtime(),
                                node.identity()));
                    }
                    return named;
                });
    }

    @Provide
    Arbitrary<Map<String, NodeInventory>> inventories() {
        Arbitrary<ProfileList> lists = Arbitraries.of(
                ProfileList.EMPTY,
                ProfileList.of(Map.of("a", ProfileMode.ENFORCE)),
                ProfileList.of(Map.of("crio-default", ProfileMode.COMPLAIN)));
        Arbitrary<NodeInventory> inventory = Combinators.combine(Arbitraries.of(true, true, false), lists)
                .as((enabled, list) -> new NodeInventory(enabled, Optional.empty(), NodeIdentity.UNKNOWN, list));
        return Arbitraries.maps(Arbitraries.of(NAMES), inventory);
    }

    private static Arbitrary<Map<String, String>> labels() {
        return Arbitraries.maps(Arbitraries.of(KEYS), Arbitraries.of(VALUES)).ofMaxSize(KEYS.size());
    }

    @Provide
    Arbitrary<Placement> placements() {
        Arbitrary<Requirement> expression = Combinators.combine(
                        Arbitraries.of(KEYS),
                        Arbitraries.of("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"),
                        Arbitraries.of(VALUES).list().ofMaxSize(2))
                .as(Requirement::new);
        Arbitrary<Requirement> field = Combinators.combine(Arbitraries.of("In", "NotIn"), Arbitraries.of(NAMES))
                .as((operator, name) -> new Requirement("metadata.name", operator, List.of(name)));
        Arbitrary<NodeSelectorTerm> term = Combinators.combine(
                        expression.list().ofMaxSize(2), field.list().ofMaxSize(1))
                .as(NodeSelectorTerm::new);
        Arbitrary<Toleration> toleration = Combinators.combine(
                        Arbitraries.of("", "k", "l", "node.kubernetes.io/not-ready"),
                        Arbitraries.of("", "Equal", "Exists"),
                        Arbitraries.of("", "v", "w"),
                        Arbitraries.of("", "NoSchedule", "NoExecute"))
                .as(Toleration::new);
        Arbitrary<Map<String, String>> selector =
                Arbitraries.frequencyOf(Tuple.of(3, Arbitraries.just(new HashMap<>())), Tuple.of(1, labels()));
        return Combinators.combine(
                        Arbitraries.of(NAMES).optional(0.05),
                        selector,
                        term.list().ofMaxSize(3).optional(0.5),
                        toleration.list().ofMaxSize(3))
                .as((name, select, terms, tolerations) ->
                        new Placement(name, select, terms, AffinityDepth.REQUIRED, tolerations, List.of()));
    }
}
