package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.apparmoradmission.wire.SpecDraft.SecurityContextDraft;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.ContainerKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the fields of a pod spec that confinement and placement depend on; all others are passed over. */
final class PodSpecReader {

    /** Of one kind; more than any node takes pods. */
    private static final int MOST_CONTAINERS = 500;

    /** Paths below it are constants of the compiler: they cost nothing where nothing is wrong. */
    private static final String SECURITY_CONTEXT = "securityContext";

    private PodSpecReader() {}

    /** Reads the value of one field, on which the parser stands; false if it is none of a pod spec that is looked at. */
    static boolean field(String field, JsonParser parser, SpecDraft spec) throws IOException {
        Problem problem = spec.problem;
        switch (field) {
            case "containers" -> containers(ContainerKind.REGULAR, parser, spec);
            case "initContainers" -> containers(ContainerKind.INIT, parser, spec);
            case "ephemeralContainers" -> containers(ContainerKind.EPHEMERAL, parser, spec);
            case "securityContext" -> spec.securityContext = securityContext(parser, problem);
            case "nodeName" -> spec.nodeName = Json.text(parser, problem, field);
            case "runtimeClassName" -> spec.runtimeClassName = Json.text(parser, problem, field);
            case "serviceAccountName" -> spec.serviceAccountName = Json.text(parser, problem, field);
            case "hostNetwork" ->
                spec.hostNetwork = Json.bool(parser, problem, field).orElse(false);
            case "hostPID" -> spec.hostPid = Json.bool(parser, problem, field).orElse(false);
            case "hostIPC" -> spec.hostIpc = Json.bool(parser, problem, field).orElse(false);
            case "nodeSelector" -> spec.nodeSelector = Json.texts(parser, problem, field);
            case "affinity" -> PlacementReader.affinity(parser, spec);
            case "tolerations" -> spec.tolerations = PlacementReader.tolerations(parser, problem);
            case "schedulingGates" -> spec.schedulingGates = PlacementReader.gates(parser, problem);
            case "os" -> {
                spec.os = "";
                Json.within(parser, problem, field, "name", () -> spec.os = Json.text(parser, problem, "os.name"));
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void containers(ContainerKind kind, JsonParser parser, SpecDraft spec) throws IOException {
        List<Container> containers = new ArrayList<>();
        spec.containers(kind, containers);
        if (Json.startsList(parser, spec.problem, kind.field())) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (containers.size() == MOST_CONTAINERS) {
                    // No node runs such a pod; judging it on thousands of nodes would hold up everybody else's.
                    spec.problem.set(kind.field(), "holds more than " + MOST_CONTAINERS + " containers");
                    parser.skipChildren();
                    continue;
                }
                containers.add(container(kind, containers.size(), parser, spec.problem));
            }
        }
    }

    private static Container container(ContainerKind kind, int index, JsonParser parser, Problem problem)
            throws IOException {
        // The path to a container is written where something is wrong with it; nearly always nothing is.
        Problem own = new Problem();
        String name = "";
        String image = "";
        SecurityContextDraft context = SecurityContextDraft.ABSENT;
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                switch (field) {
                    case "name" -> name = Json.text(parser, own, field);
                    case "image" -> image = Json.text(parser, own, field);
                    case "securityContext" -> context = securityContext(parser, own);
                    default -> parser.skipChildren();
                }
            }
        } else {
            problem.set(path(kind, index), "is not an object");
            parser.skipChildren();
        }
        if (own.isSet()) {
            problem.adopt(path(kind, index) + ".", own);
        }
        return new Container(
                kind, index, name, image, context.profile, context.present, context.privileged, context.toHardening());
    }

    private static String path(ContainerKind kind, int index) {
        return kind.field() + "[" + index + "]";
    }

    private static SecurityContextDraft securityContext(JsonParser parser, Problem problem) throws IOException {
        if (!Json.startsObject(parser, problem, SECURITY_CONTEXT)) {
            return SecurityContextDraft.ABSENT;
        }
        SecurityContextDraft context = SecurityContextDraft.begun();
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            parser.nextToken();
            switch (field) {
                case "appArmorProfile" -> context.profile = ProfileField.read(parser);
                case "privileged" ->
                    context.privileged = Json.bool(parser, problem, SECURITY_CONTEXT + ".privileged")
                            .orElse(false);
                case "runAsNonRoot" ->
                    context.runAsNonRoot = Json.bool(parser, problem, SECURITY_CONTEXT + ".runAsNonRoot");
                case "seccompProfile" ->
                    Json.within(
                            parser,
                            problem,
                            SECURITY_CONTEXT + ".seccompProfile",
                            "type",
                            () -> context.seccompType = Optional.of(
                                            Json.text(parser, problem, SECURITY_CONTEXT + ".seccompProfile.type"))
                                    .filter(type -> !type.isEmpty()));
                case "capabilities" -> capabilities(parser, problem, context);
                case "allowPrivilegeEscalation" ->
                    context.allowPrivilegeEscalation =
                            Json.bool(parser, problem, SECURITY_CONTEXT + ".allowPrivilegeEscalation");
                case "readOnlyRootFilesystem" ->
                    context.readOnlyRootFilesystem = Json.bool(
                                    parser, problem, SECURITY_CONTEXT + ".readOnlyRootFilesystem")
                            .orElse(false);
                default -> parser.skipChildren();
            }
        }
        return context;
    }

    private static void capabilities(JsonParser parser, Problem problem, SecurityContextDraft context)
            throws IOException {
        if (Json.startsObject(parser, problem, SECURITY_CONTEXT + ".capabilities")) {
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                boolean drop = field.equals("drop");
                String path = drop ? SECURITY_CONTEXT + ".capabilities.drop" : SECURITY_CONTEXT + ".capabilities.add";
                if (!drop && !field.equals("add")) {
                    parser.skipChildren();
                } else if (Json.startsList(parser, problem, path)) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        String capability = Json.text(parser, problem, path);
                        context.dropsAll |= drop && capability.equals("ALL");
                        context.adds |= !drop && !capability.equals("NET_BIND_SERVICE");
                    }
                }
            }
        }
    }
}
