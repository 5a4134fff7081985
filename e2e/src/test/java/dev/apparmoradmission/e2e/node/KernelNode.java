package dev.apparmoradmission.e2e.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.TestCluster;
import dev.apparmoradmission.e2e.kernel.AppArmorKernel;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;

/** The machine with the AppArmor kernel as a Node of the cluster, with what its agent needs: rights, and a token of its own. */
final class KernelNode {
    static final String NAME = "kernel-node";

    private static final String ACCOUNT = "apparmor-admission-agent";
    private static final String HOME = "/run/apparmor-admission-e2e";
    private static final String ACCOUNT_FILES = HOME + "/secrets/kubernetes.io/serviceaccount";

    private final AppArmorKernel kernel;
    private final Path program;
    private final String uid;
    private final String serverName;

    private KernelNode(AppArmorKernel kernel, Path program, String uid, String serverName) {
        this.kernel = kernel;
        this.program = program;
        this.uid = uid;
        this.serverName = serverName;
    }

    /** Makes the Node, and hands the agent's account and a token bound to this Node over to the machine. */
    static KernelNode join(AppArmorKernel kernel, Scene scene, TestCluster cluster, Path e2e) throws IOException {
        ApiServer api = scene.api();
        for (String file : List.of("rbac.yaml", "inventory-writers.yaml")) {
            for (ObjectNode object :
                    Manifest.all(e2e.resolveSibling("deploy").resolve("agent").resolve(file))) {
                Answer answer = api.post(Manifest.collection(object, WebhookProcess.NAMESPACE), object.toString());
                if (answer.code() != 409) {
                    require(answer);
                }
            }
        }
        Answer node = require(api.create("", node(kernel)));
        String uid = node.at("/metadata/uid").asText();
        Answer token = require(api.post(
                "/api/v1/namespaces/" + WebhookProcess.NAMESPACE + "/serviceaccounts/" + ACCOUNT + "/token",
                Manifest.parse("""
                        apiVersion: authentication.k8s.io/v1
                        kind: TokenRequest
                        spec:
                          expirationSeconds: 7200
                          boundObjectRef: {apiVersion: v1, kind: Node, name: %s, uid: %s}
                        """.formatted(NAME, uid)).toString()));
        Config access = Config.fromKubeconfig(cluster.kubeconfig());
        URI server = URI.create(access.getMasterUrl());
        kernel.passTo(new InetSocketAddress(server.getHost(), server.getPort()));
        String authority = new String(Base64.getDecoder().decode(access.getCaCertData()), StandardCharsets.US_ASCII);
        // As the kubelet projects them: readable by group 0.
        kernel.run("set -e\ninstall -d -m 0755 " + ACCOUNT_FILES + "\numask 0227\nrm -f " + ACCOUNT_FILES
                + "/*\nprintf '%s' '"
                + token.at("/status/token").asText() + "' >" + ACCOUNT_FILES + "/token\nprintf '%s' '"
                + WebhookProcess.NAMESPACE + "' >" + ACCOUNT_FILES + "/namespace\ncat >" + ACCOUNT_FILES
                + "/ca.crt <<'PEM'\n" + authority + "\nPEM");
        return new KernelNode(kernel, e2e.resolve("target").resolve("kernel-agent"), uid, server.getHost());
    }

    private static ObjectNode node(AppArmorKernel kernel) {
        String boot = kernel.run("cat /proc/sys/kernel/random/boot_id").output().strip();
        String release = kernel.run("uname -r").output().strip();
        return Manifest.parse("""
                apiVersion: v1
                kind: Node
                metadata:
                  name: %1$s
                  labels: {kubernetes.io/hostname: %1$s, kubernetes.io/os: linux, e2e.apparmor-admission.dev/test-node: "true"}
                status:
                  nodeInfo:
                    architecture: amd64
                    bootID: %2$s
                    containerRuntimeVersion: containerd://2.1.4
                    kernelVersion: %3$s
                    kubeProxyVersion: ""
                    kubeletVersion: v1.35.4
                    machineID: ""
                    operatingSystem: linux
                    osImage: ""
                    systemUUID: ""
                """.formatted(NAME, boot, release));
    }

    static Answer require(Answer answer) {
        if (!answer.ok()) {
            throw new IllegalStateException("not done: " + answer.code() + " " + answer.body());
        }
        return answer;
    }

    /** Removes from the machine what was handed over. */
    void leave() {
        kernel.run("rm -rf " + HOME);
    }

    /** The uid of its Node. */
    String uid() {
        return uid;
    }

    /**
     * Starts the agent as its pod does: the files of its image and of its account where the pod has them, user 65532, group 0,
     * no capability, under a profile.
     *
     * @param profile the profile; empty for none
     * @param options added to the command line
     */
    Agent agent(String profile, String... options) {
        String confined = profile.isEmpty() ? "" : "aa-exec -p " + profile + " -- ";
        return Agent.start(kernel, """
                exec unshare --mount --propagation private /bin/sh -c '
                    set -e
                    mkdir -p %1$s/opt/agent /opt /run/secrets
                    mount --bind %2$s %1$s/opt/agent
                    mount --rbind %1$s/opt /opt
                    mount --bind %1$s/secrets /run/secrets
                    cd /
                    exec env -i PATH="$PATH" KUBERNETES_SERVICE_HOST=%3$s KUBERNETES_SERVICE_PORT=%4$d NODE_NAME=%5$s \
                        setpriv --reuid 65532 --regid 0 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs \
                        %6$s/opt/agent/jre/bin/java @/opt/agent/options.installed %7$s'
                """.formatted(
                        HOME, program, serverName, kernel.port(), NAME, confined, String.join(" ", options)));
    }
}
