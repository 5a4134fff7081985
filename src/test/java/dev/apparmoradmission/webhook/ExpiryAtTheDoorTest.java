package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.cluster.SnapshotStore;
import dev.apparmoradmission.command.SetClock;
import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Message;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Requester;
import dev.apparmoradmission.wire.AdmissionReviewReader;
import dev.apparmoradmission.workload.Workload;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.vertx.http.HttpServer;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Over HTTPS an exception ends at the very instant at which it ends in the decision, however its end is written. */
@QuarkusTest
@TestProfile(ExpiryAtTheDoorTest.OurTime.class)
@WithTestResource(WebhookFiles.class)
class ExpiryAtTheDoorTest {

    /** Has the webhook live by the test's clock. */
    public static final class OurTime implements QuarkusTestProfile {
        @Override
        public Set<Class<?>> getEnabledAlternatives() {
            return Set.of(OurClock.class);
        }
    }

    /** The webhook's clock; now to begin with, for its certificate is read by others. */
    @Alternative
    @Singleton
    static class OurClock extends SetClock {
        OurClock() {
            super(Clock.systemUTC().instant());
        }
    }

    @Inject
    HttpServer server;

    @Inject
    SnapshotStore snapshots;

    @Inject
    OurClock clock;

    @Test
    void an_exception_holds_until_its_end_and_not_an_instant_longer() throws Exception {
        WebhookClient webhook = WebhookClient.of(server);
        Instant noon = clock.instant().truncatedTo(ChronoUnit.DAYS).plus(Duration.ofHours(12));
        LocalDate day = LocalDate.ofInstant(noon, ZoneOffset.UTC);
        Map<String, Instant> ends = new LinkedHashMap<>();
        ends.put(day.toString(), noon.plus(Duration.ofHours(12)));
        ends.put(noon.toString(), noon);
        ends.put(noon.atOffset(ZoneOffset.ofHoursMinutes(5, 30)).toString(), noon);
        ends.put(noon.atOffset(ZoneOffset.ofHours(-8)).toString(), noon);
        for (Map.Entry<String, Instant> end : ends.entrySet()) {
            String pod = Reviews.podOf("Unconfined").replace("\"namespace\":\"shop\"", """
                    "namespace":"shop","annotations":{"apparmor-admission.dev/unconfined":"app",
                    "apparmor-admission.dev/reason":"needs it until then","apparmor-admission.dev/expires":"%s"}
                    """.formatted(end.getKey()));
            String review = Reviews.create(pod);
            for (Duration beside : new Duration[] {Duration.ofSeconds(-1), Duration.ofMillis(-1), Duration.ZERO}) {
                Instant now = end.getValue().plus(beside);
                clock.put(now);
                JsonNode response = webhook.response(Door.VALIDATE, review);

                String what = end.getKey() + " at " + now;
                assertThat(response.path("allowed").asBoolean()).as(what).isEqualTo(beside.isNegative());
                Decision decision = decide(review, now);
                assertThat(decision.allowed()).as(what).isEqualTo(beside.isNegative());
                assertThat(response.path("status").path("message").asText())
                        .as(what)
                        .isEqualTo(decision.allowed() ? "" : Message.denial(decision));
            }
        }
    }

    private Decision decide(String review, Instant now) throws Exception {
        var request = new AdmissionReviewReader().read(review.getBytes(StandardCharsets.UTF_8));
        Workload workload = request.object().orElseThrow().workload("shop").orElseThrow();
        return Decider.decide(
                workload,
                new Operation.Create(new Requester("jane", Set.of("system:authenticated"))),
                snapshots.current().orElseThrow(),
                now);
    }
}
