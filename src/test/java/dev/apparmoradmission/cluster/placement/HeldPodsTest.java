package dev.apparmoradmission.cluster.placement;

import static dev.apparmoradmission.cluster.placement.Fleet.policy;
import static dev.apparmoradmission.decision.PodBuilder.localhost;
import static dev.apparmoradmission.decision.PodBuilder.pod;
import static dev.apparmoradmission.decision.World.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.cluster.leader.Refusal;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.World;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.Placement;
import dev.apparmoradmission.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HeldPodsTest {

    private static final AppArmorPolicy HOLD = policy(Placement.HOLD, "*");
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    private final RecordedReports reports = new RecordedReports();
    private final Server server = new Server();
    private final World world = new World()
            .node("n1", ContainerRuntime.CONTAINERD, List.of(), "web (enforce)")
            .node("n2", ContainerRuntime.CONTAINERD, List.of(), "other (enforce)");
    private Instant now = NOW;
    private HeldPods heldPods = leader();

    private HeldPods leader() {
        return new HeldPods(server, reports, new Troubles(reports), DEADLINE, () -> now);
    }

    /** The pods as an API server has them, and what was written to them. */
    private static final class Server implements HeldPods.Writer {
        private final Map<String, HeldPod> pods = new LinkedHashMap<>();
        private final List<String> log = new ArrayList<>();
        private Optional<Refusal> answer = Optional.empty();
        private int version = 10;

        void put(Workload workload, String name, Instant created) {
            Workload gated = workload.withPlacement(workload.spec().placement().held());
            Workload named =
                    new Workload(gated.kind(), "shop", name, false, gated.labels(), gated.annotations(), gated.spec());
            pods.put(name, new HeldPod("uid-" + name, version(), created, named, Optional.empty()));
        }

        /** What the leader's watch shows: pods without the gate are not looked at. */
        List<HeldPod> watched() {
            return pods.values().stream()
                    .filter(held -> held.gates().contains(dev.apparmoradmission.workload.Placement.HOLD_GATE))
                    .toList();
        }

        private String version() {
            return Integer.toString(version++);
        }

        private HeldPod stored(HeldPod held) throws Refusal {
            if (answer.isPresent()) {
                throw answer.get();
            }
            HeldPod stored = pods.get(held.pod().name());
            if (stored == null) {
                throw new Refusal(Refusal.Kind.GONE, "not found");
            }
            return stored;
        }

        @Override
        public void release(HeldPod held) throws Refusal {
            HeldPod stored = stored(held);
            log.add("release " + held.pod().name());
            Workload free =
                    stored.pod().withPlacement(stored.pod().spec().placement().released());
            pods.put(
                    held.pod().name(),
                    new HeldPod(stored.uid(), version(), stored.created(), free, stored.condition()));
        }

        @Override
        public HeldPod tell(HeldPod held, HoldCondition condition) throws Refusal {
            HeldPod stored = stored(held);
            log.add("condition " + held.pod().name() + " " + condition.loaded() + " " + condition.reason());
            HeldPod told = new HeldPod(stored.uid(), version(), stored.created(), stored.pod(), Optional.of(condition));
            pods.put(held.pod().name(), told);
            return told;
        }

        @Override
        public void tell(HeldPod held, HoldEvent event) throws Refusal {
            stored(held);
            log.add("event " + held.pod().name() + " " + (event.warning() ? "Warning " : "Normal ") + event.reason());
        }
    }

    private Optional<Instant> round() {
        return heldPods.round(server.watched(), snapshot(), () -> true);
    }

    private Snapshot snapshot() {
        return world.under(HOLD);
    }

    private void web(String name) {
        server.put(pod().container("c", localhost("web")).build(), name, NOW);
    }

    private void n2GetsIt() {
        world.inventory("n2", Fleet.list("web (enforce)"));
    }

    @Test
    void a_pod_that_waits_says_why_once() {
        web("p");

        Optional<Instant> again = round();
        round();
        now = now.plusSeconds(60);
        round();

        assertThat(server.log).containsExactly("condition p false ProfileNotLoaded", "event p Warning AppArmorHeld");
        assertThat(server.pods.get("p").condition().orElseThrow().message())
                .contains("container \"c\" (spec.containers[0])", "\"web\"", "n2", "[localhost-not-loaded]");
        assertThat(again).contains(NOW.plus(DEADLINE));
        assertThat(reports.held).isEqualTo(1);
    }

    @Test
    void its_gate_goes_as_soon_as_every_node_has_the_profile() {
        web("p");
        round();
        n2GetsIt();
        now = now.plusSeconds(7);
        round();
        round();

        assertThat(server.log)
                .endsWith("release p", "condition p true ProfilesLoaded", "event p Normal AppArmorReleased")
                .hasSize(5);
        assertThat(reports.releases).containsExactly(Duration.ofSeconds(7));
    }

    @Test
    void other_gates_stay() {
        Workload gated = pod().container("c", localhost("web")).build();
        server.put(
                gated.withPlacement(new dev.apparmoradmission.workload.Placement(
                        gated.spec().placement().nodeName(),
                        Map.of(),
                        Optional.empty(),
                        gated.spec().placement().depth(),
                        List.of(),
                        List.of("example.com/quota"))),
                "p",
                NOW);
        n2GetsIt();
        round();

        assertThat(server.pods.get("p").gates()).containsExactly("example.com/quota");
    }

    @Test
    void a_changed_reason_is_written_without_a_second_event() {
        web("p");
        round();
        world.withoutInventory("n2");
        round();

        assertThat(server.log)
                .containsExactly(
                        "condition p false ProfileNotLoaded",
                        "event p Warning AppArmorHeld",
                        "condition p false InventoryUnknown");
    }

    @Test
    void after_the_deadline_it_warns_once_and_waits_on_and_goes_when_it_may() {
        web("p");
        round();
        now = NOW.plus(DEADLINE);
        round();
        round();
        // Another replica leads now.
        heldPods = leader();
        round();
        assertThat(server.log.subList(2, server.log.size()))
                .containsExactly("condition p false DeadlineExceeded", "event p Warning AppArmorHoldDeadlineExceeded");
        assertThat(server.pods.get("p").condition().orElseThrow().message()).startsWith("still waiting after 10 min: ");
        assertThat(reports.overdue).isEqualTo(1);

        n2GetsIt();
        round();
        assertThat(server.log).contains("release p");
    }

    @Test
    void a_new_leader_does_not_repeat_what_was_told() {
        web("p");
        round();
        heldPods = leader();
        round();

        assertThat(server.log).hasSize(2);
    }

    @Test
    void nothing_is_written_twice_while_the_watch_lags() {
        web("p");
        List<HeldPod> before = server.watched();
        heldPods.round(before, snapshot(), () -> true);
        heldPods.round(before, snapshot(), () -> true);
        n2GetsIt();
        heldPods.round(before, snapshot(), () -> true);
        heldPods.round(before, snapshot(), () -> true);

        assertThat(server.log).doesNotHaveDuplicates().hasSize(5);
    }

    @Test
    void a_replica_that_does_not_know_yet_may_refuse_and_it_is_tried_again() {
        web("p");
        n2GetsIt();
        server.answer = Optional.of(new Refusal(Refusal.Kind.REFUSED, "admission webhook denied the request"));
        Instant again = round().orElseThrow();
        server.answer = Optional.empty();
        now = again;
        round();

        assertThat(server.log).contains("release p");
        assertThat(reports.told).isEmpty();
    }

    @Test
    void a_pod_that_went_without_saying_so_says_it_once_the_server_answers_again() {
        web("p");
        n2GetsIt();
        HeldPods.Writer failing = new HeldPods.Writer() {
            @Override
            public void release(HeldPod held) throws Refusal {
                server.release(held);
                server.answer = Optional.of(new Refusal(Refusal.Kind.UNREACHABLE, "connection refused"));
            }

            @Override
            public HeldPod tell(HeldPod held, HoldCondition condition) throws Refusal {
                return server.tell(held, condition);
            }

            @Override
            public void tell(HeldPod held, HoldEvent event) throws Refusal {
                server.tell(held, event);
            }
        };
        heldPods = new HeldPods(failing, reports, new Troubles(reports), DEADLINE, () -> now);
        Instant again = round().orElseThrow();
        server.answer = Optional.empty();
        now = again;
        round();

        assertThat(server.log)
                .containsExactly("release p", "condition p true ProfilesLoaded", "event p Normal AppArmorReleased");
    }

    @Test
    void an_outage_ends_the_round_for_all_of_them() {
        web("p");
        web("q");
        server.answer = Optional.of(new Refusal(Refusal.Kind.FORBIDDEN, "pods/status is forbidden"));
        round();

        assertThat(server.log).isEmpty();
        assertThat(reports.told).singleElement().asString().contains("deploy/placement/rbac-placement.yaml");
    }

    @Test
    void one_who_leads_no_longer_lets_nobody_go() {
        web("p");
        n2GetsIt();
        heldPods.round(server.watched(), snapshot(), () -> false);

        assertThat(server.log).isEmpty();
    }

    @Test
    void a_pod_for_which_no_policy_holds_any_more_goes() {
        web("p");
        heldPods.round(server.watched(), world.under(), () -> true);

        assertThat(server.log).contains("release p");
    }
}
