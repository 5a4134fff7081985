package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.check.CheckCommand;
import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.exceptions.ExceptionsCommand;
import dev.apparmoradmission.explain.ExplainCommand;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.report.TextReport;
import dev.apparmoradmission.wire.AdmissionReviewReader;
import dev.apparmoradmission.wire.PolicyReading;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Around the instant at which an exception ends, or comes within reach, all doors say the same of it. */
class ExceptionsAtAnInstantTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path dir;

    private interface Command {
        int run(List<String> arguments, Surroundings surroundings);
    }

    @ParameterizedTest
    @CsvSource({
        // A date holds to the end of that day, UTC.
        "2026-12-01, 2026-12-01T23:59:59Z, accepted",
        "2026-12-01, 2026-12-02T00:00:00Z, expired",
        "2026-12-01, 2026-12-02T00:00:01Z, expired",
        "2026-12-01, 2026-12-02T01:59:59+02:00, accepted",
        "2026-12-01, 2026-12-02T02:00:00+02:00, expired",
        // An instant until that instant, wherever it was written.
        "2026-12-01T12:00:00Z, 2026-12-01T11:59:59Z, accepted",
        "2026-12-01T12:00:00Z, 2026-12-01T12:00:00Z, expired",
        "2026-12-01T12:00:00Z, 2026-12-01T12:00:01Z, expired",
        "2026-12-01T12:00:00+05:30, 2026-12-01T06:29:59Z, accepted",
        "2026-12-01T12:00:00+05:30, 2026-12-01T06:30:00Z, expired",
        // At most 30 days ahead: a date by the day, an instant to the second.
        "2026-12-31, 2026-11-30T23:59:59Z, refused",
        "2026-12-31, 2026-12-01T00:00:00Z, accepted",
        "2026-12-31T12:00:00Z, 2026-12-01T11:59:59Z, refused",
        "2026-12-31T12:00:00Z, 2026-12-01T12:00:00Z, accepted",
        // What cannot be read is no end.
        "soon, 2026-12-01T12:00:00Z, refused"
    })
    void every_door_says_the_same_at_the_same_instant(String expires, String now, String outcome) throws Exception {
        for (String source : List.of("Annotation", "Grant")) {
            boolean grant = source.equals("Grant");
            if (grant && expires.equals("soon")) {
                // The file of a grant does not load with such an end.
                continue;
            }
            Path policies = Files.createDirectories(dir.resolve(source));
            Files.writeString(policies.resolve("policy.yaml"), """
                    apiVersion: apparmor-admission.dev/v1alpha1
                    kind: AppArmorPolicy
                    metadata: {name: monthly}
                    spec: {exceptions: {source: %s, maxDays: 30}}
                    """.formatted(source));
            if (grant) {
                Files.writeString(policies.resolve("grant.yaml"), """
                        apiVersion: apparmor-admission.dev/v1alpha1
                        kind: AppArmorException
                        metadata: {name: profiler}
                        spec:
                          {namespaces: [shop], containers: [app], permits: [unconfined], claim: NotRequired,
                           reason: needs perf events, owner: team, expires: "%s"}
                        """.formatted(expires));
            }
            String pod = Reviews.podOf("Unconfined")
                    .replace(
                            "\"managedFields\"",
                            (grant
                                            ? ""
                                            : "\"annotations\":{\"apparmor-admission.dev/unconfined\":\"app\","
                                                    + "\"apparmor-admission.dev/reason\":\"needs perf events\","
                                                    + "\"apparmor-admission.dev/expires\":\"" + expires + "\"},")
                                    + "\"managedFields\"");
            Path manifest = Files.writeString(dir.resolve("pod.json"), pod);
            List<String> arguments =
                    List.of("--policy", policies.toString(), "--now", now, "--output", "json", manifest.toString());

            assertThat(validate(policies, pod, Instant.from(java.time.OffsetDateTime.parse(now))))
                    .as("validate, " + source)
                    .isEqualTo(outcome);
            JsonNode check = json(CheckCommand::run, arguments).path("results").path(0);
            assertThat(outcome(
                            check.path("allowed").asBoolean(),
                            check.path("findings").findValuesAsText("message").toString()))
                    .as("check, " + source)
                    .isEqualTo(outcome);
            JsonNode explained = json(ExplainCommand::run, arguments)
                    .path("results")
                    .path(0)
                    .path("exceptions")
                    .path(0);
            assertThat(outcome(
                            explained.path("accepted").asBoolean(),
                            explained.path("faults").toString()))
                    .as("explain, " + source)
                    .isEqualTo(outcome);
            JsonNode listed = json(ExceptionsCommand::run, arguments);
            assertThat(state(listed.path("exceptions").path(0)))
                    .as("exceptions, " + source)
                    .isEqualTo(outcome);
            if (grant) {
                assertThat(state(listed.path("grants").path(0)))
                        .as("the grant by itself")
                        .isEqualTo(outcome);
                assertThat(listed.path("grants").path(0).path("used").asBoolean())
                        .isEqualTo(outcome.equals("accepted"));
            }
        }
    }

    private static String validate(Path policies, String pod, Instant now) throws Exception {
        Snapshot snapshot = new Snapshot(
                ((PolicyReading.Accepted) new PolicyDirectories(List.of(policies)).read()).set(),
                ClusterNodes.UNKNOWN,
                Namespaces.UNKNOWN,
                false);
        Ruling ruling = Admission.judge(
                Door.VALIDATE,
                new AdmissionReviewReader().read(Reviews.create(pod).getBytes(StandardCharsets.UTF_8)),
                snapshot,
                now);
        var decision = ruling.decision().orElseThrow();
        return outcome(decision.allowed(), decision.findings().toString());
    }

    private static String outcome(boolean accepted, String faults) {
        return accepted ? "accepted" : faults.contains("it expired on") ? "expired" : "refused";
    }

    private static String state(JsonNode entry) {
        String state = entry.path("state").asText();
        return state.equals("valid") || state.equals("expiring") ? "accepted" : state;
    }

    private static JsonNode json(Command command, List<String> arguments) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = command.run(
                new ArrayList<>(arguments),
                new Surroundings(
                        new ByteArrayInputStream(new byte[0]),
                        out,
                        err,
                        Clock.systemUTC(),
                        StandardCharsets.UTF_8,
                        new TextReport.Style(false, false)));
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isBetween(0, 1);
        return JSON.readTree(out.toByteArray());
    }
}
