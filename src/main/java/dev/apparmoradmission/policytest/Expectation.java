package dev.apparmoradmission.policytest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a case expects.
 *
 * @param allowed whether the workload is let in
 * @param patch {@code none}, {@code some}, or the JSON Patch in full; absent where it is not compared
 * @param findings all findings
 * @param containers what is known of some containers
 */
public record Expectation(
        boolean allowed, Optional<JsonNode> patch, List<ExpectedFinding> findings, List<ExpectedContainer> containers) {

    /** Copies the lists. */
    public Expectation {
        findings = List.copyOf(findings);
        containers = List.copyOf(containers);
    }

    /**
     * A finding.
     *
     * @param rule the rule's id
     * @param action the action's name
     * @param container the container's name; empty for the pod as a whole
     * @param policy the policy that it names; absent where that is not compared, as with the others
     * @param nodes all the nodes that it names, sorted
     * @param messageContains a part of its message
     * @param grant the grant that excuses it
     */
    public record ExpectedFinding(
            String rule,
            String action,
            String container,
            Optional<String> policy,
            Optional<List<String>> nodes,
            Optional<String> messageContains,
            Optional<String> grant) {}

    /**
     * What is known of a container; what is absent is not compared.
     *
     * @param name its name
     * @param declared what is declared for it
     * @param confinement how it will be confined
     * @param cause why it will not
     */
    public record ExpectedContainer(
            String name, Optional<String> declared, Optional<String> confinement, Optional<String> cause) {}

    /** Reads what stands in {@code expect}, which fits its schema. */
    static Expectation of(JsonNode expect) {
        List<ExpectedFinding> findings = new ArrayList<>();
        for (JsonNode finding : expect.path("findings")) {
            findings.add(new ExpectedFinding(
                    finding.path("rule").asText(),
                    finding.path("action").asText(),
                    finding.path("container").asText(),
                    text(finding, "policy"),
                    finding.has("nodes") ? Optional.of(sorted(finding.path("nodes"))) : Optional.empty(),
                    text(finding, "messageContains"),
                    text(finding, "grant")));
        }
        List<ExpectedContainer> containers = new ArrayList<>();
        for (JsonNode container : expect.path("containers")) {
            containers.add(new ExpectedContainer(
                    container.path("name").asText(),
                    text(container, "declared"),
                    text(container, "confinement"),
                    text(container, "cause")));
        }
        return new Expectation(
                expect.path("allowed").asBoolean(),
                expect.has("patch") ? Optional.of(expect.path("patch")) : Optional.empty(),
                findings,
                containers);
    }

    private static List<String> sorted(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(item.asText()));
        texts.sort(null);
        return texts;
    }

    private static Optional<String> text(JsonNode object, String field) {
        return Optional.ofNullable(object.path(field).textValue());
    }
}
