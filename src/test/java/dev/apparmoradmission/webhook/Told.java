package dev.apparmoradmission.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Finding;
import java.util.ArrayList;
import java.util.List;

/**
 * What a door says about a workload, the same whether it was decided in memory or read from a report.
 *
 * @param allowed whether its pods are let in
 * @param findings each finding
 * @param containers what becomes of each container
 * @param notes remarks beside the findings
 */
record Told(boolean allowed, List<Told.Found> findings, List<String> containers, List<String> notes) {

    /** A finding. */
    record Found(
            String rule, String action, String container, String path, String policy, String message, String fix) {}

    static Told of(Decision decision) {
        return new Told(
                decision.allowed(),
                decision.findings().stream().map(Told::found).toList(),
                decision.containers().stream().map(Told::container).toList(),
                decision.notes());
    }

    private static Found found(Finding finding) {
        return new Found(
                finding.rule().id(),
                finding.action().policyName(),
                finding.container(),
                finding.path(),
                finding.policy(),
                finding.message(),
                finding.fix());
    }

    private static String container(ContainerVerdict container) {
        return String.join(
                " ",
                container.name(),
                container.path(),
                container.profile().declared(),
                container.source().reportName(),
                container.confinement().level().reportName(),
                container.confinement().cause().map(Cause::reportName).orElse("-"),
                String.join(",", container.nodes()));
    }

    /** What a result of a JSON report tells. */
    static Told of(JsonNode result) {
        List<Found> findings = new ArrayList<>();
        for (JsonNode finding : result.path("findings")) {
            findings.add(new Found(
                    finding.path("rule").asText(),
                    finding.path("action").asText(),
                    finding.path("container").asText(),
                    finding.path("path").asText(),
                    finding.path("policy").asText(),
                    finding.path("message").asText(),
                    finding.path("fix").asText()));
        }
        List<String> containers = new ArrayList<>();
        for (JsonNode container : result.path("containers")) {
            containers.add(String.join(
                    " ",
                    container.path("name").asText(),
                    container.path("path").asText(),
                    container.path("declared").asText(),
                    container.path("source").asText(),
                    container.path("confinement").asText(),
                    container.path("cause").asText("-"),
                    String.join(",", texts(container.path("nodes")))));
        }
        return new Told(result.path("allowed").asBoolean(), findings, containers, texts(result.path("notes")));
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
