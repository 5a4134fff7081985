package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import dev.apparmoradmission.decision.ExceptionKeys;
import dev.apparmoradmission.wire.Shape.Each;
import dev.apparmoradmission.wire.Shape.Flag;
import dev.apparmoradmission.wire.Shape.Parts;
import dev.apparmoradmission.wire.Shape.Text;
import dev.apparmoradmission.wire.Shape.Texts;
import dev.apparmoradmission.workload.BetaAnnotation;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The fields that are kept of an object where a cluster is copied: those that {@link WorkloadReader}, {@link NodeReader},
 * {@link NamespaceReader} and {@link ConfigMapReader} look at. A field that one of these learns to read belongs here too;
 * {@code ListExtractTest} fails where it is missing.
 */
public final class KeptFields {

    private static final Shape TEXT = new Text();
    private static final Shape FLAG = new Flag();
    private static final Shape LABELS = new Texts(key -> true);
    private static final Shape ANNOTATIONS = new Texts(key ->
            ExceptionKeys.has(key) || key.startsWith(BetaAnnotation.PREFIX) || key.equals(Workload.MIRROR_ANNOTATION));

    /** Nodes: where they are, and what they run. */
    public static final KeptFields NODES = new KeptFields(
            "v1",
            "Node",
            Map.of(
                    "metadata", parts(Map.of("labels", LABELS), "name", "uid"),
                    "spec", parts(Map.of("taints", each(Map.of(), "key", "value", "effect"))),
                    "status", parts(Map.of("nodeInfo", parts(Map.of(), "containerRuntimeVersion", "bootID")))));

    /** ConfigMaps that hold inventories: all that they hold is inventory. */
    public static final KeptFields INVENTORIES = new KeptFields(
            "v1",
            "ConfigMap",
            Map.of(
                    "metadata",
                    parts(
                            Map.of("labels", LABELS, "ownerReferences", each(Map.of(), "kind", "name", "uid")),
                            "name",
                            "namespace",
                            "resourceVersion"),
                    "data",
                    LABELS,
                    "binaryData",
                    LABELS));

    /** Namespaces: their labels. */
    public static final KeptFields NAMESPACES =
            new KeptFields("v1", "Namespace", Map.of("metadata", parts(Map.of("labels", LABELS), "name")));

    private static final Shape METADATA = parts(
            Map.of(
                    "labels",
                    LABELS,
                    "annotations",
                    ANNOTATIONS,
                    "ownerReferences",
                    each(Map.of("controller", FLAG), "kind", "name")),
            "name",
            "generateName",
            "namespace",
            "uid",
            "creationTimestamp",
            "deletionTimestamp");

    private final String apiVersion;
    private final String kind;
    private final Shape shape;
    private final Optional<WorkloadKind> workloads;

    private KeptFields(String apiVersion, String kind, Map<String, Shape> fields) {
        this(apiVersion, kind, fields, Optional.empty());
    }

    private KeptFields(String apiVersion, String kind, Map<String, Shape> fields, Optional<WorkloadKind> workloads) {
        this.apiVersion = apiVersion;
        this.kind = kind;
        this.shape = new Parts(fields);
        this.workloads = workloads;
    }

    /** Those of pods, or of templates of a kind; templates that another object keeps are left out. */
    public static KeptFields of(WorkloadKind kind) {
        Shape template = parts(Map.of("metadata", METADATA, "spec", podSpec()));
        Map<String, Shape> fields = new HashMap<>(Map.of("metadata", METADATA));
        switch (kind) {
            case POD -> fields.put("spec", podSpec());
            case POD_TEMPLATE -> fields.put("template", template);
            case CRON_JOB ->
                fields.put(
                        "spec",
                        parts(Map.of("jobTemplate", parts(Map.of("spec", parts(Map.of("template", template)))))));
            default -> fields.put("spec", parts(Map.of("template", template)));
        }
        return new KeptFields(
                kind.group().isEmpty() ? "v1" : kind.group() + "/v1", kind.kindName(), fields, Optional.of(kind));
    }

    private static Shape podSpec() {
        Shape security = parts(Map.of(
                "appArmorProfile", parts(Map.of(), "type", "localhostProfile"),
                "seccompProfile", parts(Map.of(), "type"),
                "capabilities", parts(Map.of("add", new Each(TEXT), "drop", new Each(TEXT))),
                "privileged", FLAG,
                "runAsNonRoot", FLAG,
                "allowPrivilegeEscalation", FLAG,
                "readOnlyRootFilesystem", FLAG));
        Shape containers = each(Map.of("securityContext", security), "name", "image");
        Shape requirements = each(Map.of("values", new Each(TEXT)), "key", "operator");
        Shape terms = each(Map.of("matchExpressions", requirements, "matchFields", requirements));
        Shape affinity = parts(Map.of(
                "nodeAffinity",
                parts(Map.of(
                        "requiredDuringSchedulingIgnoredDuringExecution", parts(Map.of("nodeSelectorTerms", terms))))));
        Map<String, Shape> fields = new HashMap<>();
        for (String field : List.of("containers", "initContainers", "ephemeralContainers")) {
            fields.put(field, containers);
        }
        for (String field : List.of("hostNetwork", "hostPID", "hostIPC")) {
            fields.put(field, FLAG);
        }
        fields.put("securityContext", security);
        fields.put("nodeSelector", LABELS);
        fields.put("affinity", affinity);
        fields.put("tolerations", each(Map.of(), "key", "operator", "value", "effect"));
        fields.put("schedulingGates", each(Map.of(), "name"));
        fields.put("os", parts(Map.of(), "name"));
        return parts(fields, "nodeName", "runtimeClassName", "serviceAccountName");
    }

    /** An object with these fields and these texts. */
    private static Shape parts(Map<String, Shape> fields, String... texts) {
        Map<String, Shape> all = new HashMap<>(fields);
        Arrays.stream(texts).forEach(text -> all.put(text, TEXT));
        return new Parts(all);
    }

    private static Shape each(Map<String, Shape> fields, String... texts) {
        return new Each(parts(fields, texts));
    }

    /** The {@code apiVersion} of the list. */
    String apiVersion() {
        return apiVersion;
    }

    /** The {@code kind} of the list. */
    String listKind() {
        return kind + "List";
    }

    /**
     * Copies what is kept of an object, on whose opening brace the parser stands.
     *
     * @return whether the object is kept at all
     */
    boolean copy(JsonParser parser, JsonGenerator json) throws IOException {
        if (workloads.isEmpty() || !workloads.get().isTemplate()) {
            shape.copy(parser, json);
            return true;
        }
        // Who keeps it may be told at its end.
        try (TokenBuffer object = new TokenBuffer(parser)) {
            shape.copy(parser, object);
            boolean kept;
            try (JsonParser again = object.asParser()) {
                again.nextToken();
                kept = !WorkloadReader.read(again).isKeptTemplate(workloads.get());
            }
            if (kept) {
                object.serialize(json);
            }
            return kept;
        }
    }
}
