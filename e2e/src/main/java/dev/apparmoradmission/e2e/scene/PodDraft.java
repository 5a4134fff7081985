package dev.apparmoradmission.e2e.scene;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Manifest;

/** A pod as someone writes it, right or wrong. Immutable: each method gives another draft. */
public final class PodDraft {
    private static final String BETA = "container.apparmor.security.beta.kubernetes.io/";
    private static final String IMAGE = "registry.k8s.io/pause:3.10";

    private final ObjectNode pod;

    private PodDraft(ObjectNode pod) {
        this.pod = pod;
    }

    /** A pod without any container. */
    public static PodDraft empty(String name) {
        return new PodDraft(Manifest.parse("""
                        apiVersion: v1
                        kind: Pod
                        metadata: {}
                        spec: {terminationGracePeriodSeconds: 0, containers: []}
                        """)).named(name);
    }

    /** A pod with one container, {@code c}, without a profile. */
    public static PodDraft pod(String name) {
        return empty(name).container("c");
    }

    /** A profile that names no other. */
    public static JsonNode type(String type) {
        return JsonNodeFactory.instance.objectNode().put("type", type);
    }

    public static JsonNode runtimeDefault() {
        return type("RuntimeDefault");
    }

    public static JsonNode unconfined() {
        return type("Unconfined");
    }

    public static JsonNode localhost(String name) {
        return named("Localhost", name);
    }

    /** A profile of any type with a name, also where none belongs. */
    public static JsonNode named(String type, String name) {
        return JsonNodeFactory.instance.objectNode().put("type", type).put("localhostProfile", name);
    }

    public PodDraft named(String name) {
        PodDraft draft = copy();
        ((ObjectNode) draft.pod.path("metadata")).put("name", name);
        return draft;
    }

    /** Lets the server choose the name. */
    public PodDraft generated(String prefix) {
        PodDraft draft = copy();
        ObjectNode metadata = (ObjectNode) draft.pod.path("metadata");
        metadata.remove("name");
        metadata.put("generateName", prefix);
        return draft;
    }

    /** The profile of the pod level. */
    public PodDraft level(JsonNode profile) {
        PodDraft draft = copy();
        draft.spec().withObjectProperty("securityContext").set("appArmorProfile", profile);
        return draft;
    }

    public PodDraft container(String name) {
        return add("containers", name);
    }

    public PodDraft container(String name, JsonNode profile) {
        return container(name).field(profile);
    }

    public PodDraft init(String name) {
        return add("initContainers", name);
    }

    public PodDraft init(String name, JsonNode profile) {
        PodDraft draft = init(name);
        set(draft.last("initContainers"), profile);
        return draft;
    }

    /** An init container that keeps running. */
    public PodDraft sidecar(String name, JsonNode profile) {
        PodDraft draft = init(name, profile);
        draft.last("initContainers").put("restartPolicy", "Always");
        return draft;
    }

    /** The profile of the last container. */
    public PodDraft field(JsonNode profile) {
        PodDraft draft = copy();
        set(draft.last("containers"), profile);
        return draft;
    }

    /** Makes the last container privileged. */
    public PodDraft privileged() {
        PodDraft draft = copy();
        draft.last("containers").withObjectProperty("securityContext").put("privileged", true);
        return draft;
    }

    /** The beta annotation of a container. */
    public PodDraft beta(String container, String value) {
        return annotation(BETA + container, value);
    }

    public PodDraft annotation(String key, String value) {
        PodDraft draft = copy();
        ((ObjectNode) draft.pod.path("metadata"))
                .withObjectProperty("annotations")
                .put(key, value);
        return draft;
    }

    /** An exception by annotation, well-formed. */
    public PodDraft excused(String containers) {
        return annotation("apparmor-admission.dev/unconfined", containers)
                .annotation("apparmor-admission.dev/reason", "profiling the page cache, see runbook");
    }

    /** Bound from the start. */
    public PodDraft on(String node) {
        PodDraft draft = copy();
        draft.spec().put("nodeName", node);
        return draft;
    }

    public PodDraft selecting(String label, String value) {
        PodDraft draft = copy();
        draft.spec().withObjectProperty("nodeSelector").put(label, value);
        return draft;
    }

    public PodDraft tolerating(String key, String value) {
        PodDraft draft = copy();
        draft.spec()
                .withArrayProperty("tolerations")
                .addObject()
                .put("key", key)
                .put("value", value)
                .put("effect", "NoSchedule");
        return draft;
    }

    /** Sets fields of the spec, given as YAML. */
    public PodDraft with(String yaml) {
        PodDraft draft = copy();
        draft.spec().setAll(Manifest.parse(yaml));
        return draft;
    }

    /** Sets fields of the metadata, given as YAML. */
    public PodDraft metadata(String yaml) {
        PodDraft draft = copy();
        ((ObjectNode) draft.pod.path("metadata")).setAll(Manifest.parse(yaml));
        return draft;
    }

    /** The name, empty if the server is to choose it. */
    public String name() {
        return pod.path("metadata").path("name").asText();
    }

    public ObjectNode object() {
        return pod.deepCopy();
    }

    /** This pod as the template of a workload: without a name, labelled for its selector. */
    public ObjectNode template() {
        ObjectNode template = pod.deepCopy();
        template.remove("apiVersion");
        template.remove("kind");
        ObjectNode metadata = (ObjectNode) template.path("metadata");
        metadata.remove("name");
        metadata.withObjectProperty("labels").put("app", "it");
        return template;
    }

    private PodDraft add(String list, String name) {
        PodDraft draft = copy();
        draft.spec().withArrayProperty(list).addObject().put("name", name).put("image", IMAGE);
        return draft;
    }

    private static void set(ObjectNode container, JsonNode profile) {
        container.withObjectProperty("securityContext").set("appArmorProfile", profile);
    }

    private ObjectNode last(String list) {
        ArrayNode containers = spec().withArrayProperty(list);
        return (ObjectNode) containers.get(containers.size() - 1);
    }

    private ObjectNode spec() {
        return (ObjectNode) pod.path("spec");
    }

    private PodDraft copy() {
        return new PodDraft(pod.deepCopy());
    }
}
