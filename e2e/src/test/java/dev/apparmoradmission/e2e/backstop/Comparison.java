package dev.apparmoradmission.e2e.backstop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The same objects before the API server and before {@code check}, under the same policies. */
final class Comparison {
    private final ApiServer api;
    private final Product product;
    private final Path directory;
    private final Set<String> without;

    private int compared;
    private int refused;
    private int denied;
    private int warned;
    private int excused;
    private final Map<String, Integer> said = new TreeMap<>();
    private final List<String> differences = new ArrayList<>();

    /** @param without rules that cannot be compared, for want of a default */
    Comparison(ApiServer api, Product product, Path directory, Set<String> without) {
        this.api = api;
        this.product = product;
        this.directory = directory;
        this.without = without;
    }

    /**
     * Sends each object, storing none, and compares.
     *
     * @param warnedAtMost whether a policy's {@code templates} lets these pass with a warning, while check tells of their pods
     */
    Comparison run(List<ObjectNode> objects, String namespace, List<Path> policies, boolean warnedAtMost)
            throws IOException, InterruptedException {
        List<JsonNode> results = check(objects, namespace, policies);
        for (int i = 0; i < objects.size(); i++) {
            Answer answer = api.create(namespace, objects.get(i), "?dryRun=All");
            compare(objects.get(i), answer, results.get(i), warnedAtMost);
        }
        return this;
    }

    /** What check says, in the order of the objects. */
    List<JsonNode> check(List<ObjectNode> objects, String namespace, List<Path> policies)
            throws IOException, InterruptedException {
        StringBuilder manifests = new StringBuilder();
        for (ObjectNode object : objects) {
            ObjectNode placed = object.deepCopy();
            placed.withObjectProperty("metadata").put("namespace", namespace);
            manifests.append("---\n").append(placed).append('\n');
        }
        Path file = Files.writeString(directory.resolve("objects.yaml"), manifests);
        List<String> arguments = new ArrayList<>(List.of(
                "check",
                file.toString(),
                "--output",
                "json",
                "--fail-on",
                "never",
                "--now",
                Instant.now().toString()));
        for (Path policy : policies) {
            arguments.addAll(List.of("--policy", policy.toString()));
        }
        List<JsonNode> results = new ArrayList<>();
        Manifest.json(product.run(arguments)).path("results").forEach(results::add);
        if (results.size() != objects.size()) {
            throw new IllegalStateException(results.size() + " results for " + objects.size() + " objects");
        }
        return results;
    }

    /**
     * Notes one answer beside one result.
     *
     * @param object what was asked about
     */
    void compare(JsonNode object, Answer answer, JsonNode result, boolean warnedAtMost) {
        boolean byPolicy = answer.message().contains("ValidatingAdmissionPolicy 'apparmor-admission-backstop-");
        if (!answer.ok() && !byPolicy) {
            if (answer.code() != 422) {
                throw new IllegalStateException(answer.code() + " " + answer.message());
            }
            refused++;
            return;
        }
        compared++;
        denied += byPolicy ? 1 : 0;
        warned += !byPolicy && !answer.warnings().isEmpty() ? 1 : 0;
        Set<String> enforced = Said.by(result, "Enforce"::equals, without);
        Set<String> warnings = Said.by(result, "Warn"::equals, without);
        if (warnedAtMost) {
            warnings.addAll(enforced);
            enforced.clear();
        }
        for (String one : said(byPolicy ? List.of(answer.message()) : answer.warnings())) {
            said.merge(one.substring(0, one.indexOf(' ')), 1, Integer::sum);
        }
        excused += Said.excused(result);
        boolean differs = byPolicy
                ? !enforced.containsAll(said(List.of(answer.message()))) || enforced.isEmpty()
                : !enforced.isEmpty() || !warnings.equals(said(answer.warnings()));
        note(differs, object, answer, result);
    }

    private Set<String> said(List<String> texts) {
        Set<String> said = Said.by(texts);
        said.removeIf(one -> without.contains(one.substring(0, one.indexOf(' '))));
        return said;
    }

    private void note(boolean differs, JsonNode object, Answer answer, JsonNode result) {
        if (differs) {
            differences.add(object + "\n  the API server: " + answer.code() + " " + answer.message() + " "
                    + answer.warnings() + "\n  check: " + result.path("findings"));
        }
    }

    List<String> differences() {
        return differences;
    }

    /** How often each rule was broken, by what the API server said. */
    Map<String, Integer> said() {
        return said;
    }

    /** How many findings an exception covered. */
    int excused() {
        return excused;
    }

    int compared() {
        return compared;
    }

    String counts() {
        return String.format(
                Locale.ROOT,
                "%d compared (%d denied, %d warned of; %s; %d findings excused), %d refused by API validation, %d differences",
                compared,
                denied,
                warned,
                said,
                excused,
                refused,
                differences.size());
    }
}
