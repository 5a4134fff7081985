package dev.apparmoradmission.e2e.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.kernel.AppArmorKernel;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Profiles that change all the time. */
@ExtendWith({RealKernel.class, RealApiServer.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChurnTest {
    private static final int KIB_PER_MIB = 1024;
    /** The bound that the agent is built for. */
    private static final int MOST_RESIDENT = 64 * KIB_PER_MIB;

    private KernelStory story;
    private Path directory;

    @BeforeAll
    void begin(Stage stage, AppArmorKernel kernel) throws IOException {
        story = KernelStory.begin(stage, kernel);
        directory = stage.directory();
    }

    @AfterAll
    void end() {
        story.profiles().clear(Churn.names());
        story.close();
    }

    @Test
    @Tag("kernel")
    void noLastingStateIsMissedInAHundredQuickChanges() throws InterruptedException {
        Churn churn = new Churn(story);

        churn.run(100, Duration.ofSeconds(20), 4);

        System.out.println(churn.table().indent(2));
        assertThat(churn.states()).isEqualTo(11);
        assertThat(churn.samples())
                .allSatisfy(sample -> assertThat(sample.resident()).isLessThanOrEqualTo(MOST_RESIDENT));
    }

    @Test
    @Tag("soak")
    void memoryStaysFlatAndNoLastingStateIsMissedInAThousandChangesWithinTenMinutes()
            throws InterruptedException, IOException {
        Churn churn = new Churn(story);

        churn.run(1000, Duration.ofMinutes(10), 10);

        Files.writeString(directory.resolve("bench").resolve("results").resolve("agent-soak.md"), """
                # The agent under 1,000 changes of profiles in ten minutes

                `e2e/kernel/run soak`, %s: kernel %s%s, the agent on its image's runtime, confined by its own profile, user 65532,
                group 0, no capability. Ten profiles are loaded, switched and removed at random; every ten changes the run waits
                until the published list is the kernel's.

                %s""".formatted(
                        LocalDate.now(java.time.ZoneOffset.UTC),
                        story.kernel().run("uname -r").output().strip(),
                        emulated() ? " on an emulated processor, some 25 times slower than a real one" : "",
                        churn.table()));
        System.out.println(churn.table().indent(2));
        assertThat(churn.states()).isEqualTo(101);
        assertThat(churn.samples())
                .allSatisfy(sample -> assertThat(sample.resident()).isLessThanOrEqualTo(MOST_RESIDENT));
        long warm = churn.samples().get(2).resident();
        long last = churn.samples().get(churn.samples().size() - 1).resident();
        assertThat(last).as("flat, from the second minute on").isLessThanOrEqualTo(warm + 2 * KIB_PER_MIB);
    }

    private boolean emulated() {
        return story.kernel().run("cat /proc/cpuinfo").output().contains("QEMU");
    }
}
