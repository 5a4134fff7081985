package dev.apparmoradmission.e2e.node;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.kernel.AppArmorKernel;
import dev.apparmoradmission.e2e.kernel.Remote;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * From the kernel to the verdict: profiles change in a real kernel, the agent there publishes, a real API server keeps it, and
 * what the webhook says of a pod follows. One agent runs through all of it.
 */
@Tag("kernel")
@ExtendWith({RealKernel.class, RealApiServer.class})
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgentOnARealKernelTest {
    private AppArmorKernel kernel;
    private KernelStory story;
    private KernelProfiles profiles;
    private PublishedInventory inventory;

    @BeforeAll
    void begin(Stage stage, AppArmorKernel real) throws IOException {
        kernel = real;
        story = KernelStory.begin(stage, kernel, "--content-hashes");
        profiles = story.profiles();
        inventory = story.inventory();
    }

    @AfterAll
    void end() {
        profiles.clear("e2e-web", "e2e web (old)", "e2e-parent", "e2e-kill", "e2e-stub", "e2e-learn", "e2e-content");
        story.close();
    }

    private static Predicate<PublishedInventory.Version> has(String line) {
        return version -> version.profiles().contains(line);
    }

    private static PodDraft using(String profile) {
        return pod("uses-it").field(localhost(profile));
    }

    @Test
    void whatTheAgentPublishesIsWhatTheKernelHolds() {
        story.settled();
        PublishedInventory.Version version = inventory.latest().orElseThrow();

        assertThat(version.headers("apparmor")).containsExactly("enabled");
        assertThat(version.headers("boot-id"))
                .containsExactly(kernel.run("cat /proc/sys/kernel/random/boot_id")
                        .output()
                        .strip());
        assertThat(version.headers("kernel"))
                .containsExactly(kernel.run("uname -r").output().strip());
        assertThat(version.headers("problem")).isEmpty();
        assertThat(version.profiles()).contains(AgentProfile.NAME + " (enforce)");
        assertThat(version.object().getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(owner -> {
                    assertThat(owner.getKind()).isEqualTo("Node");
                    assertThat(owner.getName()).isEqualTo(KernelNode.NAME);
                    assertThat(owner.getUid()).isEqualTo(story.node().uid());
                });
    }

    @Test
    void theAgentIsConfinedByItsOwnProfileAndHasNoRightsButGroupZero() {
        Agent agent = story.agent();

        assertThat(agent.proc("attr/current")).isEqualTo(AgentProfile.NAME + " (enforce)");
        assertThat(agent.status("Uid")).isEqualTo("65532\t65532\t65532\t65532");
        assertThat(agent.status("Gid")).isEqualTo("0\t0\t0\t0");
        assertThat(agent.status("Groups")).isEmpty();
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertThat(agent.status(set)).as(set).isEqualTo("0000000000000000");
        }
        assertThat(agent.status("NoNewPrivs")).isEqualTo("1");
        assertThat(kernel.run("dmesg").output().lines())
                .as("what its profile grants is enough")
                .noneMatch(line -> line.contains("\"DENIED\"")
                        && line.contains("profile=\"" + AgentProfile.NAME + "\"")
                        && !line.contains("comm=\"sh\""));
    }

    @Test
    void nothingCanBeExecutedUnderTheAgentsProfile() {
        assertThat(kernel.run("aa-exec -p " + AgentProfile.NAME + " -- /bin/sh -c '/bin/true || echo refused' 2>&1")
                        .output())
                .contains("/bin/true: Permission denied", "refused");
    }

    @Test
    void theHashesTellThatAProfilesContentChangedWhileItsNameAndModeDidNot() {
        int before = inventory.count();
        profiles.load(KernelProfiles.text("e2e-content", "enforce"));
        story.published("its hash", before, version -> hash(version).equals(kernelsHash()));
        String first = kernelsHash();

        before = inventory.count();
        profiles.load(KernelProfiles.text("e2e-content", "enforce", "  deny /etc/shadow r,"));
        story.published("its new hash", before, version -> hash(version).equals(kernelsHash()));

        assertThat(kernelsHash()).isNotEqualTo(first);
    }

    private static String hash(PublishedInventory.Version version) {
        return version.headers("sha1").stream()
                .filter(line -> line.endsWith(" e2e-content"))
                .map(line -> line.substring(0, line.indexOf(' ')))
                .findFirst()
                .orElse("none");
    }

    private String kernelsHash() {
        return kernel.run("cat /sys/kernel/security/apparmor/policy/profiles/e2e-content.*/sha1")
                .output()
                .strip();
    }

    @Test
    void aProfileIsLoadedSwitchedToComplainAndRemovedAndEachTimeTheVerdictFollows() {
        PodDraft pod = using("e2e-web");
        story.verdict(pod, "[localhost-not-loaded]");

        int before = inventory.count();
        Remote changed = profiles.load(KernelProfiles.text("e2e-web", "enforce"));
        story.followed("loaded: allowed", before, changed, has("e2e-web (enforce)"), pod, "");

        before = inventory.count();
        changed = profiles.load(KernelProfiles.text("e2e-web", "complain"));
        assertThat(story.followed(
                                "switched to complain: denied [localhost-mode]",
                                before,
                                changed,
                                has("e2e-web (complain)"),
                                pod,
                                "[localhost-mode]")
                        .message())
                .contains("\"e2e-web\"", KernelNode.NAME, "complain");

        before = inventory.count();
        changed = profiles.load(KernelProfiles.text("e2e-web", "enforce"));
        story.followed("switched back: allowed", before, changed, has("e2e-web (enforce)"), pod, "");

        before = inventory.count();
        changed = profiles.remove("e2e-web");
        assertThat(story.followed(
                                "removed: denied [localhost-not-loaded]",
                                before,
                                changed,
                                has("e2e-web (enforce)").negate(),
                                pod,
                                "[localhost-not-loaded]")
                        .message())
                .contains("\"e2e-web\"", KernelNode.NAME);
    }

    @Test
    void namesWithSpacesAndParenthesesHatsChildrenAndEveryModeAreFollowed() {
        int before = inventory.count();
        Remote changed = profiles.load(
                KernelProfiles.text("e2e web (old)", "enforce"),
                KernelProfiles.text("e2e-parent", "enforce", "  ^\"a hat\" { file, }", "  profile child { file, }"),
                KernelProfiles.text("e2e-kill", "kill"),
                KernelProfiles.text("e2e-stub", "unconfined"));

        story.followed(
                "name with spaces and parentheses: allowed",
                before,
                changed,
                has("e2e web (old) (enforce)"),
                using("e2e web (old)"),
                "");
        story.followed(
                "a child: allowed",
                before,
                changed,
                has("e2e-parent//child (enforce)"),
                using("e2e-parent//child"),
                "");
        story.followed(
                "a hat: allowed", before, changed, has("e2e-parent//a hat (enforce)"), using("e2e-parent//a hat"), "");
        story.followed("kill mode: allowed", before, changed, has("e2e-kill (kill)"), using("e2e-kill"), "");
        story.followed(
                "unconfined mode: denied [localhost-mode]",
                before,
                changed,
                has("e2e-stub (unconfined)"),
                using("e2e-stub"),
                "[localhost-mode]");
        story.verdict(using("e2e-parent//other"), "[localhost-not-loaded]");
    }

    @Test
    void whatTheKernelLearnsInComplainModeIsNobodysProfile() {
        profiles.load(KernelProfiles.text("e2e-learn", "complain").replace("  file,\n", "  /** r,\n"));
        kernel.run("aa-exec -p e2e-learn -- /bin/sh -c '/bin/true; /bin/true'");
        assertThat(profiles.list()).as("the kernel's list").anyMatch(line -> line.startsWith("e2e-learn//null-"));

        // The kernel announces nothing when it learns; this it does, and then the agent looks.
        int before = inventory.count();
        profiles.load(KernelProfiles.text("e2e-web", "enforce"));
        PublishedInventory.Version version = story.published("the next list", before, has("e2e-web (enforce)"));

        assertThat(version.profiles()).contains("e2e-learn (complain)").noneMatch(line -> line.contains("//null-"));
        profiles.remove("e2e-web");
    }

    @Test
    void profilesOfAChildNamespaceAreFoundByLookingNowAndThen() {
        int before = inventory.count();
        profiles.load(KernelProfiles.text(":e2e-ns:inside", "enforce"));
        story.published("the namespace's profile", before, has(":e2e-ns:inside (enforce)"));

        before = inventory.count();
        Remote changed = profiles.load(KernelProfiles.text(":e2e-ns:inside", "complain"));
        story.noted(
                "in a child namespace, looked at every " + KernelStory.POLL,
                story.published("its new mode", before, has(":e2e-ns:inside (complain)")),
                changed);

        before = inventory.count();
        kernel.run("rmdir /sys/kernel/security/apparmor/policy/namespaces/e2e-ns");
        story.published(
                "the namespace's end", before, has(":e2e-ns:inside (complain)").negate());
    }
}
