package dev.apparmoradmission.e2e.placement;

import static dev.apparmoradmission.e2e.placement.Fleet.GATE;
import static dev.apparmoradmission.e2e.placement.Fleet.LACKING;
import static dev.apparmoradmission.e2e.placement.Fleet.LOADED;
import static dev.apparmoradmission.e2e.placement.Fleet.patient;
import static dev.apparmoradmission.e2e.placement.Fleet.roomy;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Who writes, what becomes of the work when that replica dies, and when nobody may or need do it. */
@ExtendWith(RealApiServer.class)
class LeaderTest {
    private static final String LABEL = Fleet.of("k8s-nginx");

    @Test
    void whenTheLeaderDiesAnotherReplicaGoesOn(Stage stage, @TempDir Path directory) throws IOException {
        Scene scene = Fleet.set(
                stage,
                directory,
                "localhost: {placement: Hold}\n",
                world -> world.placement()
                        .setting("APPARMOR_ADMISSION_HOLD_DEADLINE", "2S")
                        .nodes(roomy("node-1"), roomy("node-2"))
                        .inventory("inventory-node-1", Map.of("node-1", LOADED))
                        .inventory("inventory-node-2", Map.of("node-2", LACKING)));
        Fleet fleet = new Fleet(scene);
        WebhookProcess first = scene.process();
        Scene.await("the first replica leads", () -> leads(first));
        WebhookProcess second = scene.replica();
        fleet.given(patient("waiting", "k8s-nginx"));
        Scene.await("the deadline has passed", () -> fleet.events("waiting").size() == 2);
        assertThat(leads(second)).as("two leaders").isFalse();

        second.register();
        first.handOver();
        first.kill();
        fleet.report("node-2", LOADED);
        double leaderless = Scene.await("the second replica leads", () -> leads(second));
        double seconds = leaderless
                + Scene.await(
                        "the second replica lets the pod go",
                        () -> fleet.gates("waiting").isEmpty());

        System.out.printf(
                Locale.ROOT, "The pod was let go %.1f s after the leader was killed and the profile came%n", seconds);
        fleet.awaitBound("waiting");
        Scene.await("the events", () -> fleet.events("waiting").contains("Normal AppArmorReleased"));
        assertThat(fleet.events("waiting"))
                .as("nothing is told twice")
                .containsExactlyInAnyOrder(
                        "Warning AppArmorHeld", "Warning AppArmorHoldDeadlineExceeded", "Normal AppArmorReleased");
    }

    @Test
    void aMissingRightIsOneLineInTheLogAndEndsNothing(Stage stage, @TempDir Path directory) throws IOException {
        Scene scene = Fleet.set(
                stage,
                directory,
                "localhost: {placement: Steer}\n",
                world -> world.nodes(roomy("node-1")).inventory("inventory-node-1", Map.of("node-1", LOADED)));
        Fleet fleet = new Fleet(scene);
        Scene.await(
                "a problem is counted",
                () -> scene.webhook().metrics().sum("apparmor_admission_placement_problems_total") > 0);

        assertThat(problems(scene)).isEqualTo(1);
        assertThat(scene.webhook().log())
                .contains("Cannot elect a leader for placement", "Apply deploy/placement/rbac-placement.yaml");
        assertThat(scene.webhook().alive()).isTrue();
        fleet.given(patient("steered", "k8s-nginx"));
        fleet.awaitUnschedulable("steered");

        scene.rights().grant();
        fleet.awaitLabel("node-1", LABEL, "enforce");
        fleet.awaitBound("steered");
        assertThat(problems(scene)).isEqualTo(1);
        Scene.await(
                "no trouble is left",
                () -> scene.webhook().metrics().sum("apparmor_admission_placement_troubles") == 0);

        Fleet.policy(directory, "localhost: {placement: Prove}\n");
        fleet.awaitLabel("node-1", LABEL, "");
        Fleet.policy(directory, "localhost: {placement: Steer}\n");
        fleet.awaitLabel("node-1", LABEL, "enforce");
    }

    @Test
    void aPodThatStillWaitsWhenThePolicyChangesIsLetGo(Stage stage, @TempDir Path directory) throws IOException {
        Scene scene = Fleet.set(
                stage,
                directory,
                "localhost: {placement: Hold}\n",
                world -> world.placement().nodes(roomy("node-1")).inventory("inventory-1", Map.of("node-1", LACKING)));
        Fleet fleet = new Fleet(scene);
        fleet.given(patient("waiting", "k8s-nginx"));
        assertThat(fleet.gates("waiting")).containsExactly(GATE);

        Fleet.policy(directory, "rules: {localhost-not-loaded: Warn}\n");

        Scene.await("the gate is lifted", () -> fleet.gates("waiting").isEmpty());
    }

    private static boolean leads(WebhookProcess webhook) {
        return webhook.metrics().sum("apparmor_admission_leader") == 1;
    }

    private static long problems(Scene scene) {
        return scene.webhook()
                .log()
                .lines()
                .filter(line -> line.contains("ERROR") && line.contains("is forbidden"))
                .count();
    }
}
