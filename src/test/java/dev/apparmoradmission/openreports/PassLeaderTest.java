package dev.apparmoradmission.openreports;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.cluster.SnapshotStore;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.observed.FakeCluster;
import dev.apparmoradmission.observed.FakeCluster.Reply;
import dev.apparmoradmission.observed.Observation;
import dev.apparmoradmission.observed.PassLeader;
import dev.apparmoradmission.observed.PassListener;
import dev.apparmoradmission.observed.PassReports;
import dev.apparmoradmission.observed.PassTroubles;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.report.Judgement;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The replica that judges what is in the cluster: what it writes, whom it tells, and what becomes of its troubles. */
class PassLeaderTest {

    private static final String ROOT = "/apis/openreports.io/v1alpha1";
    private static final long PATIENCE = 60;

    @TempDir
    Path dir;

    private final FakeReports reports = new FakeReports(ROOT);
    private final LinkedBlockingQueue<String> told = new LinkedBlockingQueue<>();
    private final List<String> judged = Collections.synchronizedList(new ArrayList<>());
    private final SnapshotStore store = new SnapshotStore(false);
    private final AtomicReference<String> lease = new AtomicReference<>("");
    private FakeCluster cluster;
    private KubernetesClient client;
    private Optional<PassLeader> leader = Optional.empty();

    private final PassReports recorded = new PassReports() {
        @Override
        public void leading(boolean leading) {
            told.add("leading " + leading);
        }

        @Override
        public void passed(Duration took, boolean whole) {
            told.add("passed " + whole);
        }

        @Override
        public void problem(String line) {
            told.add("problem " + line);
        }

        @Override
        public void solved(String line) {
            told.add("solved " + line);
        }
    };

    @BeforeEach
    void begin() throws IOException {
        Path policy = Files.writeString(dir.resolve("policy.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: strict}
                spec: {defaultProfile: {type: RuntimeDefault}}
                """);
        store.policies(Observation.policies(List.of(policy), problem -> {}).orElseThrow());
        cluster = new FakeCluster()
                .list("/api/v1/pods", "Pod", """
                        {"metadata": {"namespace": "shop", "name": "free"}, "spec": {"nodeName": "n1", "containers": [
                          {"name": "app", "securityContext": {"appArmorProfile": {"type": "Unconfined"}}}]}}
                        """)
                .handle(ROOT, reports)
                .handle("/apis/coordination.k8s.io", request -> switch (request.method()) {
                    case "POST" -> {
                        lease.set(request.body());
                        yield new Reply(201, request.body());
                    }
                    case "GET" -> lease.get().isEmpty() ? Reply.refused(404) : new Reply(200, lease.get());
                    default -> new Reply(200, lease.get());
                });
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(Files.readString(cluster.kubeconfig(dir))))
                .build();
        client.getConfiguration().setRequestRetryBackoffLimit(0);
    }

    @AfterEach
    void end() {
        leader.ifPresent(PassLeader::close);
        client.close();
        cluster.close();
    }

    private void start(PassListener... further) {
        PassTroubles troubles = new PassTroubles(recorded);
        List<PassListener> listeners = new ArrayList<>(List.of(further));
        listeners.add(new WrittenPasses(
                client, ReportFormat.OPENREPORTS, troubles, (findings, written) -> told.add(written.describe())));
        leader = Optional.of(PassLeader.start(
                client,
                "apparmor-admission",
                Duration.ofMillis(1),
                store,
                listeners,
                recorded,
                troubles,
                Clock.systemUTC()));
    }

    private void await(String line) throws InterruptedException {
        List<String> seen = new ArrayList<>();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE);
        while (System.nanoTime() < until) {
            String next = told.poll(1, TimeUnit.SECONDS);
            if (next != null) {
                seen.add(next);
                if (next.startsWith(line)) {
                    return;
                }
            }
        }
        throw new AssertionError(line + " was not told, but " + seen);
    }

    private PassListener counting() {
        return occasion -> new PassListener.Pass() {
            @Override
            public void judged(StoredWorkload workload, Judgement judgement) {
                judged.add(judgement.subject() + " " + judgement.decision().allowed());
            }

            @Override
            public void unread(String line) {
                judged.add("unread " + line);
            }

            @Override
            public void end() {
                judged.add("end");
            }
        };
    }

    @Test
    void it_waits_for_a_picture_then_leads_and_every_listener_takes_the_one_pass() throws Exception {
        start(counting());
        assertThat(told.poll(1, TimeUnit.SECONDS)).as("nothing is known yet").isNull();

        store.cluster(ClusterNodes.UNKNOWN, Namespaces.UNKNOWN);

        await("leading true");
        await("2 written, 0 unchanged, 0 removed");
        await("passed true");
        assertThat(judged).startsWith("Pod shop/free false", "end");
        assertThat(reports.there())
                .containsExactly("/clusterreports/apparmor-admission", "/namespaces/shop/reports/apparmor-admission");
    }

    @Test
    void the_passes_that_follow_write_nothing_and_remove_what_has_gone() throws Exception {
        store.cluster(ClusterNodes.UNKNOWN, Namespaces.UNKNOWN);
        start();
        await("2 written");
        await("0 written, 2 unchanged, 0 removed");
        assertThat(reports.writes()).hasSize(2).allMatch(write -> write.startsWith("POST "));

        cluster.list("/api/v1/pods", "Pod");

        await("1 written, 0 unchanged, 1 removed");
        assertThat(reports.there()).containsExactly("/clusterreports/apparmor-admission");
    }

    @Test
    void whatever_keeps_it_from_writing_is_told_once_and_is_over_when_it_is() throws Exception {
        reports.refuse("GET", 404, "the server could not find the requested resource");
        store.cluster(ClusterNodes.UNKNOWN, Namespaces.UNKNOWN);
        start();
        await("problem Cannot write reports: reports: this API server has no reports and clusterreports");
        await("passed true");
        await("passed true");
        assertThat(told).noneMatch(line -> line.startsWith("problem"));

        reports.before(request -> Optional.empty());

        await("2 written");
        await("solved Can write reports again");
    }

    @Test
    void what_cannot_be_listed_is_told_and_keeps_its_results() throws Exception {
        store.cluster(ClusterNodes.UNKNOWN, Namespaces.UNKNOWN);
        start();
        await("2 written");
        cluster.reply("/api/v1/pods", next -> Reply.refused(403));

        await("problem Cannot judge what is in the cluster: cluster: pods: you may not list them");
        await("2 written, 0 unchanged, 0 removed");
        await("passed false");
        assertThat(reports.get("/namespaces/shop/reports/apparmor-admission").path("results"))
                .isNotEmpty();
    }

    @Test
    void without_the_right_to_the_lease_nobody_leads_and_the_file_is_named() throws Exception {
        cluster.handle("/apis/coordination.k8s.io", request -> Reply.refused(403));
        store.cluster(ClusterNodes.UNKNOWN, Namespaces.UNKNOWN);
        start();
        await("problem Cannot elect a leader for reports");
        assertThat(reports.there()).isEmpty();
    }
}
