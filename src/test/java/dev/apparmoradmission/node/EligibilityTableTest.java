package dev.apparmoradmission.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.decision.Manifests;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.workload.Workload;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Where pods may land, against what a real scheduler did ({@code tables/N.yaml}). */
class EligibilityTableTest {

    @TestFactory
    Stream<DynamicTest> whatTheSchedulerDid() {
        JsonNode table = Manifests.resource("/tables/N.yaml");
        ClusterNodes cluster = cluster(table.path("nodes"));
        return StreamSupport.stream(table.path("rows").spliterator(), false)
                .map(row -> DynamicTest.dynamicTest(
                        row.path("row").textValue() + ": " + row.path("is").textValue(), () -> prove(row, cluster)));
    }

    private static void prove(JsonNode row, ClusterNodes cluster) {
        List<String> eligible = names(cluster.eligibleFor(pod(row)));

        assertThat(eligible).isEqualTo(texts(row.path("eligible")));
        assertThat(eligible)
                .as("nothing that the scheduler takes is overlooked")
                .containsAll(texts(row.path("schedulable")));
    }

    private static List<String> names(EligibleNodes eligible) {
        List<String> names = new ArrayList<>();
        for (Part part : eligible.parts()) {
            for (Member member : part.members()) {
                names.add(member.node().name());
            }
        }
        assertThat(eligible.size()).isEqualTo(names.size());
        assertThat(eligible.isEmpty()).isEqualTo(names.isEmpty());
        return List.copyOf(new TreeSet<>(names));
    }

    private static Workload pod(JsonNode row) {
        ObjectNode pod = Manifests.object().put("apiVersion", "v1").put("kind", "Pod");
        ObjectNode spec = pod.putObject("spec");
        row.path("spec").properties().forEach(e -> spec.set(e.getKey(), e.getValue()));
        if (row.has("terms")) {
            spec.putObject("affinity")
                    .putObject("nodeAffinity")
                    .putObject("requiredDuringSchedulingIgnoredDuringExecution")
                    .set("nodeSelectorTerms", row.path("terms"));
        }
        return Manifests.read(pod).orElseThrow();
    }

    private static ClusterNodes cluster(JsonNode nodes) {
        List<Node> read = new ArrayList<>();
        for (JsonNode node : nodes) {
            Map<String, String> labels = new HashMap<>();
            node.path("labels")
                    .properties()
                    .forEach(e -> labels.put(e.getKey(), e.getValue().textValue()));
            List<Taint> taints = new ArrayList<>();
            for (JsonNode taint : node.path("taints")) {
                taints.add(new Taint(
                        taint.path("key").asText(),
                        taint.path("value").asText(),
                        taint.path("effect").asText()));
            }
            read.add(new Node(
                    node.path("name").textValue(), labels, taints, ContainerRuntime.CONTAINERD, NodeIdentity.UNKNOWN));
        }
        return ClusterNodes.of(read, Map.of(), false, TransientTaints.WELL_KNOWN);
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.textValue()));
        return texts;
    }
}
