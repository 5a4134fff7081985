package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.observed.Observation;
import dev.apparmoradmission.observed.PassListener;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.wire.WorkloadReader;
import dev.apparmoradmission.workload.WorkloadKind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pass of the leader counts the exceptions of what it comes by. */
class CountedExceptionsTest {

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final PassListener counting = new CountedExceptions(new ExceptionMetrics(registry));

    @TempDir
    Path dir;

    private Snapshot snapshot;

    @BeforeEach
    void readPolicies() throws Exception {
        Path policies = Files.writeString(dir.resolve("policies.yaml"), """
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: shop}
                spec: {match: {namespaces: [shop]}}
                ---
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorPolicy
                metadata: {name: bank}
                spec: {match: {namespaces: [bank]}, exceptions: {source: Grant}}
                ---
                apiVersion: apparmor-admission.dev/v1alpha1
                kind: AppArmorException
                metadata: {name: probe}
                spec:
                  namespaces: [bank]
                  containers: ["*"]
                  permits: [unconfined]
                  claim: NotRequired
                  reason: looks at the processes of others
                """);
        snapshot = new Snapshot(
                Observation.policies(List.of(policies), problem -> {}).orElseThrow(),
                ClusterNodes.UNKNOWN,
                Namespaces.UNKNOWN,
                false);
    }

    private static StoredWorkload pod(String namespace, String expires) throws Exception {
        try (JsonParser parser = new JsonFactory().createParser("""
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "%s", "name": "p", "annotations": {
                  "apparmor-admission.dev/unconfined": "app", "apparmor-admission.dev/reason": "a good reason",
                  "apparmor-admission.dev/expires": "%s"}},
                 "spec": {"containers": [
                   {"name": "app", "securityContext": {"appArmorProfile": {"type": "Unconfined"}}}]}}
                """.formatted(namespace, expires))) {
            parser.nextToken();
            return new StoredWorkload(WorkloadKind.POD, WorkloadReader.read(parser));
        }
    }

    private PassListener.Pass passOver(StoredWorkload... workloads) throws Exception {
        PassListener.Pass pass = counting.begin(new PassListener.Occasion(snapshot, NOW, () -> true));
        for (StoredWorkload workload : workloads) {
            pass.judged(workload, workload.judge(snapshot, NOW).orElseThrow());
        }
        return pass;
    }

    private double gauge(String name, String... tags) {
        return registry.get("apparmor_admission." + name).tags(tags).gauge().value();
    }

    @Test
    void each_exception_of_a_pass_counts_by_where_it_comes_from_and_how_it_stands() throws Exception {
        passOver(pod("shop", "2027-06-01"), pod("shop", "2026-11-30"), pod("shop", "2026-11-01"), pod("bank", ""))
                .end();

        assertThat(gauge("exceptions", "source", "Annotation", "state", "valid"))
                .isEqualTo(1);
        assertThat(gauge("exceptions", "source", "Annotation", "state", "expiring"))
                .isEqualTo(1);
        assertThat(gauge("exceptions", "source", "Annotation", "state", "expired"))
                .isEqualTo(1);
        assertThat(gauge("exceptions", "source", "Grant", "state", "valid")).isEqualTo(1);
        assertThat(gauge("grants.unused")).isZero();
        assertThat(gauge("annotation.expiry.seconds", "namespace", "shop"))
                .isEqualTo((double) Instant.parse("2026-12-01T00:00:00Z").getEpochSecond());
    }

    @Test
    void a_grant_is_called_unused_only_where_everything_was_seen() throws Exception {
        passOver(pod("shop", "2027-06-01")).end();
        assertThat(gauge("grants.unused")).isEqualTo(1);

        PassListener.Pass partial = passOver(pod("shop", "2027-06-01"));
        partial.unread("cluster: pods in namespace bank: you may not list them");
        partial.end();
        assertThat(gauge("grants.unused")).isZero();
    }
}
