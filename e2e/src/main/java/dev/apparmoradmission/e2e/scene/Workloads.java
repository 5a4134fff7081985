package dev.apparmoradmission.e2e.scene;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Manifest;

/** The kinds that make pods from a template. */
public final class Workloads {
    private static final String SELECTOR = "selector: {matchLabels: {app: it}}";

    private Workloads() {}

    public static ObjectNode deployment(String name, PodDraft pod) {
        return apps("Deployment", name, pod);
    }

    public static ObjectNode replicaSet(String name, PodDraft pod) {
        return apps("ReplicaSet", name, pod);
    }

    public static ObjectNode statefulSet(String name, PodDraft pod) {
        ObjectNode object = apps("StatefulSet", name, pod);
        ((ObjectNode) object.path("spec")).put("serviceName", name);
        return object;
    }

    public static ObjectNode daemonSet(String name, PodDraft pod) {
        return apps("DaemonSet", name, pod);
    }

    public static ObjectNode job(String name, PodDraft pod) {
        ObjectNode object = Manifest.parse(
                "{apiVersion: batch/v1, kind: Job, metadata: {name: %s}, spec: {suspend: true}}".formatted(name));
        ((ObjectNode) object.path("spec"))
                .set("template", pod.with("restartPolicy: Never").template());
        return object;
    }

    public static ObjectNode cronJob(String name, PodDraft pod) {
        ObjectNode object = Manifest.parse("""
                apiVersion: batch/v1
                kind: CronJob
                metadata: {name: %s}
                spec: {schedule: "0 0 1 1 *", suspend: true, jobTemplate: {spec: {}}}
                """.formatted(name));
        ((ObjectNode) object.at("/spec/jobTemplate/spec"))
                .set("template", pod.with("restartPolicy: Never").template());
        return object;
    }

    public static ObjectNode replicationController(String name, PodDraft pod) {
        ObjectNode object = Manifest.parse(
                "{apiVersion: v1, kind: ReplicationController, metadata: {name: %s}, spec: {replicas: 0, selector: {app: it}}}"
                        .formatted(name));
        ((ObjectNode) object.path("spec")).set("template", pod.template());
        return object;
    }

    public static ObjectNode podTemplate(String name, PodDraft pod) {
        ObjectNode object = Manifest.parse("{apiVersion: v1, kind: PodTemplate, metadata: {name: %s}}".formatted(name));
        object.set("template", pod.template());
        return object;
    }

    private static ObjectNode apps(String kind, String name, PodDraft pod) {
        ObjectNode object = Manifest.parse(
                "{apiVersion: apps/v1, kind: %s, metadata: {name: %s}, spec: {%s}}".formatted(kind, name, SELECTOR));
        ((ObjectNode) object.path("spec")).set("template", pod.template());
        return object;
    }
}
