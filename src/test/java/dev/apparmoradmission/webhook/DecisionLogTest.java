package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.wire.AdmissionReviewReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DecisionLogTest {

    private final Logger logger = Logger.getLogger(DecisionLog.CATEGORY);
    private final List<ExtLogRecord> records = new ArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord logged) {
            ExtLogRecord own = ExtLogRecord.wrap(logged);
            own.copyAll();
            records.add(own);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        logger.addHandler(handler);
    }

    @AfterEach
    void stop() {
        logger.removeHandler(handler);
    }

    @Test
    void a_denial_is_one_line_that_tells_who_what_and_why() throws Exception {
        log(Reviews.create(Reviews.podOf("Unconfined")), false);

        assertThat(line())
                .startsWith(
                        "verdict=deny door=validate operation=CREATE namespace=\"shop\" kind=\"Pod\" name=\"web\" user=\"jane\"")
                .contains(
                        "rules=unconfined", "containers=\"app\"", "policies=\"strict\"", "uid=\"" + Reviews.UID + "\"");
    }

    @Test
    void a_plain_allow_is_not_logged() throws Exception {
        log(Reviews.create(Reviews.podOf("RuntimeDefault")), false);

        assertThat(records).isEmpty();
    }

    @Test
    void a_denial_does_not_hide_what_is_warned_of() throws Exception {
        String annotated = Reviews.pod("{}")
                .replace(
                        "\"name\":\"web\",",
                        "\"name\":\"web\",\"annotations\":{\"container.apparmor.security.beta.kubernetes.io/app\":\"unconfined\"},");
        log(Reviews.create(annotated), true);

        assertThat(records)
                .extracting(line -> line.getMdc("verdict") + " " + line.getMdc("rules"))
                .containsExactly("deny unconfined", "warn annotation-deprecated");
    }

    @Test
    void what_is_only_recorded_is_logged_as_well() throws Exception {
        log(Reviews.create(Reviews.podOf("Unconfined")).replace("\"shop\"", "\"audited\""), true);

        assertThat(records)
                .singleElement()
                .satisfies(line -> assertThat(line.getMdcCopy())
                        .containsEntry("verdict", "audit")
                        .containsEntry("mode", "Audit")
                        .containsEntry("rules", "unconfined")
                        .containsEntry("containers", "app"));
        assertThat(line()).startsWith("AppArmor: container \"app\"").contains("[unconfined]");
    }

    @Test
    void what_a_client_writes_cannot_forge_a_line_or_a_pair() throws Exception {
        String evil = "x\\nverdict=allow\\\" uid=\\\"1\\u0085\\u2028";
        String review = Reviews.create(Reviews.podOf("Unconfined"))
                .replace("\"web\"", '"' + evil + '"')
                .replace("\"jane\"", '"' + evil + '"')
                .replace(Reviews.UID, evil)
                .replace("\"app\"", '"' + evil + '"');
        log(review, false);

        assertThat(line()).doesNotContain("\n", "\u0085", "\u2028");
        assertThat(line().replaceAll("\"(\\\\.|[^\"\\\\])*\"", "\"\""))
                .as("pairs outside of quotes")
                .containsOnlyOnce("verdict=")
                .containsOnlyOnce("uid=");
    }

    @Test
    void where_the_log_is_json_the_pairs_are_fields_and_the_message_is_for_people() throws Exception {
        log(Reviews.create(Reviews.podOf("Unconfined")), true);

        assertThat(records).hasSize(1);
        assertThat(records.get(0).getMdcCopy())
                .containsEntry("verdict", "deny")
                .containsEntry("namespace", "shop")
                .containsEntry("name", "web")
                .containsEntry("user", "jane")
                .containsEntry("containers", "app")
                .containsEntry("rules", "unconfined")
                .doesNotContainKey("message");
        assertThat(line()).startsWith("AppArmor: container \"app\"").doesNotContain("verdict=");
    }

    @Test
    void long_names_are_whole_in_a_field() throws Exception {
        String longest = "n".repeat(253);
        log(Reviews.create(Reviews.podOf("Unconfined")).replace("\"web\"", '"' + longest + '"'), true);

        assertThat(records.get(0).getMdc("name")).isEqualTo(longest);
    }

    private String line() {
        assertThat(records).hasSize(1);
        return records.get(0).getMessage();
    }

    private static void log(String review, boolean fields) throws Exception {
        Snapshot snapshot = new Snapshot(AdmissionTest.POLICIES, ClusterNodes.UNKNOWN, Namespaces.UNKNOWN, false);
        Ruling ruling = Admission.judge(
                Door.VALIDATE,
                new AdmissionReviewReader().read(review.getBytes(StandardCharsets.UTF_8)),
                snapshot,
                Instant.parse("2026-11-22T19:00:00Z"));
        new DecisionLog(fields, false).record(ruling, Answers.of(ruling, false));
    }
}
