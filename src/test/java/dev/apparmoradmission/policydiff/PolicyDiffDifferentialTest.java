package dev.apparmoradmission.policydiff;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.cluster.SnapshotFixture;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Generated;
import dev.apparmoradmission.decision.World;
import dev.apparmoradmission.report.TextReport;
import dev.apparmoradmission.scan.ScanCommand;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** What {@code policy diff} tells is what two runs of {@code scan} differ in. */
class PolicyDiffDifferentialTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> PROFILES = List.of("k8s-web", "k8s-db", "learn", "my prof");

    private static Path directory = Path.of("");

    @BeforeContainer
    static void begin() throws IOException {
        directory = Files.createTempDirectory("policy-diff");
    }

    @AfterContainer
    static void end() throws IOException {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Provide
    Arbitrary<List<ObjectNode>> clusters() {
        return Generated.pods().list().ofMinSize(4).ofMaxSize(16);
    }

    @Property(tries = 60)
    void theChangesAreThoseOfTwoScansComparedByBruteForce(@ForAll("clusters") List<ObjectNode> pods, @ForAll long seed)
            throws IOException {
        Random random = new Random(seed);
        Map<String, List<String>> profiles = new TreeMap<>();
        Map<String, List<String>> changed = new TreeMap<>();
        for (String node : List.of("n1", "n2", "n3")) {
            profiles.put(node, list(random));
            // A proposed list for one of them.
            changed.put(node, node.equals("n2") ? list(random) : profiles.get(node));
        }
        Path before = write("before", pods, profiles);
        Path after = write("after", pods, changed);
        Path proposed = Files.writeString(
                directory.resolve("proposed.json"),
                SnapshotFixture.inventory("n2", changed.get("n2").toArray(String[]::new)));
        Path old = policy("old", random);
        Path now = policy("new", random);

        Map<String, JsonNode> one = scan(before, old);
        Map<String, JsonNode> other = scan(after, now);
        JsonNode diff = run(
                PolicyDiffCommand::run,
                "--snapshot",
                before.toString(),
                "--inventory",
                proposed.toString(),
                "--output",
                "json",
                old.toString(),
                now.toString());

        assertThat(told(diff, "denied")).isEqualTo(where(one, other, (b, a) -> allowed(b) && !allowed(a)));
        assertThat(told(diff, "allowed")).isEqualTo(where(one, other, (b, a) -> !allowed(b) && allowed(a)));
        assertThat(told(diff, "unconfined")).isEqualTo(where(one, other, (b, a) -> {
            Set<String> open = unconfined(a);
            if (allowed(b)) {
                open.removeAll(unconfined(b));
            }
            return allowed(a) && !open.isEmpty();
        }));
        assertThat(told(diff, "deniedForMore")).isEqualTo(where(one, other, (b, a) -> {
            Set<String> more = enforced(a);
            more.removeAll(enforced(b));
            return !allowed(b) && !allowed(a) && !more.isEmpty();
        }));
        assertThat(diff.at("/summary/workloads").asInt()).isEqualTo(one.size()).isEqualTo(other.size());
    }

    @Property(tries = 40)
    void nothingChangesWhereNothingIsChanged(@ForAll("clusters") List<ObjectNode> pods, @ForAll long seed)
            throws IOException {
        Random random = new Random(seed);
        Path cluster = write("same", pods, Map.of("n1", list(random), "n2", list(random)));
        Path policy = policy("same", random);

        JsonNode diff = run(
                PolicyDiffCommand::run,
                "--snapshot",
                cluster.toString(),
                "--output",
                "json",
                policy.toString(),
                policy.toString());

        assertThat(diff.path("changes")).isEmpty();
        assertThat(diff.path("namespaces")).isEmpty();
        assertThat(diff.at("/summary/workloads").asInt()).isEqualTo(2 * pods.size());
    }

    private interface Pair {
        boolean holds(JsonNode before, JsonNode after);
    }

    private static Set<String> where(Map<String, JsonNode> one, Map<String, JsonNode> other, Pair pair) {
        Set<String> names = new TreeSet<>();
        one.forEach((name, before) -> {
            if (pair.holds(before, other.get(name))) {
                names.add(name);
            }
        });
        return names;
    }

    private static boolean allowed(JsonNode result) {
        return result.path("allowed").asBoolean();
    }

    private static Set<String> unconfined(JsonNode result) {
        Set<String> paths = new TreeSet<>();
        result.path("containers").forEach(container -> {
            if (container.path("confinement").asText().equals("Unconfined")) {
                paths.add(container.path("path").asText());
            }
        });
        return paths;
    }

    private static Set<String> enforced(JsonNode result) {
        Map<String, String> declared = new TreeMap<>();
        result.path("containers")
                .forEach(c ->
                        declared.put(c.path("path").asText(), c.path("declared").asText()));
        Set<String> findings = new TreeSet<>();
        result.path("findings").forEach(finding -> {
            if (finding.path("action").asText().equals("Enforce")) {
                findings.add(finding.path("rule").asText() + " "
                        + finding.path("container").asText() + " "
                        + declared.getOrDefault(finding.path("path").asText(), ""));
            }
        });
        return findings;
    }

    private static Set<String> told(JsonNode diff, String change) {
        Set<String> names = new TreeSet<>();
        diff.path("changes").forEach(line -> {
            if (line.path("change").asText().equals(change)) {
                names.add(line.path("kind").asText() + " " + line.path("name").asText());
            }
        });
        return names;
    }

    private static Map<String, JsonNode> scan(Path snapshot, Path policy) throws IOException {
        Map<String, JsonNode> results = new TreeMap<>();
        run(
                        ScanCommand::run,
                        "--snapshot",
                        snapshot.toString(),
                        "--policy",
                        policy.toString(),
                        "--all",
                        "--output",
                        "json")
                .path("results")
                .forEach(result -> results.put(
                        result.path("kind").asText() + " " + result.path("name").asText(), result));
        return results;
    }

    /** Each pod once as it is and once as a template. */
    private static Path write(String name, List<ObjectNode> pods, Map<String, List<String>> profiles)
            throws IOException {
        SnapshotFixture snapshot = new SnapshotFixture();
        profiles.forEach((node, list) -> snapshot.node(node, list.toArray(String[]::new)));
        for (int i = 0; i < pods.size(); i++) {
            ObjectNode pod = pods.get(i).deepCopy();
            pod.withObject("/metadata").put("name", "p" + i);
            snapshot.add(WorkloadKind.POD, pod.toString());
            ObjectNode template = JSON.createObjectNode();
            template.putObject("metadata").put("namespace", "shop").put("name", "t" + i);
            template.putObject("spec").set("template", pod);
            snapshot.add(WorkloadKind.DEPLOYMENT, template.toString());
        }
        return snapshot.write(directory.resolve(name));
    }

    private static List<String> list(Random random) {
        List<String> modes = List.of("enforce", "enforce", "complain", "unconfined");
        List<String> list = new ArrayList<>();
        for (String profile : PROFILES) {
            if (random.nextInt(4) > 0) {
                list.add(profile + " (" + modes.get(random.nextInt(modes.size())) + ")");
            }
        }
        return list;
    }

    private static Path policy(String name, Random random) throws IOException {
        List<String> actions = List.of("Enforce", "Warn", "Audit", "Ignore");
        List<String> rules = new ArrayList<>();
        for (String rule :
                List.of("unconfined", "privileged", "localhost-not-loaded", "localhost-mode", "profile-missing")) {
            if (random.nextInt(3) == 0) {
                rules.add(rule + ": " + actions.get(random.nextInt(actions.size())));
            }
        }
        return Files.writeString(directory.resolve(name + ".yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: %s}
                spec:
                  mode: %s
                  defaultProfile: {type: %s}
                  rules: {%s}
                  localhost: {allowed: ["%s"], modes: [%s], nodes: %s}
                  exceptions: {source: %s}
                """.formatted(
                        name,
                        List.of("Enforce", "Enforce", "Warn", "Audit").get(random.nextInt(4)),
                        random.nextBoolean() ? "RuntimeDefault" : "None",
                        String.join(", ", rules),
                        random.nextInt(3) == 0 ? "k8s-*" : "*",
                        random.nextInt(3) == 0 ? "enforce, complain, unconfined" : "enforce, kill",
                        random.nextBoolean() ? "Every" : "Any",
                        random.nextBoolean() ? "Annotation" : "None"));
    }

    private interface Command {
        int run(List<String> arguments, Surroundings surroundings);
    }

    private static JsonNode run(Command command, String... arguments) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = command.run(
                List.of(arguments),
                new Surroundings(
                        InputStream.nullInputStream(),
                        out,
                        err,
                        Clock.fixed(World.NOW, ZoneOffset.UTC),
                        StandardCharsets.UTF_8,
                        TextReport.Style.PLAIN));
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isLessThan(2);
        return JSON.readTree(out.toString(StandardCharsets.UTF_8));
    }
}
