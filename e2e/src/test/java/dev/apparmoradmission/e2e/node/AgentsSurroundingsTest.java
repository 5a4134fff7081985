package dev.apparmoradmission.e2e.node;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.kernel.AppArmorKernel;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of the agent's word when the agent is stopped, when it may not look, and when nobody listens. */
@Tag("kernel")
@ExtendWith({RealKernel.class, RealApiServer.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgentsSurroundingsTest {
    private static final String DEFAULT = "cri-containerd.apparmor.d";

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
        profiles.clear("e2e-missed", "e2e-outage", DEFAULT);
        story.close();
    }

    @Test
    void whatHappensInAnOutageOfTheApiServerIsWrittenOnceWhenItIsBack() throws InterruptedException {
        int written = story.inventory().count();

        kernel.reachable(false);
        for (String mode : new String[] {"complain", "enforce", "complain", "enforce"}) {
            profiles.load(KernelProfiles.text("e2e-outage", mode));
            TimeUnit.MILLISECONDS.sleep(1500);
        }
        assertThat(story.inventory().count()).as("nothing gets through").isEqualTo(written);
        kernel.reachable(true);

        story.published("the state after it", written, it -> it.profiles().contains("e2e-outage (enforce)"));
        story.settled();
        assertThat(story.inventory().count()).as("written once").isEqualTo(written + 1);
        story.verdict(pod("after-it").field(localhost("e2e-outage")), "");
    }

    @Test
    void itEndsOnSigtermAndTheNextOneTellsWhatWasMissed() {
        int written = story.inventory().count();

        assertThat(story.agent().end("TERM")).isEqualTo(143);
        assertThat(story.agent().log()).contains("ended");
        profiles.load(KernelProfiles.text("e2e-missed", "enforce"));
        assertThat(story.inventory().count()).isEqualTo(written);

        story.agent(story.node().agent(AgentProfile.NAME));

        story.published("the missed profile", written, it -> it.profiles().contains("e2e-missed (enforce)"));
        story.verdict(pod("missed").field(localhost("e2e-missed")), "");
    }

    @Test
    void underTheRuntimesDefaultProfileItMayNotLookAndTheNodeCountsAsUnknown() {
        profiles.load("""
                profile cri-containerd.apparmor.d flags=(attach_disconnected,mediate_deleted) {
                  file,
                  network,
                  signal,
                  ptrace,
                  deny /sys/kernel/security/** rwklx,
                }
                """);
        int written = story.inventory().count();

        story.agent(story.node().agent(DEFAULT));

        PublishedInventory.Version version = story.published(
                "a problem", written, it -> !it.headers("problem").isEmpty());
        assertThat(story.agent().proc("attr/current")).isEqualTo(DEFAULT + " (enforce)");
        assertThat(version.profiles())
                .as("no list that would look like an empty kernel")
                .isEmpty();
        assertThat(version.headers("problem")).singleElement().asString().contains("profiles");
        System.out.println("  # problem: " + version.headers("problem").get(0));
        assertThat(story.verdict(pod("unknown").field(localhost("e2e-missed")), "[inventory-unknown]")
                        .message())
                .contains(KernelNode.NAME);

        story.agent(story.node().agent(AgentProfile.NAME));
        story.settled();
    }
}
