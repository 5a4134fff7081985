package dev.apparmoradmission.policies;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.PatchOperation;
import dev.apparmoradmission.decision.Requester;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.wire.ConfigMapReader;
import dev.apparmoradmission.wire.Document;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.wire.Inventory;
import dev.apparmoradmission.wire.InventoryPart;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.JsonPatchWriter;
import dev.apparmoradmission.wire.Located;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.NamespaceReader;
import dev.apparmoradmission.wire.NodeReader;
import dev.apparmoradmission.wire.PolicyFile;
import dev.apparmoradmission.wire.PolicyProblem;
import dev.apparmoradmission.wire.PolicyReader;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.PolicySchemas;
import dev.apparmoradmission.wire.ProfileLists;
import dev.apparmoradmission.wire.WorkloadReader;
import dev.apparmoradmission.workload.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A file of kind AppArmorPolicyTest: a world, and cases to be judged in it. */
final class PolicyTestFile {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JsonNode spec;
    private final PolicySet policies;
    private final ClusterNodes nodes;
    private final Namespaces namespaces;

    private PolicyTestFile(JsonNode spec, PolicySet policies, ClusterNodes nodes, Namespaces namespaces) {
        this.spec = spec;
        this.policies = policies;
        this.nodes = nodes;
        this.namespaces = namespaces;
    }

    /** What came of a case: the patch as JSON, and the decision about the patched workload. */
    record Outcome(JsonNode patch, Decision decision) {}

    static PolicyTestFile read(Path file) throws Exception {
        return read(Files.readAllBytes(file), file.getParent(), file.toString());
    }

    static PolicyTestFile read(byte[] content, Path directory, String name) throws Exception {
        Documents documents = Documents.of(content, DocumentLimits.POLICIES);
        Document document = documents.next().orElseThrow();
        Located tree = document.tree();
        List<PolicyProblem> problems = new PolicySchemas().problems(PolicySchemas.Kind.TEST, tree, name);
        if (!problems.isEmpty()) {
            throw new AssertionError(problems.toString());
        }
        if (documents.next().isPresent()) {
            throw new AssertionError(name + ": one test a file");
        }
        Located spec = tree.field("spec").orElseThrow();
        return new PolicyTestFile(spec.value(), policies(spec.value(), directory), nodes(spec), namespaces(spec));
    }

    List<JsonNode> cases() {
        List<JsonNode> cases = new ArrayList<>();
        spec.path("cases").forEach(cases::add);
        return cases;
    }

    /** The policies under test. */
    PolicySet policies() {
        return policies;
    }

    Outcome run(JsonNode test) throws Exception {
        return run(test, policies);
    }

    /** Writes the default as /mutate does, and judges the result as /validate does. */
    Outcome run(JsonNode test, PolicySet set) throws Exception {
        Workload requested = workload(test.path("workload"));
        if (requested.kind().isTemplate()) {
            Decision decision = decide(requested, Operation.Review.SHARED, set);
            return new Outcome(patch(decision.patch()), decision);
        }
        Operation operation = operation(test);
        Decision mutating = decide(requested, operation, set);
        JsonNode patch = patch(mutating.patch());
        Workload patched = workload(patched(test.path("workload"), patch));
        return new Outcome(patch, decide(patched, operation, set));
    }

    /** The same as `check` sees it, which has no second request to wait for. */
    Decision review(JsonNode test) throws Exception {
        return decide(workload(test.path("workload")), Operation.Review.SHARED, policies);
    }

    private Decision decide(Workload workload, Operation operation, PolicySet set) {
        return Decider.decide(
                workload,
                operation,
                new Snapshot(set, nodes, namespaces, false),
                OffsetDateTime.parse(spec.path("now").asText()).toInstant());
    }

    private static Operation operation(JsonNode test) throws Exception {
        Set<String> groups = new HashSet<>();
        test.path("user").path("groups").forEach(group -> groups.add(group.asText()));
        Requester requester = new Requester(test.path("user").path("username").asText(), groups);
        if (!test.path("operation").asText().equals("UPDATE")) {
            return new Operation.Create(requester);
        }
        Workload stored = workload(test.path("oldWorkload"));
        return test.has("subresource")
                ? new Operation.AddEphemeralContainers(requester, stored)
                : new Operation.Update(requester, stored);
    }

    private static Workload workload(JsonNode manifest) throws Exception {
        try (JsonParser parser = new JsonFactory().createParser(JSON.writeValueAsBytes(manifest))) {
            parser.nextToken();
            return WorkloadReader.read(parser).workload("default").orElseThrow();
        }
    }

    private static JsonNode patch(List<PatchOperation> operations) throws IOException {
        return JSON.readTree(new JsonPatchWriter().write(operations));
    }

    private static JsonNode patched(JsonNode manifest, JsonNode patch) {
        JsonNode result = manifest.deepCopy();
        for (JsonNode operation : patch) {
            String pointer = operation.path("path").asText();
            int last = pointer.lastIndexOf('/');
            ObjectNode parent = (ObjectNode) result.at(pointer.substring(0, last));
            String field = pointer.substring(last + 1).replace("~1", "/").replace("~0", "~");
            if (operation.path("op").asText().equals("remove")) {
                parent.remove(field);
            } else {
                parent.set(field, operation.path("value"));
            }
        }
        return result;
    }

    private static PolicySet policies(JsonNode spec, Path directory) throws IOException {
        List<PolicyFile> files = new ArrayList<>();
        for (JsonNode name : spec.path("policies")) {
            Path file = directory.resolve(name.asText());
            files.add(new PolicyFile(file.toString(), Files.readAllBytes(file)));
        }
        int number = 0;
        for (JsonNode document : spec.path("documents")) {
            files.add(new PolicyFile("documents[" + number++ + "]", JSON.writeValueAsBytes(document)));
        }
        PolicyReading reading = new PolicyReader(new PolicySchemas()).read(files, directory.toString());
        if (reading instanceof PolicyReading.Refused refused) {
            throw new AssertionError(refused.problems().toString());
        }
        return ((PolicyReading.Accepted) reading).set();
    }

    private static ClusterNodes nodes(Located spec) throws MalformedDocumentException {
        InventoryReader reader = new InventoryReader(new ProfileLists());
        List<InventoryPart> parts = new ArrayList<>();
        for (Located configMap : items(spec, "inventory")) {
            parts.add(reader.read(ConfigMapReader.read(configMap)));
        }
        if (parts.stream().anyMatch(part -> !part.problems().isEmpty())) {
            throw new AssertionError("an inventory that cannot be read: " + parts);
        }
        Inventory inventory = Inventory.join(parts);
        List<Node> nodes = new ArrayList<>();
        for (Located node : items(spec, "nodes")) {
            nodes.add(NodeReader.read(node));
        }
        boolean inventoried = spec.field("inventory").isPresent();
        if (spec.field("nodes").isEmpty()) {
            nodes.addAll(inventory.nodes().keySet().stream().map(Node::named).toList());
        }
        return ClusterNodes.of(nodes, inventory.nodes(), inventoried, TransientTaints.WELL_KNOWN);
    }

    private static Namespaces namespaces(Located spec) throws MalformedDocumentException {
        Map<String, Map<String, String>> labels = new HashMap<>();
        for (Located namespace : items(spec, "namespaces")) {
            labels.put(namespace.value().path("metadata").path("name").asText(), NamespaceReader.labels(namespace));
        }
        return new Namespaces(labels);
    }

    private static List<Located> items(Located spec, String field) {
        return spec.field(field).map(Located::items).orElse(List.of());
    }

    /** A manifest on its own, judged by one of our policies. */
    static Decision judge(byte[] manifest, Path policy) throws Exception {
        JsonNode tree = Documents.of(manifest, DocumentLimits.POLICIES)
                .next()
                .orElseThrow()
                .tree()
                .value();
        ObjectNode test = JSON.createObjectNode();
        test.putObject("spec")
                .put("now", "2026-11-22T19:00:00Z")
                .putArray("policies")
                .add(policy.getFileName().toString());
        PolicyTestFile file = new PolicyTestFile(
                test.path("spec"),
                policies(test.path("spec"), policy.getParent()),
                ClusterNodes.UNKNOWN,
                Namespaces.UNKNOWN);
        ObjectNode wrapped = JSON.createObjectNode();
        wrapped.set("workload", tree);
        return file.review(wrapped);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
