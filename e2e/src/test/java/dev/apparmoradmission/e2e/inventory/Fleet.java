package dev.apparmoradmission.e2e.inventory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Nodes with an agent's pod on each, under the account, the rights and the policy that {@code deploy/agent} gives. */
final class Fleet implements AutoCloseable {
    private static final String SERVICE_ACCOUNTS =
            "/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/serviceaccounts/";
    private static final String PODS = "/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/pods/";

    private final Stage stage;
    private final ApiServer admin;
    private final Installed installed;
    private final List<ApiServer> clients = new ArrayList<>();

    Fleet(Stage stage) throws IOException {
        this.stage = stage;
        this.admin = client(stage.cluster().kubeconfig());
        this.installed = new Installed(admin);
        Path deploy = deploy();
        installed.file(deploy.resolve("base").resolve("rbac.yaml"));
        installed.file(deploy.resolve("agent").resolve("rbac.yaml"));
        installed.file(deploy.resolve("agent").resolve("inventory-writers.yaml"));
        if (stage.cluster().runsControllers()) {
            Scene.await(
                    "default service account",
                    () -> admin.get(SERVICE_ACCOUNTS + "default").ok());
        }
    }

    Path deploy() {
        return stage.directory().resolveSibling("deploy");
    }

    ApiServer admin() {
        return admin;
    }

    Installed installed() {
        return installed;
    }

    private ApiServer client(String kubeconfig) {
        ApiServer client = ApiServer.of(kubeconfig);
        clients.add(client);
        return client;
    }

    /** Makes a node, and an agent's pod on it, and asks for its token as the kubelet does. */
    Agent agent(String node) {
        Answer made = installed.object(Manifest.parse("""
                {apiVersion: v1, kind: Node, metadata: {name: %s}}
                """.formatted(node)));
        String uid = made.at("/metadata/uid").asText();
        pod("agent-" + node, node);
        return new Agent(node, uid, bearer(kubeletsToken(node, "agent-" + node)));
    }

    /** Makes a pod of the agents' account on a node. */
    private void pod(String name, String node) {
        installed.object(Manifest.parse("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %s, namespace: %s}
                spec:
                  nodeName: %s
                  serviceAccountName: %s
                  automountServiceAccountToken: false
                  containers: [{name: agent, image: none}]
                  # A kubelet gets a token only for the audiences that a volume of the pod asks for.
                  volumes: [{name: token, projected: {sources: [{serviceAccountToken: {path: token}}]}}]
                """.formatted(name, WebhookProcess.NAMESPACE, node, Agent.ACCOUNT)));
    }

    /** The API server, asked by the kubelet of a node. */
    ApiServer kubelet(String node) {
        return admin.as("system:node:" + node, "system:nodes", "system:authenticated");
    }

    private String kubeletsToken(String node, String pod) {
        // The authoriser of kubelets learns of a new pod by watching.
        Scene.await(
                "the kubelet of " + node + " gets tokens for " + pod,
                () -> token(kubelet(node), Agent.ACCOUNT, "Pod", pod).ok());
        return token(kubelet(node), Agent.ACCOUNT, "Pod", pod)
                .at("/status/token")
                .asText();
    }

    /** Asks for a token that is bound to a Pod or Secret of the namespace, or to a Node. */
    Answer token(ApiServer api, String account, String kind, String name) {
        String path = "Node".equals(kind)
                ? "/api/v1/nodes/" + name
                : "/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/" + ("Pod".equals(kind) ? "pods/" : "secrets/")
                        + name;
        return api.post(
                SERVICE_ACCOUNTS + account + "/token",
                Manifest.parse("""
                spec:
                  expirationSeconds: 3600
                  boundObjectRef: {apiVersion: v1, kind: %s, name: %s, uid: "%s"}
                """.formatted(
                                kind, name, admin.get(path).at("/metadata/uid").asText()))
                        .toString());
    }

    /** Asks for a token that is bound to nothing. */
    Answer token(String account) {
        return admin.post(SERVICE_ACCOUNTS + account + "/token", "{}");
    }

    /** The API server, asked with that token and no other right. */
    ApiServer bearer(String token) {
        ApiServer client = ApiServer.of(stage.cluster().kubeconfig(), token);
        clients.add(client);
        return client;
    }

    /** Deletes a pod and its node, as when a machine is replaced. */
    void remove(String node) {
        for (String path : List.of(PODS + "agent-" + node, "/api/v1/nodes/" + node)) {
            admin.delete(path);
            Scene.await(path + " gone", () -> admin.get(path).code() == 404);
        }
    }

    /** Waits until the policy is in force: the API server learns of it a little later than it stores it. */
    void awaitPolicy(Agent agent) {
        ObjectNode forged = agent.list();
        forged.withObjectProperty("data").put("anyone", "# apparmor: enabled\n");
        Scene.await("policy in force", () -> Gate.POLICY.refused(agent.apply(agent.path(), forged, "&dryRun=All")));
    }

    /** What every ConfigMap of the namespace holds, by name: the state that no forgery may alter. */
    TreeMap<String, String> lists() {
        TreeMap<String, String> lists = new TreeMap<>();
        admin.get(Agent.CONFIG_MAPS)
                .at("/items")
                .forEach(map -> lists.put(map.at("/metadata/name").asText(), map.toString()));
        lists.remove("kube-root-ca.crt");
        return lists;
    }

    @Override
    public void close() {
        installed.close();
        admin.delete(Agent.CONFIG_MAPS + "?labelSelector=" + Agent.LABEL);
        clients.forEach(ApiServer::close);
    }
}
