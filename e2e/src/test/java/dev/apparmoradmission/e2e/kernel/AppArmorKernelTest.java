package dev.apparmoradmission.e2e.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way to the kernel, tried on this machine, where it needs no AppArmor. */
class AppArmorKernelTest {
    private AppArmorKernel kernel;

    @BeforeEach
    void begin(@TempDir Path share) throws IOException {
        kernel = AppArmorKernel.start(
                List.of("env"),
                Path.of(System.getProperty("java.home"), "bin", "java"),
                Path.of(System.getProperty("e2e.directory"), "target", "classes"),
                share);
        kernel.awaitReady();
    }

    @AfterEach
    void end() {
        kernel.close();
    }

    @Test
    void aScriptGivesBackItsOutputAndItsStatus() {
        assertThat(kernel.run("echo one; echo two >&2").output()).isEqualTo("one\ntwo\n");
        assertThat(kernel.run("head -c 3000000 /dev/zero | tr '\\0' x").output())
                .hasSize(3_000_000)
                .matches("x+");

        assertThatThrownBy(() -> kernel.run("echo why; exit 3")).hasMessageContainingAll("status 3", "why");
    }

    @Test
    void aScriptThatGoesOnIsSeenWhileItRunsAndEndsWithTheMachine() {
        Remote remote = kernel.begin("echo $$; exec sleep 600");
        kernel.await(
                "its first line", Duration.ofSeconds(30), () -> remote.output().endsWith("\n"));
        long pid = Long.parseLong(remote.output().strip());

        assertThat(remote.status()).isEmpty();
        assertThat(ProcessHandle.of(pid)).isPresent();

        kernel.close();

        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void connectionsThereEndAtTheServerHere() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            kernel.passTo(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), kernel.port());
                    Socket accepted = server.accept()) {
                client.getOutputStream().write("ping".getBytes(StandardCharsets.US_ASCII));
                assertThat(accepted.getInputStream().readNBytes(4)).asString().isEqualTo("ping");
                accepted.getOutputStream().write("pong".getBytes(StandardCharsets.US_ASCII));
                assertThat(client.getInputStream().readNBytes(4)).asString().isEqualTo("pong");

                kernel.reachable(false);

                assertThat(client.getInputStream().read()).as("cut").isEqualTo(-1);
            }
            try (Socket client = new Socket(InetAddress.getLoopbackAddress(), kernel.port())) {
                assertThat(client.getInputStream().read()).as("no way").isEqualTo(-1);
            }
        }
    }
}
