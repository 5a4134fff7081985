package dev.apparmoradmission.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.wire.InventoryConfigMap;
import dev.apparmoradmission.wire.InventoryPart;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.ProfileLists;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is published, read by the one who reads it. */
class InventoryTextTest {

    private static final InventoryText.Boot BOOT = new InventoryText.Boot(FakeNode.BOOT_ID, "6.8.0");
    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00.5Z");

    private static Observation.Enabled enabled(String lines) throws IOException {
        return new Observation.Enabled(
                KernelList.read(new ByteArrayInputStream(lines.getBytes(StandardCharsets.UTF_8))), Map.of());
    }

    private static InventoryPart read(InventoryText text) {
        return new InventoryReader(new ProfileLists())
                .read(new InventoryConfigMap("a", "m", "1", Map.of(), Map.of(), Map.of("n1", text.at(NOW))));
    }

    @Test
    void it_reads_back_as_it_was_observed() throws IOException {
        Observation.Enabled observed = enabled("web (enforce)\nname (enforce) (complain)\nx//hat y (kill)\n");

        InventoryText text = InventoryText.of(observed, BOOT, List.of());

        InventoryPart part = read(text);
        assertThat(part.problems()).isEmpty();
        NodeInventory inventory = part.nodes().get("n1").orElseThrow();
        assertThat(inventory.enabled()).isTrue();
        assertThat(inventory.observedAt()).contains(Instant.parse("2026-11-22T19:00:00Z"));
        assertThat(inventory.observedOn().bootId()).contains(FakeNode.BOOT_ID);
        assertThat(inventory.profiles()).isEqualTo(observed.list().profiles());
        assertThat(text.profiles()).isEqualTo(3);
    }

    @Test
    void remarks_changes_and_hashes_do_not_disturb_its_reader() throws IOException {
        Observation.Enabled observed = new Observation.Enabled(
                enabled("# boot-id: forged (enforce)\nevil\nk8s-web (enforce)\nweb (enforce)\n")
                        .list(),
                Map.of("web", new ContentHashes.Hash("sha1", "0123456789abcdef")));
        InventoryText text = InventoryText.of(
                observed, BOOT, List.of(new Weakenings.Weakening(NOW, "gone (x)", ProfileMode.KILL, Optional.empty())));

        InventoryPart part = read(text);

        assertThat(part.problems()).isEmpty();
        NodeInventory inventory = part.nodes().get("n1").orElseThrow();
        assertThat(inventory.observedOn().bootId()).contains(FakeNode.BOOT_ID);
        assertThat(inventory.profiles().modes()).containsOnlyKeys("web");
        assertThat(text.at(NOW))
                .contains(
                        "# left-out: \"# boot-id: forged (enforce)\" would be read as a header\n",
                        "# changed: 2026-11-22T19:00:00Z gone (x) (kill) -> removed\n",
                        "# sha1: 0123456789abcdef web\n");
    }

    @Test
    void without_apparmor_it_says_so() {
        NodeInventory inventory = read(InventoryText.of(new Observation.Disabled(), BOOT, List.of()))
                .nodes()
                .get("n1")
                .orElseThrow();

        assertThat(inventory.enabled()).isFalse();
    }

    @Test
    void a_list_that_cannot_be_told_names_no_profile_and_begins_like_any_other() {
        InventoryText text = InventoryText.of(new Observation.Untold("profiles is gone"), BOOT, List.of());

        assertThat(text.at(NOW))
                .startsWith("# apparmor: enabled\n# observed-at: ")
                .contains("# problem: profiles is gone\n");
        assertThat(text.at(NOW).lines()).allMatch(line -> line.startsWith("# "));
        assertThat(text.problem()).isEqualTo("profiles is gone");
    }

    @Test
    void for_a_long_list_what_is_beyond_the_contract_gives_way_first() throws IOException {
        StringBuilder lines = new StringBuilder();
        Map<String, ContentHashes.Hash> hashes = new HashMap<>();
        for (int i = 0; lines.length() < KernelList.KEPT - 200; i++) {
            String name = "profile-" + i + "-" + "x".repeat(80);
            lines.append(name).append(" (enforce)\n");
            hashes.put(name, new ContentHashes.Hash("sha1", "0".repeat(40)));
        }
        Observation.Enabled observed =
                new Observation.Enabled(enabled(lines.toString()).list(), hashes);

        InventoryText text = InventoryText.of(observed, BOOT, List.of());

        assertThat(observed.list().isTooLong()).isFalse();
        assertThat(text.problem()).isEmpty();
        assertThat(text.remarks()).containsExactly("changes and content hashes are left out, for the list is long");
        assertThat(read(text).nodes().get("n1").orElseThrow().profiles())
                .isEqualTo(observed.list().profiles());
        assertThat(text.at(NOW).getBytes(StandardCharsets.UTF_8).length).isLessThan(1024 * 1024);
    }
}
