package dev.apparmoradmission.e2e.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The webhook that is installed in the cluster: pods of a Deployment, asked through their Service. */
public final class InstalledWebhook implements Webhook {
    private static final String NAME = "apparmor-admission";
    private static final String PODS = "/api/v1/namespaces/" + NAME + "/pods";
    private static final String SELECTED = PODS + "?labelSelector=app.kubernetes.io/name=" + NAME;
    private static final String POLICIES = "/api/v1/namespaces/" + NAME + "/configmaps/apparmor-admission-policies";
    private static final String DEPLOYMENT = "/apis/apps/v1/namespaces/" + NAME + "/deployments/" + NAME;
    private static final Duration BOUND = Duration.ofMinutes(2);

    private final ApiServer api;
    private final List<ObjectNode> configurations = new ArrayList<>();
    private final Set<String> set = new TreeSet<>();

    /** What is installed now. */
    public InstalledWebhook(ApiServer api) {
        this.api = api;
        for (String kind : List.of("mutating", "validating")) {
            Answer answer =
                    require(api.get("/apis/admissionregistration.k8s.io/v1/" + kind + "webhookconfigurations/" + NAME));
            ObjectNode found = (ObjectNode) answer.body();
            ((ObjectNode) found.path("metadata")).retain("name", "labels", "annotations");
            configurations.add(found);
        }
    }

    /** Has the API server ask it, if it was told not to, and waits until it does. */
    public void register() {
        for (ObjectNode configuration : configurations) {
            Answer answer = api.post(Manifest.collection(configuration, ""), configuration.toString());
            if (answer.code() != 409) {
                require(answer);
            }
        }
        await("the API server asks the webhook", () -> Asked.is(api, this::metrics));
    }

    /** Puts the policies of these files in force, in place of all others, and waits until each replica judges by them. */
    public void policies(List<Path> files) throws IOException {
        Map<String, String> texts = new LinkedHashMap<>();
        for (Path file : files) {
            texts.put(file.getFileName().toString(), Files.readString(file));
        }
        policies(texts);
    }

    /**
     * Puts these policies in force, in place of all others, and waits until each replica judges by them.
     *
     * @param texts by file name
     */
    public void policies(Map<String, String> texts) {
        ObjectNode map = (ObjectNode) require(api.get(POLICIES)).body();
        JsonNode former = map.path("data").deepCopy();
        ObjectNode data = map.putObject("data");
        texts.forEach(data::put);
        if (data.equals(former)) {
            return;
        }
        Map<String, String> hashes = hashes();
        require(api.put(POLICIES, map.toString()));
        nudge();
        await("each replica has the policies", () -> {
            Map<String, String> now = hashes();
            return now.keySet().containsAll(hashes.keySet())
                    && hashes.entrySet().stream()
                            .noneMatch(one -> one.getValue().equals(now.get(one.getKey())));
        });
    }

    /** The kubelet renews what it mounts about once a minute, or when a pod changes: so that nobody has to wait, it does. */
    public void nudge() {
        String patch = "{\"metadata\": {\"annotations\": {\"e2e.apparmor-admission.dev/nudged\": \"%d\"}}}"
                .formatted(System.nanoTime());
        replicas().forEach(pod -> api.patch(PODS + "/" + name(pod), ApiServer.MERGE_PATCH, patch));
    }

    /** The hash of the policies in force, by replica. */
    public Map<String, String> hashes() {
        Map<String, String> hashes = new TreeMap<>();
        for (JsonNode pod : replicas()) {
            metrics(pod)
                    .text()
                    .lines()
                    .filter(line -> line.startsWith("apparmor_admission_policy_info{"))
                    .forEach(line -> hashes.put(name(pod), line));
        }
        return hashes;
    }

    /** Gives it these settings, in place of those that were given before; if they are others, by a roll-out. */
    public void settings(Map<String, String> environment) {
        Set<String> gone = new TreeSet<>(set);
        gone.removeAll(environment.keySet());
        ObjectNode patch = Manifest.parse("{spec: {template: {spec: {containers: [{name: webhook, env: []}]}}}}");
        ArrayNode variables = (ArrayNode) patch.at("/spec/template/spec/containers/0/env");
        environment.forEach(
                (name, value) -> variables.addObject().put("name", name).put("value", value));
        gone.forEach(name -> variables.addObject().put("$patch", "delete").put("name", name));
        if (variables.isEmpty()) {
            return;
        }
        set.clear();
        set.addAll(environment.keySet());
        require(api.patch(DEPLOYMENT, ApiServer.STRATEGIC_PATCH, patch.toString()));
        await("the roll-out", this::rolledOut);
        endOthers();
    }

    /** Ends what drains: it would go on answering whoever has a connection to it, as it is set and by its policy. */
    private void endOthers() {
        Set<String> serving = replicas().stream().map(InstalledWebhook::name).collect(Collectors.toSet());
        for (JsonNode pod : pods()) {
            if (!serving.contains(name(pod))) {
                api.delete(PODS + "/" + name(pod), 1);
            }
        }
        await("the others to be gone", () -> pods().size() == serving.size());
    }

    private boolean rolledOut() {
        Answer deployment = api.get(DEPLOYMENT);
        int wanted = deployment.at("/spec/replicas").asInt();
        return deployment.at("/status/observedGeneration").asLong()
                        >= deployment.at("/metadata/generation").asLong()
                && deployment.at("/status/updatedReplicas").asInt() == wanted
                && deployment.at("/status/replicas").asInt() == wanted
                && deployment.at("/status/availableReplicas").asInt() == wanted;
    }

    private List<JsonNode> pods() {
        return StreamSupport.stream(api.get(SELECTED).at("/items").spliterator(), false)
                .toList();
    }

    /** The pods that are ready, and not about to end. */
    public List<JsonNode> replicas() {
        return pods().stream()
                .filter(pod -> pod.at("/metadata/deletionTimestamp").isMissingNode())
                .filter(pod -> StreamSupport.stream(pod.at("/status/conditions").spliterator(), false)
                        .anyMatch(condition -> condition.path("type").asText().equals("Ready")
                                && condition.path("status").asText().equals("True")))
                .toList();
    }

    private static String name(JsonNode pod) {
        return pod.at("/metadata/name").asText();
    }

    private Metrics metrics(JsonNode pod) {
        return new Metrics(api.text(PODS + "/" + name(pod) + ":9000/proxy/q/metrics"));
    }

    @Override
    public Metrics metrics() {
        return new Metrics(replicas().stream().map(pod -> metrics(pod).text()).collect(Collectors.joining("\n")));
    }

    @Override
    public String log() {
        return log("");
    }

    private String log(String query) {
        return pods().stream()
                .map(pod -> name(pod) + ":\n" + api.text(PODS + "/" + name(pod) + "/log" + query))
                .collect(Collectors.joining("\n"));
    }

    @Override
    public String tail(int lines) {
        return log("?tailLines=" + lines);
    }

    @Override
    public boolean alive() {
        return !replicas().isEmpty();
    }

    @Override
    public String incarnation() {
        return replicas().stream()
                .map(pod -> name(pod) + " "
                        + pod.at("/status/containerStatuses/0/containerID").asText())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static Answer require(Answer answer) {
        if (!answer.ok()) {
            throw new IllegalStateException("the installed webhook: " + answer.code() + " " + answer.message());
        }
        return answer;
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + BOUND.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not within " + BOUND.toSeconds() + " s: " + what);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(100);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while waiting for " + what, interrupted);
            }
        }
    }

    /** The API server asks it no more; it runs on. */
    @Override
    public void close() {
        configurations.forEach(configuration -> api.hastily()
                .delete(Manifest.collection(configuration, "") + "/"
                        + configuration.path("metadata").path("name").asText()));
    }
}
