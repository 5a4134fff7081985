package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.apparmoradmission.workload.Placement.AffinityDepth;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Requirement;
import dev.apparmoradmission.workload.Placement.Toleration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads required node affinity, tolerations and scheduling gates. */
final class PlacementReader {

    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String TERMS = "affinity.nodeAffinity." + REQUIRED + ".nodeSelectorTerms";

    private PlacementReader() {}

    static void affinity(JsonParser parser, SpecDraft spec) throws IOException {
        spec.requiredTerms = Optional.empty();
        spec.depth = AffinityDepth.NONE;
        deepen(parser, spec, AffinityDepth.AFFINITY);
        Json.within(parser, spec.problem, "affinity", "nodeAffinity", () -> {
            deepen(parser, spec, AffinityDepth.NODE_AFFINITY);
            Json.within(parser, spec.problem, "affinity.nodeAffinity", REQUIRED, () -> {
                deepen(parser, spec, AffinityDepth.REQUIRED);
                Json.within(
                        parser,
                        spec.problem,
                        "affinity.nodeAffinity." + REQUIRED,
                        "nodeSelectorTerms",
                        () -> spec.requiredTerms = Optional.of(terms(parser, spec.problem)));
            });
        });
    }

    /** A null is as good as nothing: a patch replaces it. */
    private static void deepen(JsonParser parser, SpecDraft spec, AffinityDepth depth) {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            spec.depth = depth;
        }
    }

    private static List<NodeSelectorTerm> terms(JsonParser parser, Problem problem) throws IOException {
        List<NodeSelectorTerm> terms = new ArrayList<>();
        if (Json.startsList(parser, problem, TERMS)) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                terms.add(term(parser, problem));
            }
        }
        return terms;
    }

    private static NodeSelectorTerm term(JsonParser parser, Problem problem) throws IOException {
        List<Requirement> expressions = List.of();
        List<Requirement> fields = List.of();
        if (Json.startsObject(parser, problem, TERMS)) {
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                switch (field) {
                    case "matchExpressions" -> expressions = requirements(parser, problem, field);
                    case "matchFields" -> fields = requirements(parser, problem, field);
                    default -> parser.skipChildren();
                }
            }
        }
        return new NodeSelectorTerm(expressions, fields);
    }

    private static List<Requirement> requirements(JsonParser parser, Problem problem, String list) throws IOException {
        List<Requirement> requirements = new ArrayList<>();
        if (Json.startsList(parser, problem, TERMS + "." + list)) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                requirements.add(requirement(parser, problem, TERMS + "." + list));
            }
        }
        return requirements;
    }

    private static Requirement requirement(JsonParser parser, Problem problem, String path) throws IOException {
        String key = "";
        String operator = "";
        List<String> values = new ArrayList<>();
        if (Json.startsObject(parser, problem, path)) {
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                switch (field) {
                    case "key" -> key = Json.text(parser, problem, path + ".key");
                    case "operator" -> operator = Json.text(parser, problem, path + ".operator");
                    case "values" -> {
                        values.clear();
                        if (Json.startsList(parser, problem, path + ".values")) {
                            while (parser.nextToken() != JsonToken.END_ARRAY) {
                                values.add(Json.text(parser, problem, path + ".values"));
                            }
                        }
                    }
                    default -> parser.skipChildren();
                }
            }
        }
        return new Requirement(key, operator, values);
    }

    static List<Toleration> tolerations(JsonParser parser, Problem problem) throws IOException {
        List<Toleration> tolerations = new ArrayList<>();
        if (Json.startsList(parser, problem, "tolerations")) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                tolerations.add(toleration(parser, problem));
            }
        }
        return tolerations;
    }

    private static Toleration toleration(JsonParser parser, Problem problem) throws IOException {
        String key = "";
        String operator = "";
        String value = "";
        String effect = "";
        if (Json.startsObject(parser, problem, "tolerations")) {
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                switch (field) {
                    case "key" -> key = Json.text(parser, problem, "tolerations.key");
                    case "operator" -> operator = Json.text(parser, problem, "tolerations.operator");
                    case "value" -> value = Json.text(parser, problem, "tolerations.value");
                    case "effect" -> effect = Json.text(parser, problem, "tolerations.effect");
                    default -> parser.skipChildren();
                }
            }
        }
        return new Toleration(key, operator, value, effect);
    }

    static List<String> gates(JsonParser parser, Problem problem) throws IOException {
        List<String> gates = new ArrayList<>();
        if (Json.startsList(parser, problem, "schedulingGates")) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                Json.within(
                        parser,
                        problem,
                        "schedulingGates",
                        "name",
                        () -> gates.add(Json.text(parser, problem, "schedulingGates.name")));
            }
        }
        return gates;
    }
}
