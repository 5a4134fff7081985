package dev.apparmoradmission.e2e.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Certificates and CAs come and go in lives of seconds, and somebody breaks the Secret: who makes pods notices nothing of it. */
@ExtendWith(RealApiServer.class)
class RotationTest {
    /** More than the third of a life in which a certificate is followed by the next. */
    private static final Duration LEFT = Duration.ofSeconds(7);

    @Test
    void certificatesChangeAndAreBrokenUnderAStreamOfPodsAndNoneFails(Stage stage) throws Exception {
        try (ApiServer api = ApiServer.of(stage.cluster().kubeconfig());
                Installed installed = new Installed(api, stage.directory());
                Front front = Front.start()) {
            Scene scene = Replicas.set(stage, "15S", "45S", "3S");
            Replicas replicas = Replicas.of(scene);
            replicas.register(stage, front);
            JsonNode begun = installed.data();
            bothHaveTheSame(installed, replicas);

            try (Verifier verifier = Verifier.start(installed, replicas.all());
                    PodStream pods = PodStream.start(scene)) {
                double rotated = Replicas.await(
                        "a CA came and went by its age",
                        () -> replicas.did("made a serving certificate by the new CA") > 0
                                && replicas.did("dropped a CA") > 0);
                System.out.printf(
                        Locale.ROOT,
                        "certificates: by age within %.0f s: %d renewals, %d new CA, %d CA dropped; %d connections of"
                                + " the API server%n",
                        rotated,
                        replicas.did("made a new serving certificate"),
                        replicas.did("made a new CA, to be trusted beside"),
                        replicas.did("dropped a CA"),
                        front.connections());
                for (Breakage breakage : Breakage.all(installed.data(), begun)) {
                    isRepaired(breakage, installed, replicas);
                }
                pods.end();
                verifier.end();

                System.out.printf(
                        Locale.ROOT,
                        "certificates: %d pods made, %d denied, %d failed or wrong, slowest %.2f s; %d handshakes with"
                                + " %d certificates, %d failed%n",
                        pods.stored(),
                        pods.denied(),
                        pods.wrong().size(),
                        pods.slowestSeconds(),
                        verifier.handshakes(),
                        verifier.certificates(),
                        verifier.failures().size());
                assertThat(pods.wrong()).isEmpty();
                assertThat(verifier.failures()).isEmpty();
                assertThat(pods.stored()).isGreaterThan(100);
                assertThat(pods.denied()).isGreaterThan(100);
                assertThat(verifier.certificates()).isGreaterThan(3);
            }
            assertThat(replicas.logs())
                    .doesNotContain("PRIVATE KEY")
                    .doesNotContain("a defect of ours")
                    .doesNotContain("Failed to initialize a channel");
        }
    }

    /** They began at the same instant, and there was no Secret. */
    private static void bothHaveTheSame(Installed installed, Replicas replicas) throws Exception {
        List<String> bundles = installed.bundles();
        assertThat(bundles).hasSize(4).doesNotContain("");
        assertThat(new HashSet<>(bundles)).hasSize(1);
        assertThat(replicas.did("made a new CA and serving certificate")).isEqualTo(1);
        assertThat(replicas.said("Leads: keeps the certificates")).isEqualTo(1);
        assertThat(Verifier.shakeHands(replicas.all().get(0), bundles.get(0)))
                .isEqualTo(Verifier.shakeHands(replicas.all().get(1), bundles.get(0)));
    }

    /** Each replica goes on with what it had, so that nobody notices. */
    private static void isRepaired(Breakage breakage, Installed installed, Replicas replicas) {
        // A CA without its key is followed by another: that one may be waiting for its time still.
        // And nobody breaks it so often that a renewal never gets its turn.
        Replicas.await(
                breakage.name() + ": nothing is under way or about to be",
                () -> installed.isWhole()
                        && !installed.hasNext()
                        && installed.left().compareTo(LEFT) > 0);
        double problems = replicas.problems("secret");
        long said = replicas.said(breakage.report());
        breakage.action().accept(installed);
        double seconds = Scene.await(
                breakage.name() + ": told and put right",
                () -> replicas.said(breakage.report()) > said && installed.isWhole() && replicas.areContent());

        if (breakage.problem()) {
            assertThat(replicas.problems("secret")).as(breakage.name()).isGreaterThan(problems);
        }
        System.out.printf(
                Locale.ROOT, "certificates: Secret with %s: told and put right in %.2f s%n", breakage.name(), seconds);
    }
}
