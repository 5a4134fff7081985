package dev.apparmoradmission.workload;

import java.util.List;
import java.util.Optional;

/** Pods, and the eight kinds of object that pods are made from. */
public enum WorkloadKind {
    /** A pod itself. */
    POD("Pod", "", ""),
    /** {@code apps} Deployment. */
    DEPLOYMENT("Deployment", "apps", "spec.template"),
    /** {@code apps} ReplicaSet. */
    REPLICA_SET("ReplicaSet", "apps", "spec.template"),
    /** {@code apps} StatefulSet. */
    STATEFUL_SET("StatefulSet", "apps", "spec.template"),
    /** {@code apps} DaemonSet. */
    DAEMON_SET("DaemonSet", "apps", "spec.template"),
    /** {@code batch} Job. */
    JOB("Job", "batch", "spec.template"),
    /** {@code batch} CronJob. */
    CRON_JOB("CronJob", "batch", "spec.jobTemplate.spec.template"),
    /** ReplicationController; its template may be absent. */
    REPLICATION_CONTROLLER("ReplicationController", "", "spec.template"),
    /** PodTemplate. */
    POD_TEMPLATE("PodTemplate", "", "template");

    static final String POD_SPEC = "spec";
    private static final List<WorkloadKind> ALL = List.of(values());

    private final String kindName;
    private final String group;
    private final String templatePath;

    WorkloadKind(String kindName, String group, String templatePath) {
        this.kindName = kindName;
        this.group = group;
        this.templatePath = templatePath;
    }

    /** The API's name of the kind. */
    public String kindName() {
        return kindName;
    }

    /** The API group, empty for the core group. */
    public String group() {
        return group;
    }

    /** Where the pod template lies, dotted, from the object's root; empty for a pod. */
    public String templatePath() {
        return templatePath;
    }

    /** Where the pod spec lies, dotted, from the object's root. */
    public String specPath() {
        return templatePath.isEmpty() ? POD_SPEC : templatePath + ".spec";
    }

    /** Whether objects of this kind are templates of pods. */
    public boolean isTemplate() {
        return this != POD;
    }

    /** The kind of that name in the group of that {@code apiVersion}; empty for anything that holds no pods. */
    public static Optional<WorkloadKind> of(String apiVersion, String kind) {
        int slash = apiVersion.indexOf('/');
        String group = slash < 0 ? "" : apiVersion.substring(0, slash);
        for (WorkloadKind candidate : ALL) {
            // "extensions" served Deployments, DaemonSets and ReplicaSets until 1.16; files of that age still exist.
            if (candidate.kindName.equals(kind)
                    && (candidate.group.equals(group)
                            || candidate.group.equals("apps") && group.equals("extensions"))) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }
}
