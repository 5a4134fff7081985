package dev.apparmoradmission.e2e.rollout;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The webhook as the rendered objects of the guide's directory have it, beside the cluster. */
final class Installation {
    private static final Pattern HASH = Pattern.compile("apparmor_admission_policy_info\\{[^}]*hash=\"([^\"]+)\"");

    private final Stage stage;
    private final Path policies;
    private Map<String, String> applied = Map.of();
    private boolean dryRun;
    private Scene scene;

    /**
     * What is applied first.
     *
     * @param policies a directory for what its ConfigMap holds
     */
    Installation(Stage stage, Path policies, String rendered) throws IOException {
        this.stage = stage;
        this.policies = Files.createDirectories(policies);
        List<JsonNode> objects = objects(rendered);
        put(data(objects));
        dryRun = isDryRun(objects);
        scene = start();
    }

    Scene scene() {
        return scene;
    }

    /** Whether dry-run audit mode is on. */
    boolean isDryRun() {
        return dryRun;
    }

    /** Applied anew: other policies are read as they come, another setting starts it again. */
    void apply(String rendered) throws IOException {
        List<JsonNode> objects = objects(rendered);
        put(data(objects));
        if (isDryRun(objects) != dryRun) {
            dryRun = isDryRun(objects);
            scene = start();
        }
    }

    /** Waits until it decides by the policies with this hash. */
    void awaitPolicies(String hash) {
        Scene.await("policies " + hash, () -> hash().equals(hash));
    }

    private String hash() {
        Matcher hash = HASH.matcher(scene.webhook().metrics().text());
        return hash.find() ? hash.group(1) : "";
    }

    private Scene start() throws IOException {
        return stage.set(world -> {
            Scene.Builder set = world.policy(policies.toAbsolutePath())
                    .setting("QUARKUS_LOG_CONSOLE_JSON_ENABLED", "true")
                    .nodes(Estate.NODES)
                    .inventory("inventory", Estate.INVENTORY);
            return dryRun ? set.dryRun() : set;
        });
    }

    private void put(Map<String, String> data) throws IOException {
        for (Map.Entry<String, String> file : data.entrySet()) {
            Files.writeString(policies.resolve(file.getKey()), file.getValue());
        }
        Set<String> gone = new HashSet<>(applied.keySet());
        gone.removeAll(data.keySet());
        for (String file : gone) {
            Files.delete(policies.resolve(file));
        }
        applied = data;
    }

    private static List<JsonNode> objects(String rendered) {
        return Arrays.stream(rendered.split("(?m)^---$"))
                .map(text -> (JsonNode) Manifest.parse(text))
                .toList();
    }

    private static Map<String, String> data(List<JsonNode> objects) {
        Map<String, String> data = new TreeMap<>();
        Iterator<Map.Entry<String, JsonNode>> files =
                one(objects, "ConfigMap").path("data").properties().iterator();
        files.forEachRemaining(file -> data.put(file.getKey(), file.getValue().asText()));
        return data;
    }

    private static boolean isDryRun(List<JsonNode> objects) {
        return one(objects, "Deployment").findValues("env").stream()
                .flatMap(env -> env.valueStream())
                .anyMatch(variable -> variable.path("name").asText().equals("APPARMOR_ADMISSION_DRY_RUN")
                        && variable.path("value").asText().equals("true"));
    }

    private static ObjectNode one(List<JsonNode> objects, String kind) {
        return (ObjectNode) objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .findFirst()
                .orElseThrow();
    }
}
