package dev.apparmoradmission.e2e.stranger;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Whoever reaches the port holds connections and does not use them, or uses them as slowly as can be. The API server's reviews
 * are answered all the same, by a webhook with the heap that {@code deploy/} gives it.
 */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SiegeTest {
    private static final int REVIEWS = 100;
    /** As many as a heap of 64 MiB holds connections, and more. */
    private static final int MANY = 1_000;

    private final List<Stranger> strangers = new ArrayList<>();
    private Scene scene;
    private int port;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        scene = stage.set(world -> world.policy("baseline.yaml"));
        port = scene.process().port();
        judged("nobody else");
    }

    @AfterEach
    void leave() throws IOException {
        for (Stranger stranger : strangers) {
            stranger.close();
        }
        strangers.clear();
    }

    /** The API server's reviews: each pair one that has to be allowed and one that has to be denied. */
    private void judged(String meanwhile) throws IOException {
        long[] took = new long[REVIEWS];
        int wrong = 0;
        for (int i = 0; i < REVIEWS; i++) {
            boolean good = i % 2 == 0;
            long begin = System.nanoTime();
            int code = scene.attempt(pod("while").field(good ? runtimeDefault() : unconfined()))
                    .code();
            took[i] = System.nanoTime() - begin;
            wrong += code == (good ? 201 : 403) ? 0 : 1;
        }
        Arrays.sort(took);
        System.out.printf(
                Locale.ROOT,
                "siege: %-34s %d pods, %d wrong or not at all; median %.0f ms, slowest %.0f ms; %.0f connections, %d MiB resident%n",
                meanwhile + ":",
                REVIEWS,
                wrong,
                took[REVIEWS / 2] / 1e6,
                took[REVIEWS - 1] / 1e6,
                scene.process().metrics().sum("apparmor_admission_connections"),
                resident());
        assertThat(wrong).as(meanwhile).isZero();
    }

    private long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(scene.process().pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .sum();
    }

    private double turnedOut() {
        return scene.process().metrics().sum("apparmor_admission_connections_closed_total", "reason=\"crowded\"");
    }

    @Test
    @Order(1)
    void aThousandIdleConnectionsAndAsManyThatNeverShakeHandsDoNotStopAdmissions() throws IOException {
        SSLContext context = Stranger.credulous();
        for (int i = 0; i < MANY; i++) {
            strangers.add(Stranger.at(port, context));
        }
        judged(MANY + " idle");
        for (int i = 0; i < MANY; i++) {
            Stranger stranger = Stranger.bare(port);
            if (i % 2 == 0) {
                // The beginning of a ClientHello, and no end.
                stranger.say(new byte[] {22, 3, 1, 2, 0, 1, 0, 1});
            }
            strangers.add(stranger);
        }
        judged("and " + MANY + " without a handshake");

        assertThat(turnedOut()).as("turned out for others").isPositive();
        assertThat(strangers.get(0).isTurnedOut()).as("the oldest").isTrue();
        assertThat(scene.process().metrics().sum("apparmor_admission_connections"))
                .isLessThanOrEqualTo(1024);
        assertThat(scene.process().log()).contains("connections to the HTTPS port: for each new one");
    }

    @Test
    @Order(2)
    void headsAndBodiesThatTrickleDoNotStopAdmissions() throws IOException {
        SSLContext context = Stranger.credulous();
        for (int i = 0; i < MANY; i++) {
            Stranger stranger = Stranger.at(port, context);
            strangers.add(stranger);
            stranger.say(
                    i % 2 == 0
                            ? "POST /validate HTTP/1.1\r\nHost: webhook\r\nX-Slow: "
                            : "POST /validate HTTP/1.1\r\nHost: webhook\r\nContent-Length: 1000000\r\n\r\n{\"kind\":");
        }
        judged(MANY + " in the middle of a request");
        for (Stranger stranger : strangers) {
            if (!stranger.isTurnedOut()) {
                trickle(stranger);
            }
        }
        judged("each one octet further");
    }

    private static void trickle(Stranger stranger) {
        try {
            stranger.say("x");
        } catch (IOException turnedOut) {
            // Between the look and the word.
        }
    }

    @Test
    @Order(3)
    void bodiesThatFillTheRoomAndNeverEndGiveWayToTheApiServers() throws IOException, InterruptedException {
        SSLContext context = Stranger.credulous();
        byte[] chunk = new byte[64 * 1024];
        Arrays.fill(chunk, (byte) ' ');
        // Twice the room that there is for bodies, nearly.
        for (int i = 0; i < 60; i++) {
            Stranger stranger = Stranger.at(port, context);
            strangers.add(stranger);
            try {
                stranger.say("POST /validate HTTP/1.1\r\nHost: webhook\r\nContent-Length: 16000000\r\n\r\n");
                for (int sent = 0; sent < 8; sent++) {
                    stranger.say(chunk);
                }
            } catch (IOException refused) {
                // No room: told so, and cut off.
            }
        }
        Thread.sleep(1_100);
        ObjectNode big = pod("big").field(runtimeDefault()).object();
        ObjectNode variable = Manifest.parse("{name: BIG}");
        variable.put("value", "x".repeat(900_000));
        ((ObjectNode) big.at("/spec/containers/0")).withArray("env").add(variable);
        long begin = System.nanoTime();
        int code = scene.attempt(big).code();
        System.out.printf(
                Locale.ROOT,
                "siege: a pod of 0.9 MB among 30 MB of bodies that never end: %d after %.0f ms%n",
                code,
                (System.nanoTime() - begin) / 1e6);

        assertThat(code).isEqualTo(201);
        judged("bodies that never end");
    }

    @Test
    @Order(4)
    void aHandshakeCannotBeHadAnewOverOneConnection() throws IOException {
        try (Stranger stranger = Stranger.bare(port);
                SSLSocket tls = (SSLSocket) Stranger.credulous()
                        .getSocketFactory()
                        .createSocket(stranger.socket(), "webhook", port, true)) {
            tls.setEnabledProtocols(new String[] {"TLSv1.2"});
            tls.startHandshake();

            assertThatThrownBy(() -> {
                        tls.startHandshake();
                        tls.getInputStream().read();
                    })
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    @Order(5)
    void afterwardsItIsTheWebhookThatItWas() throws IOException {
        Scene.await("strangers gone", () -> scene.process().metrics().sum("apparmor_admission_connections") < 100);
        judged("nobody else any more");
        assertThat(scene.process().alive()).isTrue();
        assertThat(scene.process().log()).doesNotContain("ERROR", "OutOfMemory", "\tat ");
    }
}
