package dev.apparmoradmission.wire;

import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Kubernetes object as it was read: just what is looked at. What it holds is told by its kind, which may stand behind its
 * spec, so the workload is put together on demand.
 */
public final class ManifestObject {

    private static final String LIST = "List";

    private final String apiVersion;
    private final String kind;
    private final MetadataDraft metadata;
    private final SpecDraft spec;
    private final Optional<TemplateDraft> template;
    private final Problem templateProblem;
    private final List<ManifestObject> items;

    ManifestObject(
            String apiVersion,
            String kind,
            MetadataDraft metadata,
            SpecDraft spec,
            Optional<TemplateDraft> template,
            Problem templateProblem,
            List<ManifestObject> items) {
        this.apiVersion = apiVersion;
        this.kind = kind;
        this.metadata = metadata;
        this.spec = spec;
        this.template = template;
        this.templateProblem = templateProblem;
        this.items = List.copyOf(items);
    }

    /** {@code apiVersion}; empty where the manifest gives none. */
    public String apiVersion() {
        return apiVersion;
    }

    /** {@code kind}; empty where the manifest gives none. */
    public String kind() {
        return kind;
    }

    /** {@code metadata.name}, else {@code metadata.generateName}; may be empty. */
    public String name() {
        return metadata.displayName();
    }

    /** {@code metadata.namespace}; empty where the manifest gives none. */
    public String namespace() {
        return metadata.namespace;
    }

    /** {@code metadata.uid}; empty where the API server has not given one. */
    public String uid() {
        return metadata.uid;
    }

    /** {@code metadata.creationTimestamp}; absent where it has not been stored, or the text is no instant. */
    public Optional<Instant> created() {
        try {
            return metadata.created.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(metadata.created));
        } catch (DateTimeParseException notAnInstant) {
            return Optional.empty();
        }
    }

    /** The object that makes and keeps it: the one of {@code metadata.ownerReferences} that is its controller. */
    public Optional<ObjectOwner> controller() {
        return metadata.controller;
    }

    /** Whether it is, being of this kind, a template that another object makes and keeps: where that one is judged, this need not be. */
    public boolean isKeptTemplate(WorkloadKind ofKind) {
        return ofKind.isTemplate() && controller().isPresent();
    }

    /** {@code metadata.continue} of a list: where its next page begins; empty where it has none. */
    public String nextPage() {
        return metadata.nextPage;
    }

    /** {@code metadata.labels}. */
    public Map<String, String> labels() {
        return Map.copyOf(metadata.labels);
    }

    /** {@code metadata.annotations}. */
    public Map<String, String> annotations() {
        return Map.copyOf(metadata.annotations);
    }

    /**
     * What a list holds: {@code items} of {@code List}, {@code PodList} and their like; empty for anything else. Items of a
     * typed list need not say their kind: the list does.
     */
    public List<ManifestObject> items() {
        if (!kind.endsWith(LIST)) {
            return List.of();
        }
        String itemKind = kind.substring(0, kind.length() - LIST.length());
        return items.stream().map(item -> item.inheriting(apiVersion, itemKind)).toList();
    }

    private ManifestObject inheriting(String listVersion, String itemKind) {
        return kind.isEmpty()
                ? new ManifestObject(
                        apiVersion.isEmpty() ? listVersion : apiVersion,
                        itemKind,
                        metadata,
                        spec,
                        template,
                        templateProblem,
                        items)
                : this;
    }

    /** Which kind of workload it is; empty for anything that pods are not made from. */
    public Optional<WorkloadKind> workloadKind() {
        return WorkloadKind.of(apiVersion, kind);
    }

    /**
     * The workload, in its own namespace or else in this one. Empty for other kinds, and for a ReplicationController without a
     * template.
     *
     * @throws UnreadableWorkloadException if a part that counts is not of the form that the API has
     */
    public Optional<Workload> workload(String defaultNamespace) throws UnreadableWorkloadException {
        Optional<WorkloadKind> found = workloadKind();
        if (found.isEmpty()) {
            return Optional.empty();
        }
        WorkloadKind workloadKind = found.get();
        metadata.failIfBroken("metadata");
        String namespace = metadata.namespace.isEmpty() ? defaultNamespace : metadata.namespace;
        if (workloadKind == WorkloadKind.POD) {
            spec.failIfBroken("spec");
            return Optional.of(new Workload(
                    workloadKind,
                    namespace,
                    metadata.displayName(),
                    metadata.deleting,
                    metadata.labels,
                    metadata.annotations,
                    spec.toPodSpec()));
        }
        Optional<TemplateDraft> ofPods = template(workloadKind);
        if (ofPods.isEmpty()) {
            return Optional.empty();
        }
        String path = workloadKind.templatePath();
        ofPods.get().metadata.failIfBroken(path + ".metadata");
        ofPods.get().spec.failIfBroken(path + ".spec");
        return Optional.of(new Workload(
                workloadKind,
                namespace,
                metadata.displayName(),
                metadata.deleting,
                ofPods.get().metadata.labels,
                ofPods.get().metadata.annotations,
                ofPods.get().spec.toPodSpec()));
    }

    private Optional<TemplateDraft> template(WorkloadKind workloadKind) throws UnreadableWorkloadException {
        if (workloadKind == WorkloadKind.POD_TEMPLATE) {
            templateProblem.failIfSet("");
            return template;
        }
        spec.failIfTemplateBroken("spec.");
        if (workloadKind == WorkloadKind.CRON_JOB) {
            return spec.jobTemplate;
        }
        return spec.template;
    }
}
