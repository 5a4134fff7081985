package dev.apparmoradmission.e2e.node;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.kernel.AppArmorKernel;
import dev.apparmoradmission.e2e.kernel.Remote;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Profiles that vanish or weaken under what runs ({@code src/test/resources/node-truth}, rows 23 and 31): the process loses its
 * confinement at once and does not get it back, and the inventory, with node and time, and a metric tell of it.
 */
@Tag("kernel")
@ExtendWith({RealKernel.class, RealApiServer.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnderRunningContainersTest {
    /** What {@code RuntimeDefault} is with containerd. */
    private static final String DEFAULT = "cri-containerd.apparmor.d";

    private static final PodDraft POD = pod("by-default").level(runtimeDefault());

    private AppArmorKernel kernel;
    private KernelStory story;
    private KernelProfiles profiles;

    @BeforeAll
    void begin(Stage stage, AppArmorKernel real) throws IOException {
        kernel = real;
        story = KernelStory.begin(stage, kernel);
        profiles = story.profiles();
    }

    @AfterAll
    void end() {
        profiles.clear("e2e-gone", "e2e-weak", DEFAULT);
        story.close();
    }

    /** A process under a profile, as a runtime makes one: by changing to it with the next exec. */
    private long process(String profile) {
        Remote remote = kernel.begin("echo $$; exec aa-exec -p '" + profile + "' -- sleep 600");
        kernel.await("a process", Duration.ofSeconds(30), () -> remote.output().endsWith("\n"));
        long pid = Long.parseLong(remote.output().strip());
        kernel.await(
                "its profile",
                Duration.ofSeconds(30),
                () -> confinement(pid).startsWith(profile) && command(pid).equals("sleep"));
        return pid;
    }

    private String command(long pid) {
        return kernel.run("cat /proc/" + pid + "/comm").output().strip();
    }

    private String confinement(long pid) {
        return kernel.run("cat /proc/" + pid + "/attr/current").output().strip();
    }

    private double losses(String change) {
        return story.scene()
                .webhook()
                .metrics()
                .sum("apparmor_admission_profile_losses_total", "change=\"" + change + "\"");
    }

    private void tells(String loss, Instant before) {
        PublishedInventory.Version version = story.published(
                "the loss", 0, it -> it.headers("changed").stream().anyMatch(line -> line.endsWith(" " + loss)));
        String line = version.headers("changed").get(0);
        assertThat(line).endsWith(" " + loss);
        assertThat(Instant.parse(line.substring(0, line.indexOf(' '))))
                .isBetween(before.minusSeconds(2), clock().plusSeconds(2));
        assertThat(version.object().getMetadata().getOwnerReferences().get(0).getName())
                .isEqualTo(KernelNode.NAME);
        System.out.println("  node " + KernelNode.NAME + ": # changed: " + line);
    }

    /** The clock of that machine. */
    private Instant clock() {
        return Instant.ofEpochSecond(
                Long.parseLong(kernel.run("date +%s").output().strip()));
    }

    @Test
    void aProfileRemovedUnderAProcessLeavesItUnconfinedForGoodAndTheInventoryTells() {
        profiles.load(KernelProfiles.text("e2e-gone", "enforce"));
        story.settled();
        long pid = process("e2e-gone");
        assertThat(confinement(pid)).isEqualTo("e2e-gone (enforce)");
        double vanished = losses("vanished");
        Instant before = clock();

        profiles.remove("e2e-gone");

        assertThat(confinement(pid)).as("row 23, step 2").isEqualTo("unconfined");
        tells("e2e-gone (enforce) -> removed", before);
        story.await("the metric", () -> losses("vanished") == vanished + 1);

        profiles.load(KernelProfiles.text("e2e-gone", "enforce"));
        story.settled();

        assertThat(confinement(pid)).as("row 23b: loading it again").isEqualTo("unconfined");
        assertThat(story.inventory().latest().orElseThrow().headers("changed"))
                .as("still told, for the process still runs unconfined")
                .anyMatch(line -> line.endsWith(" e2e-gone (enforce) -> removed"));
        kernel.run("kill -KILL " + pid);
    }

    @Test
    void aProfileSwitchedToComplainUnderAProcessStopsRestrainingItAndTheInventoryTells() {
        profiles.load(KernelProfiles.text("e2e-weak", "enforce"));
        story.settled();
        long pid = process("e2e-weak");
        double weakened = losses("weakened");
        Instant before = clock();

        profiles.load(KernelProfiles.text("e2e-weak", "complain"));

        assertThat(confinement(pid)).as("row 23d, step 2").isEqualTo("e2e-weak (complain)");
        tells("e2e-weak (enforce) -> (complain)", before);
        story.await("the metric", () -> losses("weakened") == weakened + 1);

        profiles.load(KernelProfiles.text("e2e-weak", "enforce"));

        assertThat(confinement(pid)).as("row 23d, step 3").isEqualTo("e2e-weak (enforce)");
        kernel.run("kill -KILL " + pid);
    }

    @Test
    void theRuntimesOwnDefaultProfileInComplainModeIsDeniedAndItsRemovalIsTold() {
        profiles.load(KernelProfiles.text(DEFAULT, "enforce"));
        story.settled();
        story.verdict(POD, "");
        long pid = process(DEFAULT);
        double weakened = losses("weakened");
        double vanished = losses("vanished");
        Instant before = clock();
        int written = story.inventory().count();

        Remote changed = profiles.load(KernelProfiles.text(DEFAULT, "complain"));

        assertThat(story.followed(
                                "default profile in complain: denied",
                                written,
                                changed,
                                it -> it.profiles().contains(DEFAULT + " (complain)"),
                                POD,
                                "[localhost-mode]")
                        .message())
                .as("row 31b: the runtime uses it as it is")
                .contains(KernelNode.NAME, "complain");
        assertThat(confinement(pid)).isEqualTo(DEFAULT + " (complain)");
        tells(DEFAULT + " (enforce) -> (complain)", before);
        story.await("the metric", () -> losses("weakened") == weakened + 1);

        written = story.inventory().count();
        changed = profiles.remove(DEFAULT);

        story.followed(
                "default profile removed: allowed again",
                written,
                changed,
                it -> List.of("enforce", "complain").stream()
                        .noneMatch(mode -> it.profiles().contains(DEFAULT + " (" + mode + ")")),
                POD,
                "");
        assertThat(confinement(pid))
                .as("row 23c: what runs is unconfined; row 31: what starts gets the profile loaded anew")
                .isEqualTo("unconfined");
        tells(DEFAULT + " (complain) -> removed", before);
        story.await("the metric", () -> losses("vanished") == vanished + 1);
        kernel.run("kill -KILL " + pid);
    }
}
