package dev.apparmoradmission.cluster.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.cluster.tls.TlsStep.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The plan over years in seconds: what an API server meets that asks at any time, whatever happens to whom. */
class TlsPlanTest {

    private static final TlsTerms TERMS =
            new TlsTerms(SimulatedCluster.HOSTS, Duration.ofDays(90), Duration.ofDays(365), Duration.ofHours(1));
    private static final int ALL = Integer.MAX_VALUE;

    private static SimulatedCluster settled() {
        SimulatedCluster cluster = new SimulatedCluster(TERMS, 2);
        cluster.settle(cluster.replicas.get(0));
        cluster.written.clear();
        return cluster;
    }

    @Test
    void ten_years_pass_without_a_moment_at_which_a_replica_is_not_trusted() {
        SimulatedCluster cluster = settled();
        int largest = 0;
        for (int days = 0; days < 3650; days += 2) {
            cluster.pass(Duration.ofDays(2));
            cluster.settle(cluster.replicas.get(0));
            assertThat(cluster.isAnsweredEverywhere()).as("at %s", cluster.now).isTrue();
            largest = Math.max(
                    largest,
                    Pem.certificates(cluster.bundles.get(0)).certificates().size());
        }

        System.out.printf("Ten years of certificates: %s, at most %d CAs at once%n", cluster.written, largest);
        assertThat(cluster.written.keySet())
                .containsExactlyInAnyOrder(Kind.RENEW, Kind.INTRODUCE, Kind.PROMOTE, Kind.RETIRE);
        assertThat(cluster.written.get(Kind.PROMOTE)).isBetween(14, 16);
        assertThat(largest).isEqualTo(2);
    }

    @Test
    void a_replica_that_sees_nothing_for_months_is_trusted_until_its_certificate_ends() {
        SimulatedCluster cluster = settled();
        // Until just before the authority changes.
        while (!cluster.written.containsKey(Kind.INTRODUCE)) {
            cluster.pass(Duration.ofHours(12));
            cluster.settle(cluster.replicas.get(0));
        }
        SimulatedCluster.Replica lonely = cluster.replicas.get(1);
        lonely.cutOff = true;
        var end = Life.end(lonely.served.orElseThrow().leaf());
        int promoted = 0;
        while (cluster.now.isBefore(end.minus(Duration.ofHours(12)))) {
            cluster.pass(Duration.ofHours(12));
            cluster.settle(cluster.replicas.get(0));
            assertThat(cluster.isAnsweredEverywhere()).as("at %s", cluster.now).isTrue();
            promoted = cluster.written.getOrDefault(Kind.PROMOTE, 0);
        }
        assertThat(promoted).isEqualTo(1);

        cluster.pass(Duration.ofDays(1));
        cluster.settle(cluster.replicas.get(0));
        assertThat(Pem.certificates(cluster.bundles.get(0)).certificates())
                .as("what it served is worth nothing any more")
                .hasSize(1);
    }

    @Test
    void a_new_authority_does_not_sign_before_it_was_trusted_for_the_overlap() {
        SimulatedCluster cluster = settled();
        SimulatedCluster.Replica leader = cluster.replicas.get(0);
        cluster.pass(Duration.ofDays(300));
        cluster.settle(leader);
        assertThat(cluster.written).containsKey(Kind.INTRODUCE).doesNotContainKey(Kind.PROMOTE);

        cluster.pass(Duration.ofMinutes(59));
        cluster.settle(leader);
        assertThat(cluster.written).doesNotContainKey(Kind.PROMOTE);
        // Another leader does not know for how long it has been.
        cluster.settle(cluster.replicas.get(1));
        cluster.pass(Duration.ofMinutes(2));
        cluster.settle(cluster.replicas.get(1));
        assertThat(cluster.written).doesNotContainKey(Kind.PROMOTE);

        cluster.pass(Duration.ofMinutes(59));
        cluster.settle(cluster.replicas.get(1));
        assertThat(cluster.written).containsEntry(Kind.PROMOTE, 1);
        assertThat(cluster.isAnsweredEverywhere()).isTrue();
    }

    /** Leaders die between any two requests, replicas start anew or are cut off, one leader follows another. */
    @Property(tries = 12)
    void whoever_dies_between_any_two_requests_no_replica_is_ever_untrusted(@ForAll long seed) {
        Random random = new Random(seed);
        SimulatedCluster cluster = settled();
        for (int i = 0; i < 120; i++) {
            cluster.pass(Duration.ofMinutes(1 + random.nextInt(60 * 24 * 8)));
            int rounds = 1 + random.nextInt(4);
            for (int round = 0; round < rounds; round++) {
                SimulatedCluster.Replica leader = cluster.replicas.get(random.nextInt(2));
                if (cluster.round(leader, random.nextInt(4)) > 0 && random.nextBoolean()) {
                    leader.restart();
                }
                cluster.pass(Duration.ofMinutes(random.nextInt(90)));
            }
            cluster.look();
            assertThat(cluster.isAnsweredEverywhere())
                    .as("seed %d, step %d, at %s: %s", seed, i, cluster.now, cluster.written)
                    .isTrue();
        }
        assertThat(cluster.written.get(Kind.PROMOTE)).isPositive();
    }

    /** Whatever is stored, and whatever the configurations hold: it is put right, and stays so. */
    @Property(tries = 40)
    void whatever_is_broken_is_put_right_at_once_and_stays_so(@ForAll long seed) {
        Random random = new Random(seed);
        SimulatedCluster cluster = settled();
        cluster.pass(Duration.ofDays(random.nextInt(360)));
        for (int i = 0; i < 3 + random.nextInt(4); i++) {
            cluster.settle(cluster.replicas.get(0));
            cluster.pass(Duration.ofHours(2));
        }
        List<String> keys = List.of("tls.crt", "tls.key", "ca.crt", "ca.key", "next-ca.key", "earlier.crt");
        if (random.nextInt(8) == 0) {
            cluster.secret = Optional.empty();
        } else {
            Map<String, String> data = new HashMap<>(cluster.secret.orElseThrow());
            for (String key : keys) {
                switch (random.nextInt(6)) {
                    case 0 -> data.remove(key);
                    case 1 -> data.put(key, "not base64!");
                    case 2 -> data.put(key, encoded("garbage"));
                    case 3 -> data.put(key, data.getOrDefault(keys.get(random.nextInt(keys.size())), ""));
                    default -> {}
                }
            }
            cluster.secret = Optional.of(data);
        }
        if (random.nextBoolean()) {
            cluster.bundles.set(random.nextInt(2), random.nextBoolean() ? "" : "garbage");
        }
        boolean forgotten = random.nextInt(4) == 0;
        if (forgotten) {
            cluster.replicas.get(1).restart();
        }
        SimulatedCluster.Replica leader = cluster.replicas.get(random.nextInt(2));

        cluster.settle(leader);

        assertThat(cluster.isAnsweredEverywhere())
                .as("seed %d: %s", seed, cluster.written)
                .isTrue();
        assertThat(TlsSecret.read(cluster.secret.orElseThrow()).faults()).isEmpty();
        for (int i = 0; i < 28; i++) {
            cluster.pass(Duration.ofDays(14));
            cluster.settle(cluster.replicas.get(0));
            assertThat(cluster.isAnsweredEverywhere())
                    .as("seed %d, fortnight %d", seed, i)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"-400", "-2", "0", "2", "400", "4000"})
    void a_clock_that_jumps_costs_one_step(int days) {
        SimulatedCluster cluster = settled();
        cluster.pass(Duration.ofDays(10));
        cluster.settle(cluster.replicas.get(0));

        cluster.now = cluster.now.plus(Duration.ofDays(days));
        cluster.settle(cluster.replicas.get(0));
        assertThat(cluster.isAnsweredEverywhere()).isTrue();
        cluster.now = cluster.now.minus(Duration.ofDays(days));
        cluster.settle(cluster.replicas.get(1));
        assertThat(cluster.isAnsweredEverywhere()).isTrue();

        for (int i = 0; i < 40; i++) {
            cluster.now = cluster.now.plus(Duration.ofDays(i % 2 == 0 ? 20 : -20));
            cluster.settle(cluster.replicas.get(i % 2));
            assertThat(cluster.isAnsweredEverywhere()).isTrue();
        }
        assertThat(Pem.certificates(cluster.bundles.get(0)).certificates())
                .as("the bundle does not grow without end")
                .hasSizeLessThan(9);
    }

    @Test
    void without_the_right_to_change_the_configurations_the_old_authority_signs_to_its_end() {
        SimulatedCluster cluster = settled();
        TlsMaterial material = TlsSecret.read(cluster.secret.orElseThrow());
        TlsMint mint = new TlsMint(TERMS, new java.security.SecureRandom());
        var first = material.signer().orElseThrow();
        int renewals = 0;
        var now = SimulatedCluster.BEGIN;
        while (now.isBefore(Life.end(first.certificate()))) {
            assertThat(material.isServable(now)).isTrue();
            assertThat(Authority.hasSigned(
                            first.certificate(),
                            material.serving().orElseThrow().leaf()))
                    .as("a certificate of an authority that nobody trusts yet, at %s", now)
                    .isTrue();
            TlsStep step = TlsPlan.next(Optional.of(material), Optional.empty(), Optional.empty(), now, TERMS);
            if (step instanceof TlsStep.Write write) {
                material = mint.make(write.kind(), material, Optional.empty(), now);
                renewals++;
            }
            now = now.plus(Duration.ofHours(6));
        }
        assertThat(renewals)
                .as("it does not renew again and again towards the end")
                .isLessThan(20);
        TlsStep last = TlsPlan.next(Optional.of(material), Optional.empty(), Optional.empty(), now, TERMS);
        assertThat(last)
                .as("then there is nothing to lose")
                .isInstanceOfSatisfying(
                        TlsStep.Write.class, write -> assertThat(write.kind()).isEqualTo(Kind.PROMOTE));
    }

    @Test
    void a_rest_ends_when_there_is_something_to_do() {
        SimulatedCluster cluster = settled();
        for (int i = 0; i < 60; i++) {
            TlsMaterial material = TlsSecret.read(cluster.secret.orElseThrow());
            TlsStep step = TlsPlan.next(
                    Optional.of(material), Optional.empty(), Optional.of(Duration.ZERO), cluster.now, TERMS);
            assertThat(step).isInstanceOf(TlsStep.Rest.class);
            var until = ((TlsStep.Rest) step).until();
            assertThat(until).isAfter(cluster.now);
            cluster.pass(Duration.between(cluster.now, until).plusSeconds(1));
            cluster.settle(cluster.replicas.get(0));
            assertThat(cluster.isAnsweredEverywhere()).isTrue();
        }
        assertThat(cluster.written).containsKeys(Kind.RENEW, Kind.INTRODUCE, Kind.PROMOTE, Kind.RETIRE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "webhook.example.org",
                "WEBHOOK.example.org",
                "192.0.2.7",
                "2001:db8::1",
                "::ffff:192.0.2.9",
                "*.example.org"
            })
    void a_further_name_is_in_the_next_certificate_by_the_same_authority(String host) {
        SimulatedCluster cluster = settled();
        TlsMaterial material = TlsSecret.read(cluster.secret.orElseThrow());
        TlsTerms wanted = new TlsTerms(
                List.of(SimulatedCluster.HOSTS.get(0), host),
                TERMS.validity(),
                TERMS.authorityValidity(),
                TERMS.overlap());
        TlsStep step =
                TlsPlan.next(Optional.of(material), Optional.of(material), Optional.empty(), cluster.now, wanted);

        assertThat(step).isEqualTo(new TlsStep.Write(Kind.RENEW, "the serving certificate is not for " + host));
        TlsMaterial next = new TlsMint(wanted, new java.security.SecureRandom())
                .make(Kind.RENEW, material, Optional.empty(), cluster.now);
        assertThat(next.bundle()).isEqualTo(material.bundle());
        assertThat(TlsPlan.next(Optional.of(next), Optional.empty(), Optional.empty(), cluster.now, wanted))
                .isInstanceOf(TlsStep.Rest.class);
    }

    @Test
    void taking_the_key_of_the_authority_away_replaces_it_with_an_overlap() {
        SimulatedCluster cluster = settled();
        Map<String, String> data = new HashMap<>(cluster.secret.orElseThrow());
        data.remove("ca.key");
        cluster.secret = Optional.of(data);

        assertThat(cluster.round(cluster.replicas.get(0), ALL)).isPositive();
        cluster.settle(cluster.replicas.get(0));

        assertThat(cluster.written).containsOnlyKeys(Kind.INTRODUCE);
        cluster.pass(Duration.ofHours(1));
        cluster.settle(cluster.replicas.get(0));
        assertThat(cluster.written).containsOnlyKeys(Kind.INTRODUCE, Kind.PROMOTE);
        assertThat(cluster.isAnsweredEverywhere()).isTrue();
    }

    @Test
    void without_the_time_for_an_overlap_the_new_authority_signs_before_the_last_certificate_ends() {
        SimulatedCluster cluster = settled();
        cluster.pass(Duration.ofDays(90).minusMinutes(80));
        Map<String, String> data = new HashMap<>(cluster.secret.orElseThrow());
        data.remove("ca.key");
        cluster.secret = Optional.of(data);
        cluster.settle(cluster.replicas.get(0));
        assertThat(cluster.written).containsOnlyKeys(Kind.INTRODUCE);

        cluster.replicas.get(0).restart();
        cluster.pass(Duration.ofMinutes(21));
        cluster.settle(cluster.replicas.get(0));

        assertThat(cluster.written).containsOnlyKeys(Kind.INTRODUCE, Kind.PROMOTE);
        cluster.pass(Duration.ofMinutes(60));
        assertThat(cluster.isAnsweredEverywhere()).isTrue();
    }

    private static String encoded(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }
}
