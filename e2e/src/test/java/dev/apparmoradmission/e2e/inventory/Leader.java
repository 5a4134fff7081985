package dev.apparmoradmission.e2e.inventory;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.util.List;
import java.util.function.Supplier;

/**
 * Who holds the token of the webhook's account.
 *
 * @param api the server, asked with that token and all rights that RBAC knows
 * @param node the name of a node that is there
 * @param pod the name of a pod that is there, in the webhook's namespace, with our gate and another
 */
record Leader(ApiServer api, String node, String pod) {
    static final String OUR_GATE = "apparmor-admission.dev/profiles-loaded";
    static final String OTHER_GATE = "example.org/quota";
    static final String OUR_CONDITION = "apparmor-admission.dev/ProfilesLoaded";
    static final String PROFILE_LABEL = "profile.apparmor-admission.node-restriction.kubernetes.io/k8s-web";
    static final String ENABLED_LABEL = "apparmor-admission.node-restriction.kubernetes.io/enabled";

    private static final String NODES = "/api/v1/nodes";
    private static final String PODS = "/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/pods";

    String nodePath() {
        return NODES + "/" + node;
    }

    String podPath() {
        return PODS + "/" + pod;
    }

    /** A merge patch of the node. */
    Answer node(String patch) {
        return api.patch(nodePath(), ApiServer.MERGE_PATCH, patch);
    }

    /** A strategic merge patch of the pod, or of a subresource of it. */
    Answer pod(String subresource, String patch) {
        return api.patch(podPath() + subresource, ApiServer.STRATEGIC_PATCH, patch);
    }

    /** A condition in the pod's status. */
    Answer condition(String type, String status) {
        return pod("/status", """
                {"status": {"conditions": [{"type": "%s", "status": "%s", "reason": "DeadlineExceeded"}]}}
                """.formatted(type, status));
    }

    /** What it might try that is none of the webhook's business. */
    List<Forgery> forgeries() {
        String labels = "of a node the webhook changes only labels below";
        String metadata = "the webhook changes nothing in the metadata of a pod";
        String spec = "of the spec of a pod the webhook changes the scheduling gates only";
        String gates = "the webhook lifts the scheduling gate " + OUR_GATE + " and no other";
        String status = "of the status of a pod the webhook changes the conditions only";
        String others = "the webhook makes, moves and deletes no pods";
        return List.of(
                forged("another label of a node", labels, () -> node("""
                        {"metadata": {"labels": {"zone": "b", "%s": "enforce"}}}
                        """.formatted(PROFILE_LABEL))),
                forged("a label that others write below node-restriction", labels, () -> node("""
                        {"metadata": {"labels": {"secure.node-restriction.kubernetes.io/pci": "true"}}}
                        """)),
                forged("a label whose prefix only looks like it", labels, () -> node("""
                        {"metadata": {"labels": {"xapparmor-admission.node-restriction.kubernetes.io/enabled": "true"}}}
                        """)),
                forged("another label beside the one of ours", labels, () -> node("""
                        {"metadata": {"labels": {"apparmor-admission.node-restriction.kubernetes.io/trusted": "true"}}}
                        """)),
                forged("taking a label off a node", labels, () -> node("""
                        {"metadata": {"labels": {"zone": null}}}
                        """)),
                forged("an annotation of a node", "no annotations, finalizers or owners of a node", () -> node("""
                        {"metadata": {"annotations": {"forged": "yes"}}}
                        """)),
                forged("a finalizer of a node", "no annotations, finalizers or owners of a node", () -> node("""
                        {"metadata": {"finalizers": ["example.org/for-ever"]}}
                        """)),
                forged("an owner of a node", "no annotations, finalizers or owners of a node", () -> node("""
                        {"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": "x", "uid": "x"}]}}
                        """)),
                forged("taking the taints off a node", "nothing in the spec of a node", () -> node("""
                        {"spec": {"taints": null}}
                        """)),
                forged("a node without pods", "nothing in the spec of a node", () -> node("""
                        {"spec": {"unschedulable": true}}
                        """)),
                forged(
                        "a label by way of a node's status",
                        "nor writes their status",
                        () -> api.patch(nodePath() + "/status", ApiServer.MERGE_PATCH, """
                        {"metadata": {"labels": {"zone": "b"}}}
                        """)),
                forged("deleting a node", "neither makes nor deletes nodes", () -> api.delete(nodePath())),
                forged("making a node", "neither makes nor deletes nodes", () -> api.post(NODES, """
                        {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "made-by-the-webhook"}}
                        """)),
                forged("lifting another gate", gates, () -> gates(List.of(OUR_GATE))),
                forged("lifting both gates", gates, () -> gates(List.of())),
                forged("a label of a pod", metadata, () -> pod("", """
                        {"metadata": {"labels": {"app": "shop"}}}
                        """)),
                forged(
                        "an annotation of a pod, with the gate",
                        metadata,
                        () -> api.patch(podPath(), ApiServer.MERGE_PATCH, """
                        {"metadata": {"annotations": {"apparmor-admission.dev/unconfined": "*"}},
                         "spec": {"schedulingGates": [{"name": "%s"}]}}
                        """.formatted(OTHER_GATE))),
                forged("a finalizer of a pod", metadata, () -> pod("", """
                        {"metadata": {"finalizers": ["example.org/for-ever"]}}
                        """)),
                forged("an owner of a pod", metadata, () -> pod("", """
                        {"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "Node", "name": "x", "uid": "x"}]}}
                        """)),
                forged("another image", spec, () -> pod("", """
                        {"spec": {"containers": [{"name": "c", "image": "forged"}]}}
                        """)),
                forged("one more toleration", spec, () -> api.patch(podPath(), ApiServer.JSON_PATCH, """
                        [{"op": "add", "path": "/spec/tolerations/-", "value": {"operator": "Exists"}}]
                        """)),
                forged("a node selector", spec, () -> pod("", """
                        {"spec": {"nodeSelector": {"zone": "a"}}}
                        """)),
                forged("an end of the pod", spec, () -> pod("", """
                        {"spec": {"activeDeadlineSeconds": 1}}
                        """)),
                forged("an ephemeral container", others, () -> pod("/ephemeralcontainers", """
                        {"spec": {"ephemeralContainers": [{"name": "debug", "image": "forged"}]}}
                        """)),
                forged(
                        "binding a pod to a node",
                        others,
                        () -> api.post(podPath() + "/binding", """
                        {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": "%s"},
                         "target": {"kind": "Node", "name": "%s"}}
                        """.formatted(pod, node))),
                forged("evicting a pod", others, () -> api.post(podPath() + "/eviction", """
                        {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": "%s"}}
                        """.formatted(pod))),
                forged("deleting a pod", others, () -> api.delete(podPath())),
                forged("making a pod", others, () -> api.post(PODS, """
                        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "forged"},
                         "spec": {"containers": [{"name": "c", "image": "none"}]}}
                        """)),
                forged("another phase of a pod", status, () -> pod("/status", """
                        {"status": {"phase": "Succeeded"}}
                        """)),
                forged("another address of a pod", status, () -> pod("/status", """
                        {"status": {"podIPs": [{"ip": "10.9.8.7"}], "podIP": "10.9.8.7"}}
                        """)),
                forged(
                        "another condition of a pod",
                        "of the conditions of a pod the webhook writes",
                        () -> condition("Ready", "True")),
                forged("a label by way of a pod's status", metadata, () -> pod("/status", """
                        {"metadata": {"labels": {"app": "shop"}}}
                        """)));
    }

    /** Leaves the pod with these gates. */
    Answer gates(List<String> names) {
        String left = String.join(
                ", ", names.stream().map("{\"name\": \"%s\"}"::formatted).toList());
        return api.patch(podPath(), ApiServer.MERGE_PATCH, "{\"spec\": {\"schedulingGates\": [" + left + "]}}");
    }

    private static Forgery forged(String what, String says, Supplier<Answer> attempt) {
        return new Forgery(what, Gate.PLACEMENT, says, attempt);
    }

    /** What none of these may alter. */
    static List<JsonNode> state(Answer node, Answer pod) {
        return List.of(
                node.at("/metadata/labels"),
                node.at("/metadata/finalizers"),
                node.at("/spec/unschedulable"),
                pod.at("/metadata/labels"),
                pod.at("/metadata/annotations"),
                pod.at("/metadata/finalizers"),
                pod.at("/spec"),
                pod.at("/status/phase"));
    }
}
