package dev.apparmoradmission.decision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.profile.ProfileMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The confinement that the decision computes against what a kubelet with containerd did on a real AppArmor kernel
 * ({@code node-truth/README.md}).
 */
class NodeTruthTest {

    private static final List<JsonNode> ROWS = rows();

    /** Why the decision says nothing of a row, by case and step. */
    private static final Map<String, String> NOT_APPLICABLE = Map.ofEntries(
            Map.entry(
                    "18",
                    "a static pod: the kubelet refuses what the API server would sync (a01 is the same through it)"),
            Map.entry("18c", "refused as invalid; asserted below as a denial"),
            Map.entry("20d", "refused as invalid; asserted below as a denial"),
            Map.entry("23 step 2", "the profile goes from under a container that runs: drift after admission"),
            Map.entry("23b step 2", "the profile goes from under a container that runs: drift after admission"),
            Map.entry("23c step 2", "the profile goes from under a container that runs: drift after admission"),
            Map.entry("23d step 2", "the profile is replaced under a container that runs: drift after admission"),
            Map.entry("23 step 3", "what runs unconfined stays so: drift after admission"),
            Map.entry("23b step 3", "what runs unconfined stays so: drift after admission"),
            Map.entry("23c step 3", "what runs unconfined stays so: drift after admission"),
            Map.entry("23d step 3", "the profile is replaced under a container that runs: drift after admission"),
            Map.entry("a07", "the container runs, but the pod's status is refused, so nothing was observed of it"));

    @TestFactory
    Stream<DynamicTest> theConfinementIsWhatWasMeasured() {
        return ROWS.stream()
                .filter(row -> !NOT_APPLICABLE.containsKey(key(row)))
                .map(row -> DynamicTest.dynamicTest(
                        key(row) + ", " + row.path("runtime").textValue() + ": "
                                + row.path("title").textValue(),
                        () -> prove(row)));
    }

    @Test
    void everyRowIsAppliedOrNamedWithItsReason() {
        long left = ROWS.stream()
                .filter(row -> NOT_APPLICABLE.containsKey(key(row)))
                .count();

        assertThat(ROWS).hasSize(147 + 18);
        assertThat(left).as("rows that are not applicable").isEqualTo(23);
        assertThat(ROWS.stream().map(NodeTruthTest::key)).containsAll(NOT_APPLICABLE.keySet());
    }

    @Test
    void whatTheKubeletRefusesAsInvalidIsDeniedInAFile() {
        List<JsonNode> invalid = ROWS.stream()
                .filter(row -> List.of("18c", "20d").contains(key(row)))
                .toList();

        assertThat(invalid).hasSize(4).allSatisfy(row -> {
            Decision decision = World.review(
                    Manifests.read(row.path("pod")).orElseThrow(), node(row).under(World.strict()));
            assertThat(decision.allowed()).isFalse();
            assertThat(decision.patch()).isEmpty();
        });
    }

    private static void prove(JsonNode row) {
        ObjectNode pod = row.path("pod").deepCopy();
        if (row.path("throughApiServer").booleanValue()) {
            pod = ApiServerModel.synced(pod);
        }
        for (var annotation : row.path("bindingAnnotations").properties()) {
            pod.withObjectProperty("metadata")
                    .withObjectProperty("annotations")
                    .set(annotation.getKey(), annotation.getValue());
        }
        // Judged as it stands, without a default, as a pod at the validating door is.
        Decision decision =
                World.create(Manifests.read(pod).orElseThrow(), node(row).under(World.strict()));
        JsonNode observed = row.path("observed");
        boolean failed = observed.path("phase").asText().equals("Failed");

        for (ContainerVerdict verdict : decision.containers()) {
            JsonNode container = observed.path("containers").path(verdict.name());
            if (failed) {
                assertThat(verdict.confinement().level()).as(verdict.name()).isEqualTo(Level.WILL_NOT_START);
            } else {
                assertThat(container.isObject())
                        .as("%s was observed", verdict.name())
                        .isTrue();
                compare(verdict, container);
            }
        }
        if (decision.containers().stream().anyMatch(v -> v.confinement().level() == Level.WILL_NOT_START)) {
            assertThat(decision.findings(Action.ENFORCE))
                    .as("what will not start is denied")
                    .isNotEmpty();
        }
    }

    private static void compare(ContainerVerdict verdict, JsonNode container) {
        Confinement confinement = verdict.confinement();
        if (container.path("state").asText().equals("waiting")) {
            if (!container.path("reason").asText().equals("PodInitializing")) {
                assertThat(container.path("reason").asText()).isEqualTo("CreateContainerError");
                assertThat(confinement.level()).as(verdict.name()).isEqualTo(Level.WILL_NOT_START);
            }
            return;
        }
        if (!container.has("attr")) {
            // It ran and was over before it could be looked at.
            assertThat(confinement.level()).as(verdict.name()).isIn(Level.ENFORCED, Level.UNCONFINED);
            boolean refused = container.path("deniedFile").asText().equals("refused");
            assertThat(confinement.level() == Level.ENFORCED).isEqualTo(refused);
            return;
        }
        String attr = container.path("attr").textValue();
        assertThat(confinement).as("%s: %s", verdict.name(), attr).isEqualTo(expected(attr, confinement));
    }

    /** The confinement that {@code /proc/self/attr/current} shows; the cause of no profile at all is not in it. */
    private static Confinement expected(String attr, Confinement computed) {
        if (attr.equals("unconfined") || attr.equals("(Invalid argument)")) {
            assertThat(computed.cause())
                    .hasValueSatisfying(cause ->
                            assertThat(cause).isIn(Cause.DECLARED, Cause.PRIVILEGED, Cause.NODE_WITHOUT_APPARMOR));
            return new Confinement(Level.UNCONFINED, computed.cause(), "", Optional.empty());
        }
        int open = attr.lastIndexOf(" (");
        String mode = attr.substring(open + 2, attr.length() - 1);
        String name = attr.substring(0, open);
        ProfileMode kernelMode = ProfileMode.ofKernelName(mode);
        return switch (mode) {
            case "enforce", "kill" -> new Confinement(Level.ENFORCED, Optional.empty(), name, Optional.of(kernelMode));
            case "complain" -> new Confinement(Level.COMPLAIN, Optional.empty(), name, Optional.of(kernelMode));
            case "unconfined" ->
                new Confinement(Level.UNCONFINED, Optional.of(Cause.PROFILE_MODE), name, Optional.of(kernelMode));
            default -> throw new IllegalArgumentException(attr);
        };
    }

    /** The node of a row, as its list stood when the container was last created. */
    private static World node(JsonNode row) {
        String number = row.path("case").textValue();
        boolean runtimeCannot = number.startsWith("32");
        if (runtimeCannot || !row.path("apparmorEnabled").booleanValue()) {
            return new World().nodeWithoutAppArmor("node", List.of());
        }
        List<String> lines = new ArrayList<>(List.of(
                "k8s-web (enforce)",
                "learn (complain)",
                "stub (unconfined)",
                "killer (kill)",
                "web (enforce)",
                "web//hat (enforce)",
                "my prof (enforce)"));
        switch (key(row)) {
            case "31b" -> lines.add("cri-containerd.apparmor.d (complain)");
            case "31", "23c step 4" -> {
                // The runtime's own profile was removed, and is loaded again on use.
            }
            default -> lines.add("cri-containerd.apparmor.d (enforce)");
        }
        switch (key(row)) {
            case "22 step 2" -> lines.add("late (enforce)");
            case "23 step 1", "23b step 1", "23 step 5", "23b step 5" -> lines.add("gone (enforce)");
            default -> {
                // Neither is loaded.
            }
        }
        return new World().node("node", ContainerRuntime.CONTAINERD, List.of(), lines.toArray(String[]::new));
    }

    private static String key(JsonNode row) {
        String step = row.path("step").asText();
        return row.path("case").textValue() + (step.isEmpty() ? "" : " step " + step.charAt(0));
    }

    private static List<JsonNode> rows() {
        List<JsonNode> rows = new ArrayList<>();
        Manifests.resource("/node-truth/truth.json").forEach(rows::add);
        Manifests.resource("/node-truth/truth-api.json").forEach(rows::add);
        return rows;
    }
}
