package dev.apparmoradmission.cluster.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.cluster.leader.Refusal;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.PolicyProblem;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What is told in Events, by several replicas that share an API server which may be away. */
class PolicyEventsTest {

    private static final PolicySet GOOD = new PolicySet(List.of(), Map.of(), "0123456789ab");

    /** An API server with Events in it: by name, how often they were seen. */
    private static final class Server implements EventWrites {
        private final Map<String, Integer> events = new TreeMap<>();
        private final List<String> notes = new ArrayList<>();
        private Optional<Refusal> refusal = Optional.empty();
        private int requests;

        private void request() throws Refusal {
            requests++;
            if (refusal.isPresent()) {
                throw refusal.get();
            }
        }

        @Override
        public boolean create(PolicyEvent event) throws Refusal {
            request();
            if (events.containsKey(event.name("policies"))) {
                return false;
            }
            events.put(event.name("policies"), 1);
            notes.add(event.reason() + ": " + event.note());
            return true;
        }

        @Override
        public boolean repeat(PolicyEvent event, int count) throws Refusal {
            request();
            assertThat(count).as("the API server takes no series of fewer").isGreaterThanOrEqualTo(2);
            return events.replace(event.name("policies"), count) != null;
        }
    }

    private final Server server = new Server();
    private final List<String> troubles = new ArrayList<>();

    private PolicyEvents replica() {
        return new PolicyEvents(server, troubles::add);
    }

    private static List<PolicyProblem> problem(String text) {
        return List.of(new PolicyProblem("policies/strict.yaml", new Place(5, 9), "spec.mode", text));
    }

    @Test
    void the_replicas_tell_one_problem_by_one_event() {
        for (int i = 0; i < 3; i++) {
            PolicyEvents replica = replica();
            replica.refused(problem("\"Enforced\" is not one of Enforce, Warn, Audit"));
            replica.round();
        }

        assertThat(server.events).hasSize(1).containsValue(2);
        assertThat(server.notes)
                .containsExactly("PoliciesRefused: The policies before stay in force, as a whole:"
                        + " policies/strict.yaml:5:9: spec.mode: \"Enforced\" is not one of Enforce, Warn, Audit");
    }

    @Test
    void a_problem_that_stands_is_repeated_before_the_server_forgets_it_and_made_anew_if_it_has() {
        PolicyEvents replica = replica();
        replica.refused(problem("wrong"));

        assertThat(replica.round()).isBetween(Duration.ofMinutes(1), Duration.ofMinutes(50));
        replica.round();
        replica.round();
        assertThat(server.events).hasSize(1).containsValue(3);

        server.events.clear();
        replica.round();
        assertThat(server.events).hasSize(1).containsValue(1);
    }

    @Test
    void that_all_is_well_again_is_told_once_and_only_after_a_refusal() {
        PolicyEvents replica = replica();
        replica.accepted(GOOD);
        replica.round();
        assertThat(server.requests).isZero();

        replica.refused(problem("wrong"));
        replica.round();
        replica.accepted(GOOD);
        assertThat(replica.round()).isGreaterThan(Duration.ofHours(1));
        replica.round();

        assertThat(server.notes)
                .hasSize(2)
                .last()
                .isEqualTo("PoliciesAccepted: The policies are in force again as they stand in the files, hash"
                        + " 0123456789ab");
        assertThat(server.events.values()).containsOnly(1);
    }

    @Test
    void another_problem_is_another_event() {
        PolicyEvents replica = replica();
        replica.refused(problem("wrong"));
        replica.round();
        replica.refused(problem("wrong in another way"));
        replica.round();

        assertThat(server.events).hasSize(2);
    }

    @Test
    void what_cannot_be_written_is_told_once_and_tried_again() {
        PolicyEvents replica = replica();
        server.refusal = Optional.of(new Refusal(Refusal.Kind.FORBIDDEN, "events.events.k8s.io is forbidden"));
        replica.refused(problem("wrong"));

        assertThat(replica.round()).isLessThan(Duration.ofMinutes(10));
        replica.round();
        assertThat(troubles)
                .containsExactly("Cannot write an Event about the policies: events.events.k8s.io is forbidden");

        server.refusal = Optional.empty();
        replica.round();
        assertThat(server.events).hasSize(1);
    }

    @Test
    void a_refusal_that_nobody_heard_of_needs_no_all_clear() {
        PolicyEvents replica = replica();
        server.refusal = Optional.of(new Refusal(Refusal.Kind.UNREACHABLE, "timeout"));
        replica.refused(problem("wrong"));
        replica.round();
        server.refusal = Optional.empty();
        replica.accepted(GOOD);
        replica.round();

        assertThat(server.events).isEmpty();
    }

    @Test
    void a_note_is_one_line_that_the_server_takes() {
        PolicyEvent event = new PolicyEvent(true, "R", "A", "line\nline\u2028" + "ß\uD83D\uDE80".repeat(400));

        assertThat(event.note()).startsWith("line?line?ß\uD83D\uDE80").endsWith("…");
        assertThat(event.note().getBytes(StandardCharsets.UTF_8)).hasSizeBetween(1000, 1024);
        assertThat(event.note()).doesNotContain("\uFFFD");
        assertThat(event.name("policies")).matches("policies\\.[0-9a-f]{12}");
    }

    @Test
    void how_many_problems_there_are_is_told_beside_the_first() {
        PolicyEvents replica = replica();
        List<PolicyProblem> problems = new ArrayList<>(problem("wrong"));
        problems.addAll(problem("wrong too"));
        replica.refused(problems);
        replica.round();

        assertThat(server.notes.get(0)).contains("as a whole (and 1 more problems): policies/strict.yaml:5:9");
    }
}
