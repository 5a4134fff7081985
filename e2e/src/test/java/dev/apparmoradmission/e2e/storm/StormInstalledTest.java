package dev.apparmoradmission.e2e.storm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.install.Installation;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Fifty pods a second, a third each to be given a default, to be denied, and to be judged by inventory or policy, while the
 * webhook is restarted replica by replica, its CA and certificate are replaced, its policy is changed and changed back, the
 * inventory changes twenty times a second, one replica is killed, and the API server is. No pod may be stored that the policy
 * forbids, and no creation may fail while the API server is there, but for the few whose review the killed replica held, or was
 * sent before the node withdrew its address: an API server does not repeat them.
 *
 * <p>It lasts as long as {@code storm.seconds} says, in six equal parts; longer if something takes longer. Wants kind.
 */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StormInstalledTest {
    private static final String PODS = "e2e-storm";
    private static final int PER_SECOND = Integer.getInteger("storm.rate", 50);
    private static final Duration PART = Duration.ofMillis(Integer.getInteger("storm.seconds", 36) * 1000L / 6);

    /** As shipped, drain of 95 s and all; but a new CA is trusted for 2 s before it signs, instead of an hour. */
    private static final String OVERLAY = """
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            resources: [../../deploy/overlays/self-managed-tls]
            components: [../../deploy/components/nodes-without-apparmor]
            patches:
              - target: {kind: Deployment, name: apparmor-admission}
                patch: |-
                  - {op: add, path: /spec/template/spec/containers/0/env/-, value: {name: APPARMOR_ADMISSION_TLS_OVERLAP, value: 2S}}
            """;

    private Optional<Installation> installation = Optional.empty();
    private Optional<ApiServer> admin = Optional.empty();

    private record Act(String name, Happening what) {}

    private interface Happening {
        String happen() throws IOException;
    }

    @BeforeAll
    void install(Stage stage) throws IOException {
        Installation installed = Installation.on(stage);
        installation = Optional.of(installed);
        ApiServer api = ApiServer.of(stage.cluster().kubeconfig());
        admin = Optional.of(api);
        stage.namespace(api, PODS, "{}");
        installed.apply(installed.overlay("storm", OVERLAY));
    }

    @AfterAll
    void leave() throws IOException {
        if (installation.isPresent()) {
            installation.get().leave();
        }
        admin.ifPresent(api -> {
            new StormNodes(api).leave();
            api.delete("/api/v1/namespaces/" + PODS);
            api.close();
        });
    }

    @Test
    void noPodIsStoredThatThePolicyForbidsAndNoCreationFailsWhileTheApiServerIsThere(Stage stage) throws IOException {
        Installation installed = installation.orElseThrow();
        ApiServer api = admin.orElseThrow();
        Path project = stage.directory().toAbsolutePath().normalize().getParent();
        String restricted = Files.readString(project.resolve("policies").resolve("restricted.yaml"));
        StormNodes nodes = new StormNodes(api);
        Verdicts verdicts = new Verdicts();
        Disturbances disturbances = new Disturbances(installed, api, nodes, verdicts);
        nodes.join();
        disturbances.begin(restricted, PODS);
        List<Act> acts = List.of(
                new Act("rolling restart", disturbances::rollingRestart),
                new Act("CA and certificate replaced", disturbances::certificates),
                new Act("policy changed and changed back", () -> disturbances.policies(restricted, PART.dividedBy(3))),
                new Act("inventory churn", () -> disturbances.inventory(PART)),
                new Act("one replica killed", disturbances::replicaKilled),
                new Act("API server killed", disturbances::apiServerKilled));
        List<Report.Phase> phases = new ArrayList<>();
        List<Creation> creations;
        Set<String> stored;
        List<String> wrong;
        try (PodStream stream = new PodStream(api, PODS, PER_SECOND);
                StoredPods looking = new StoredPods(api, PODS, stream)) {
            for (Act act : acts) {
                long begin = System.nanoTime();
                String outcome = act.what().happen();
                Disturbances.pause(PART.minusNanos(System.nanoTime() - begin));
                phases.add(new Report.Phase(act.name(), begin, System.nanoTime(), outcome));
            }
            stream.end();
            looking.end();
            creations = stream.creations();
            stored = looking.names();
            wrong = looking.wrong();
        }
        Report report = new Report(creations, verdicts, disturbances.serverAway(), disturbances.replicaDead());
        List<String> lines = new ArrayList<>(report.table(phases));
        Set<String> acknowledged =
                creations.stream().filter(Creation::stored).map(Creation::name).collect(Collectors.toSet());
        Set<String> unacknowledged = new HashSet<>(stored);
        unacknowledged.removeAll(acknowledged);
        double seconds = (phases.get(phases.size() - 1).end() - phases.get(0).begin()) / 1e9;
        lines.add("");
        lines.add(String.format(
                Locale.ROOT,
                "%d creations in %.0f s: %.1f a second of %d wanted. %d pods stored and looked at (%d of them without an"
                        + " answer), %d stored against the policy; %d wrong answers. %d creations failed while the API"
                        + " server was there, %d more whose review the killed replica held or was to get, and the API server turned"
                        + " %d away itself (429).",
                creations.size(),
                seconds,
                creations.size() / seconds,
                PER_SECOND,
                stored.size(),
                unacknowledged.size(),
                wrong.size(),
                report.wrong().size(),
                report.failed().size(),
                report.diedWithReplica().size(),
                report.turnedAway().size()));
        lines.forEach(line -> System.out.println("storm: " + line));
        if (Boolean.getBoolean("storm.page")) {
            write(stage, lines);
        }
        assertThat(wrong).as("stored against the policy").isEmpty();
        assertThat(report.wrong()).as("answered against the policy").isEmpty();
        assertThat(stored).as("what was said to be stored").containsAll(acknowledged);
        assertThat(report.failed()).as("failed while the API server was there").isEmpty();
        assertThat(report.diedWithReplica())
                .as("the other replica went on")
                .hasSizeLessThan((int) creations.stream()
                                .filter(disturbances.replicaDead()::meets)
                                .count()
                        / 4);
        assertThat(creations).hasSizeGreaterThan((int) (seconds * PER_SECOND * 0.5));
    }

    private static void write(Stage stage, List<String> lines) throws IOException {
        List<String> page = new ArrayList<>();
        page.add("# Fifty pods a second while everything happens");
        page.add("");
        page.add(
                "`e2e/storm`, %s: %s, %d processors for the node, its control plane, two replicas and the stream; JDK %s."
                        .formatted(
                                LocalDate.now(ZoneOffset.UTC),
                                stage.cluster().description(),
                                Runtime.getRuntime().availableProcessors(),
                                Runtime.version()));
        page.add(
                "[StormInstalledTest](../../src/test/java/dev/apparmoradmission/e2e/storm/StormInstalledTest.java) says what is done.");
        page.add("");
        page.addAll(lines);
        Files.write(stage.directory().resolve("bench").resolve("results").resolve("storm.md"), page);
    }
}
