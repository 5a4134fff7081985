package dev.apparmoradmission.e2e.storm;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.cluster.RealNode;
import dev.apparmoradmission.e2e.install.Installation;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.webhook.InstalledWebhook;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** What happens to the webhook and its cluster, one thing after the other. Each method returns when it is over. */
final class Disturbances {
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final String SECRET = "/api/v1/namespaces/apparmor-admission/secrets/apparmor-admission-tls";
    private static final int CHANGES_A_SECOND = 20;

    private final Installation installation;
    private final RealNode node;
    private final ApiServer api;
    private final InstalledWebhook webhook;
    private final StormNodes nodes;
    private final Verdicts verdicts;
    private volatile Gap serverAway = Gap.NONE;
    private volatile Gap replicaDead = Gap.NONE;

    Disturbances(Installation installation, ApiServer api, StormNodes nodes, Verdicts verdicts) {
        this.installation = installation;
        this.node = installation.node();
        this.api = api;
        this.webhook = new InstalledWebhook(api);
        this.nodes = nodes;
        this.verdicts = verdicts;
    }

    /** The policy of the storm: the shipped one that is strictest, but for what it says of privileged pods. */
    static Map<String, String> policy(String restricted, boolean denyPrivileged) {
        if (!restricted.contains("privileged: Enforce")) {
            throw new IllegalStateException("policies/restricted.yaml says nothing of privileged pods");
        }
        return Map.of(
                "restricted.yaml",
                denyPrivileged ? restricted : restricted.replace("privileged: Enforce", "privileged: Warn"));
    }

    /** The policy of the storm in force, and the nodes' lists known. */
    void begin(String restricted, String namespace) {
        webhook.policies(policy(restricted, false));
        for (Sort sort : Sort.values()) {
            await("what becomes of " + sort + " pods", () -> {
                Answer answer = api.create(namespace, sort.draft("first").object(), "?dryRun=All");
                return sort.stored().startsWith("P=")
                        ? answer.ok() && Profiles.of(answer.body()).equals(sort.stored())
                        : answer.message().contains(sort.rule());
            });
        }
    }

    /** {@code kubectl rollout restart}, until the new replicas serve; the old ones drain on. */
    String rollingRestart() throws IOException {
        String before = webhook.incarnation();
        installation.kubectl("rollout", "restart", "deployment/apparmor-admission");
        installation.rolledOut();
        if (webhook.incarnation().equals(before)) {
            throw new IllegalStateException("nothing was restarted: " + before);
        }
        return "both replicas replaced, the old ones drain for 95 s more";
    }

    /** The key of the CA is taken away, so that there has to be another CA, and another certificate by it. */
    String certificates() {
        JsonNode before = api.get(SECRET).body();
        String path = "[{\"op\": \"remove\", \"path\": \"/data/ca.key\"}]";
        if (!api.patch(SECRET, ApiServer.JSON_PATCH, path).ok()) {
            throw new IllegalStateException("the Secret cannot be changed");
        }
        await("another CA that signs, another certificate that is served", () -> {
            JsonNode now = api.get(SECRET).at("/data");
            return now.has("ca.key")
                    && !now.has("next-ca.key")
                    && !now.path("ca.key").equals(before.at("/data/ca.key"))
                    && !now.path("tls.crt").equals(before.at("/data/tls.crt"));
        });
        return "another CA introduced, trusted, signing; another certificate served";
    }

    /** The policy denies what it let in, and after a while lets it in again. */
    String policies(String restricted, Duration between) {
        flip(restricted, true);
        pause(between);
        flip(restricted, false);
        return "privileged pods denied for a while, and let in again";
    }

    private void flip(String restricted, boolean deny) {
        long begun = System.nanoTime();
        webhook.policies(policy(restricted, deny));
        verdicts.changed(deny, begun, System.nanoTime());
    }

    /** Lists of profiles change, evenly. */
    String inventory(Duration time) {
        int changes = (int) (time.toMillis() * CHANGES_A_SECOND / 1000);
        long begin = System.nanoTime();
        for (int i = 0; i < changes; i++) {
            nodes.change(i);
            long due = begin + TimeUnit.SECONDS.toNanos(i + 1) / CHANGES_A_SECOND;
            pause(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        return String.format(Locale.ROOT, "%d lists changed, %.1f a second", changes, changes / seconds);
    }

    /** The process of one replica is killed on its node; until the kubelet has started it anew. */
    String replicaKilled() throws IOException {
        String before = webhook.incarnation();
        String container = before.substring(before.lastIndexOf('/') + 1);
        String process = node.run("ctr", "--namespace", "k8s.io", "tasks", "ls")
                .lines()
                .map(line -> line.split(" +", -1))
                .filter(columns -> columns[0].equals(container))
                .map(columns -> columns[1])
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no process of " + container));
        long begin = System.nanoTime();
        replicaDead = new Gap(begin, Long.MAX_VALUE);
        node.run("kill", "-9", process);
        await("it is started anew", () -> {
            String now = webhook.incarnation();
            return !now.contains(container) && now.split(", ", -1).length == before.split(", ", -1).length;
        });
        replicaDead = new Gap(begin, System.nanoTime());
        return String.format(Locale.ROOT, "ready again after %.1f s", (System.nanoTime() - begin) / 1e9);
    }

    /** The process of the API server is killed; until the next one says that it is ready. */
    String apiServerKilled() throws IOException {
        String process = node.run("pidof", "kube-apiserver").strip();
        long from = System.nanoTime();
        serverAway = new Gap(from, Long.MAX_VALUE);
        node.run("kill", "-9", process);
        await("the API server to be back", () -> {
            try {
                return api.hastily().text("/readyz").equals("ok");
            } catch (IllegalStateException gone) {
                return false;
            }
        });
        long until = System.nanoTime();
        serverAway = new Gap(from, until);
        if (process.equals(node.run("pidof", "kube-apiserver").strip())) {
            throw new IllegalStateException("the API server was not restarted");
        }
        return String.format(Locale.ROOT, "away for %.1f s", (until - from) / 1e9);
    }

    /** When the API server was away: from before its process was killed until it said that it is ready. */
    Gap serverAway() {
        return serverAway;
    }

    /** When a replica was dead: from before its process was killed until the next one was ready. */
    Gap replicaDead() {
        return replicaDead;
    }

    static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not within " + BOUND.toSeconds() + " s: " + what);
            }
            pause(Duration.ofMillis(100));
        }
    }
}
