package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.wire.AdmissionReviewReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Tracing costs nothing where it is off, and where the collector is in trouble nobody waits for it. */
class OtlpTracingTest {

    private static final int MANY = 20_000;

    private static Ruling denial() throws Exception {
        Snapshot snapshot = new Snapshot(AdmissionTest.POLICIES, ClusterNodes.UNKNOWN, Namespaces.UNKNOWN, false);
        String review = Reviews.create(Reviews.podOf("Unconfined"));
        return Admission.judge(
                Door.VALIDATE,
                new AdmissionReviewReader().read(review.getBytes(StandardCharsets.UTF_8)),
                snapshot,
                Instant.parse("2026-11-22T19:00:00Z"));
    }

    /** Those that send; another test may have left some. */
    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().contains("BatchSpanProcessor"))
                .collect(Collectors.toSet());
    }

    /** Tells of many reviews; gives the microseconds that one took. */
    private static double tell(ReviewTracing tracing) throws Exception {
        Ruling ruling = denial();
        long begin = System.nanoTime();
        for (int i = 0; i < MANY; i++) {
            tracing.answered(Optional.empty(), ruling, false, 50_000);
        }
        return (System.nanoTime() - begin) / 1e3 / MANY;
    }

    @Test
    void nobody_waits_for_a_collector_that_is_not_there() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        try (OtlpTracing tracing = OtlpTracing.start("http://127.0.0.1:" + closed, 1, Clock.systemUTC())) {
            print("no collector", tell(tracing));
        }
    }

    @Test
    void nobody_waits_for_a_collector_that_takes_connections_and_never_answers() throws Exception {
        var connections = new CopyOnWriteArrayList<Socket>();
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread acceptor = new Thread(() -> accept(silent, connections), "silent-collector");
            acceptor.setDaemon(true);
            acceptor.start();
            try (OtlpTracing tracing =
                    OtlpTracing.start("http://127.0.0.1:" + silent.getLocalPort(), 1, Clock.systemUTC())) {
                print("silent collector", tell(tracing));
                print("silent collector, queue full", tell(tracing));
            }
        } finally {
            for (Socket connection : connections) {
                connection.close();
            }
        }
    }

    private static void accept(ServerSocket silent, CopyOnWriteArrayList<Socket> connections) {
        try {
            while (!silent.isClosed()) {
                connections.add(silent.accept());
            }
        } catch (IOException closed) {
            // The end of the test.
        }
    }

    @Test
    void the_last_spans_are_sent_before_the_end() throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver()) {
            try (OtlpTracing tracing = OtlpTracing.start(collector.endpoint() + "/", 1, Clock.systemUTC())) {
                tracing.answered(Optional.empty(), denial(), true, 1000);
            }
            assertThat(collector.spans()).hasSize(1);
        }
    }

    @Test
    void a_ratio_of_none_traces_only_what_the_caller_traces() throws Exception {
        try (OtlpReceiver collector = new OtlpReceiver()) {
            try (OtlpTracing tracing = OtlpTracing.start(collector.endpoint(), 0, Clock.systemUTC())) {
                tracing.answered(Optional.empty(), denial(), false, 1000);
                tracing.answered(
                        Optional.of("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), denial(), false, 1000);
            }
            assertThat(collector.spans()).hasSize(1);
        }
    }

    @Test
    void on_starts_a_thread_and_off_none() throws Exception {
        Set<Thread> before = threads();
        print("off", tell(ReviewTracing.OFF));
        assertThat(before).containsAll(threads());

        try (OtlpTracing tracing = OtlpTracing.start("http://127.0.0.1:9", 1, Clock.systemUTC())) {
            tracing.answered(Optional.empty(), denial(), false, 1000);
            assertThat(threads()).anyMatch(thread -> !before.contains(thread) && thread.isDaemon());
        }
    }

    private static void print(String what, double microseconds) {
        System.out.printf(Locale.ROOT, "tracing, %s: %.2f microseconds a review%n", what, microseconds);
    }
}
