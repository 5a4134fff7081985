package dev.apparmoradmission.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the node's files say, and what they do not. */
class KernelFilesTest {

    @TempDir
    Path directory;

    private FakeNode node;

    @BeforeEach
    void begin() throws Exception {
        node = new FakeNode(directory);
    }

    @AfterEach
    void end() throws IOException {
        node.close();
    }

    private Observation seen() {
        return node.kernel().observe(true);
    }

    @Test
    void an_unchanged_list_is_not_read_into_memory_again() throws IOException {
        KernelFiles kernel = node.kernel();
        Observation first = kernel.observe(true);

        assertThat(kernel.observe(false)).isSameAs(first);
        node.profiles("k8s-nginx (complain)");
        assertThat(kernel.observe(false))
                .isInstanceOfSatisfying(
                        Observation.Enabled.class,
                        enabled -> assertThat(enabled.list().lines()).containsExactly("k8s-nginx (complain)"));
    }

    @Test
    void an_empty_list_is_a_list() throws IOException {
        node.profiles();

        assertThat(seen())
                .isInstanceOfSatisfying(
                        Observation.Enabled.class,
                        enabled -> assertThat(enabled.list().lines()).isEmpty());
    }

    @Test
    void apparmor_is_off_where_the_kernel_says_so_or_has_none() throws IOException {
        Files.writeString(node.parameters().resolve("enabled"), "N\n");
        assertThat(seen()).isEqualTo(new Observation.Disabled());

        Files.delete(node.parameters().resolve("enabled"));
        Files.delete(node.securityfs().resolve("apparmor/profiles"));
        Files.delete(node.securityfs().resolve("apparmor/revision"));
        Files.delete(node.securityfs().resolve("apparmor"));
        assertThat(seen()).isEqualTo(new Observation.Disabled());
    }

    @Test
    void a_list_that_can_be_read_counts_though_nobody_says_that_apparmor_is_on() throws IOException {
        Files.delete(node.parameters().resolve("enabled"));

        assertThat(seen()).isInstanceOf(Observation.Enabled.class);
    }

    @Test
    void a_list_that_is_missing_or_unreadable_is_a_problem_and_not_an_empty_list() throws IOException {
        Files.delete(node.list());
        assertProblem("profiles is not there though AppArmor is on: is securityfs mounted");

        // Also where nothing says whether AppArmor is on: its directory is there.
        Path enabled = node.parameters().resolve("enabled");
        Files.delete(enabled);
        assertProblem("is not there though AppArmor is on");

        Files.createDirectory(node.list());
        assertProblem("profiles cannot be read: ");

        Files.createDirectory(enabled);
        assertProblem("profiles cannot be read: ");
    }

    @Test
    void a_list_that_no_configmap_holds_is_told_by_its_size_and_never_cut() throws IOException {
        StringBuilder lines = new StringBuilder();
        int count = 0;
        while (lines.length() <= KernelList.KEPT) {
            lines.append("profile-").append(count++).append("x".repeat(80)).append(" (enforce)\n");
        }
        Files.writeString(node.list(), lines + "profile-0//null-/usr/bin/cat (complain)\n");

        assertProblem("the list is " + lines.length() + " bytes in " + count
                + " profiles, more than a ConfigMap can hold: unload profiles that nothing uses");
    }

    @Test
    void a_list_beyond_all_measure_is_a_problem() throws IOException {
        Files.write(node.list(), new byte[KernelList.LONGEST + 1]);

        assertProblem("the list has more than 16777216 bytes");
    }

    private void assertProblem(String part) {
        assertThat(seen())
                .isInstanceOfSatisfying(
                        Observation.Untold.class,
                        untold -> assertThat(untold.reason()).contains(part).doesNotContain("\n"));
    }

    @Test
    void content_hashes_are_found_under_children_and_namespaces() throws IOException {
        node.profiles(
                "web (enforce)", "web//hat (enforce)", "my prof (enforce)", ":ns:web (complain)", "old (enforce)");
        Path policy = node.securityfs().resolve("apparmor/policy");
        profile(policy.resolve("profiles/web.1"), "web", "sha1", "aaaaaaaaaa");
        profile(policy.resolve("profiles/web.1/profiles/hat.2"), "hat", "sha1", "bbbbbbbbbb");
        profile(policy.resolve("profiles/my_prof.3"), "my prof", "sha256", "cccccccccc");
        profile(policy.resolve("profiles/old.4"), "old", "sha1", "not a hash");
        profile(policy.resolve("profiles/gone.5"), "gone", "sha1", "dddddddddd");
        profile(policy.resolve("namespaces/ns/profiles/web.6"), "web", "sha1", "eeeeeeeeee");
        KernelFiles kernel = new KernelFiles(node.securityfs(), node.parameters(), true);

        Observation observation = kernel.observe(true);

        assertThat(observation)
                .isInstanceOfSatisfying(
                        Observation.Enabled.class,
                        enabled -> assertThat(enabled.hashes())
                                .containsExactlyInAnyOrderEntriesOf(Map.of(
                                        "web", new ContentHashes.Hash("sha1", "aaaaaaaaaa"),
                                        "web//hat", new ContentHashes.Hash("sha1", "bbbbbbbbbb"),
                                        "my prof", new ContentHashes.Hash("sha256", "cccccccccc"),
                                        ":ns:web", new ContentHashes.Hash("sha1", "eeeeeeeeee"))));

        // A profile replaced by one of the same name and mode: the list is the same, the content is not.
        Files.writeString(policy.resolve("profiles/web.1/sha1"), "ffffffffff\n");
        assertThat(kernel.observe(false)).isEqualTo(observation);
        InventoryText text = InventoryText.of(kernel.observe(true), new InventoryText.Boot("b", "k"), List.of());
        assertThat(text.body()).contains("# sha1: ffffffffff web\n", "# sha256: cccccccccc my prof\n");
    }

    private static void profile(Path directory, String name, String algorithm, String hash) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("name"), name + "\n");
        Files.writeString(directory.resolve(algorithm), hash + "\n");
    }
}
