package dev.apparmoradmission.e2e.placement;

import static dev.apparmoradmission.e2e.placement.Fleet.ENABLED_LABEL;
import static dev.apparmoradmission.e2e.placement.Fleet.LOADED;
import static dev.apparmoradmission.e2e.placement.Fleet.OFF;
import static dev.apparmoradmission.e2e.placement.Fleet.patient;
import static dev.apparmoradmission.e2e.placement.Fleet.roomy;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** One node has AppArmor off, and the policy pins what it gives a default to. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PinTest {
    private Scene scene;
    private Fleet fleet;

    @BeforeAll
    void begin(Stage stage, @TempDir Path directory) throws IOException {
        scene = Fleet.set(
                stage,
                directory,
                "defaultProfile: {type: RuntimeDefault, onUnsupportedNode: Pin}\n",
                world -> world.placement()
                        .nodes(roomy("node-on"), roomy("node-off"))
                        .inventory("inventory-node-on", Map.of("node-on", LOADED))
                        .inventory("inventory-node-off", Map.of("node-off", OFF)));
        fleet = new Fleet(scene);
        fleet.awaitLabel("node-on", ENABLED_LABEL, "true");
    }

    @Test
    void aPodGetsTheDefaultAndLandsOnlyWhereAppArmorIsOn() {
        for (int i = 0; i < 10; i++) {
            fleet.given(patient(pod("pinned-" + i)));
        }
        assertThat(Profiles.of(scene.stored("pinned-0").body())).isEqualTo("P=RD c=-");
        assertThat(fleet.terms("pinned-0").toString())
                .isEqualTo("[{\"matchExpressions\":[{\"key\":\"" + ENABLED_LABEL
                        + "\",\"operator\":\"In\",\"values\":[\"true\"]}]}]");
        for (int i = 0; i < 10; i++) {
            fleet.awaitBound("pinned-" + i);
            assertThat(fleet.nodeOf("pinned-" + i)).contains("node-on");
        }
        fleet.cordon(true, "node-on");
        try {
            fleet.given(patient(pod("pinned-cordoned")));
            fleet.awaitUnschedulable("pinned-cordoned");
        } finally {
            fleet.cordon(false, "node-on");
        }
        fleet.awaitBound("pinned-cordoned");
    }

    @Test
    void profilesHaveNoLabelsWhereNoPolicySteers() {
        assertThat(fleet.label("node-on", Fleet.of("k8s-nginx"))).isEmpty();
    }

    @Test
    void noKubeletCanClaimAppArmorAndALabelTakenByHandComesBack() {
        Answer forged = fleet.labelNode(fleet.kubelet("node-off"), "node-off", ENABLED_LABEL, "\"true\"");
        assertThat(forged.code()).as(forged.message()).isEqualTo(403);

        assertThat(fleet.labelNode(scene.api(), "node-on", ENABLED_LABEL, "null")
                        .code())
                .isEqualTo(200);
        fleet.awaitLabel("node-on", ENABLED_LABEL, "true");
    }

    @Test
    void aPodBoundToANodeWithoutAppArmorCannotBePinnedAndIsDenied() {
        Answer bound = scene.create(pod("bound").on("node-off"));

        assertThat(bound.code()).as(bound.message()).isEqualTo(403);
        assertThat(bound.message()).contains("[apparmor-unavailable]", "node-off");
        assertThat(scene.create(pod("bound-on").on("node-on")).code()).isEqualTo(201);
        assertThat(scene.stored("bound-on").at("/spec/affinity").isMissingNode())
                .isTrue();
    }
}
