package dev.apparmoradmission.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.cluster.NodeLoss.Change;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.NodeIdentity;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileLossesTest {

    private static final Instant AT = Instant.parse("2026-11-22T19:00:00Z");
    private static final Map<String, ProfileMode> BOTH =
            Map.of("k8s-web", ProfileMode.ENFORCE, "k8s-db", ProfileMode.ENFORCE);

    private final ProfileLosses losses = new ProfileLosses();

    @Test
    void the_first_list_of_a_node_loses_nothing() {
        assertThat(losses.since(List.of(node("n1", "uid", "boot", BOTH)))).isEmpty();
        assertThat(losses.since(List.of(node("n1", "uid", "boot", BOTH)))).isEmpty();
    }

    @Test
    void a_profile_that_is_gone_has_vanished_and_is_told_once() {
        losses.since(List.of(node("n1", "uid", "boot", BOTH)));

        List<NodeLoss> lost = losses.since(List.of(node("n1", "uid", "boot", Map.of("k8s-web", ProfileMode.ENFORCE))));

        assertThat(lost).hasSize(1);
        assertThat(lost.get(0).count(Change.VANISHED)).isEqualTo(1);
        assertThat(lost.get(0).count(Change.WEAKENED)).isZero();
        assertThat(lost.get(0).describe())
                .isEqualTo("node \"n1\", observed at 2026-11-22T19:00:00Z: \"k8s-db\" (enforce) is gone");
        assertThat(losses.since(List.of(node("n1", "uid", "boot", Map.of("k8s-web", ProfileMode.ENFORCE)))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "ENFORCE, COMPLAIN, true",
        "KILL, COMPLAIN, true",
        "ENFORCE, UNCONFINED, true",
        "COMPLAIN, UNCONFINED, true",
        "ENFORCE, UNKNOWN, true",
        "KILL, ENFORCE, false",
        "ENFORCE, KILL, false",
        "COMPLAIN, ENFORCE, false",
        "UNCONFINED, COMPLAIN, false",
    })
    void a_mode_that_restrains_less_is_a_weakening(ProfileMode before, ProfileMode after, boolean weaker) {
        List<NodeLoss.Profile> lost = ProfileLosses.between(
                ProfileList.of(Map.of("k8s-web", before)), ProfileList.of(Map.of("k8s-web", after)));

        assertThat(lost).hasSize(weaker ? 1 : 0);
        assertThat(lost).allMatch(profile -> profile.change() == Change.WEAKENED);
    }

    @Test
    void a_node_that_leaves_or_comes_anew_under_its_name_has_lost_nothing() {
        losses.since(List.of(node("n1", "uid", "boot", BOTH)));
        assertThat(losses.since(List.of())).isEmpty();
        assertThat(losses.since(List.of(node("n1", "uid", "boot", Map.of())))).isEmpty();

        losses.since(List.of(node("n2", "one", "boot", BOTH)));
        assertThat(losses.since(List.of(node("n2", "two", "boot", Map.of())))).isEmpty();
    }

    @Test
    void a_reboot_is_no_loss_but_what_is_missing_afterwards_is() {
        losses.since(List.of(node("n1", "uid", "boot-1", BOTH)));

        Member rebooted = member("n1", "uid", "boot-2", Optional.of(inventory("boot-1", true, BOTH)));
        assertThat(losses.since(List.of(rebooted))).isEmpty();
        List<NodeLoss> lost =
                losses.since(List.of(node("n1", "uid", "boot-2", Map.of("k8s-web", ProfileMode.ENFORCE))));

        assertThat(lost)
                .singleElement()
                .satisfies(loss -> assertThat(loss.count(Change.VANISHED)).isEqualTo(1));
    }

    @Test
    void an_inventory_that_goes_and_comes_back_is_compared_with_the_last_one() {
        losses.since(List.of(node("n1", "uid", "boot", BOTH)));

        assertThat(losses.since(List.of(member("n1", "uid", "boot", Optional.empty()))))
                .isEmpty();
        assertThat(losses.since(List.of(node("n1", "uid", "boot", Map.of("k8s-db", ProfileMode.COMPLAIN)))))
                .singleElement()
                .satisfies(loss -> assertThat(loss.profiles()).hasSize(2));
    }

    @Test
    void a_node_where_apparmor_went_off_has_lost_all() {
        losses.since(List.of(node("n1", "uid", "boot-1", BOTH)));

        List<NodeLoss> lost =
                losses.since(List.of(member("n1", "uid", "boot-2", Optional.of(inventory("boot-2", false, Map.of())))));

        assertThat(lost)
                .singleElement()
                .satisfies(loss -> assertThat(loss.count(Change.VANISHED)).isEqualTo(2));
    }

    @Test
    void one_line_names_five_profiles_and_counts_the_others_and_lets_no_name_break_it() {
        Map<String, ProfileMode> many = new HashMap<>();
        IntStream.range(0, 8).forEach(i -> many.put("p" + i + "\n", ProfileMode.ENFORCE));
        losses.since(List.of(node("n1", "uid", "boot", many)));

        String line = losses.since(List.of(node("n1", "uid", "boot", Map.of())))
                .get(0)
                .describe();

        assertThat(line).contains("\"p0\\n\" (enforce) is gone", "\"p4\\n\"", "and 3 more");
        assertThat(line).doesNotContain("p5", "\n");
    }

    @Test
    void of_five_thousand_nodes_those_that_lost_something_are_told_in_order() {
        List<Member> all = new ArrayList<>();
        IntStream.range(0, 5000).forEach(i -> all.add(node("n%04d".formatted(4999 - i), "uid" + i, "boot", BOTH)));
        losses.since(all);
        long begin = System.nanoTime();
        losses.since(all);
        System.out.printf("5,000 nodes unchanged: compared in %.1f ms%n", (System.nanoTime() - begin) / 1e6);
        all.set(7, node("n4992", "uid7", "boot", Map.of()));
        all.set(4000, node("n0999", "uid4000", "boot", Map.of()));

        assertThat(losses.since(all)).extracting(NodeLoss::node).containsExactly("n0999", "n4992");
    }

    private static Member node(String name, String uid, String boot, Map<String, ProfileMode> profiles) {
        return member(name, uid, boot, Optional.of(inventory(boot, true, profiles)));
    }

    private static Member member(String name, String uid, String boot, Optional<NodeInventory> inventory) {
        NodeIdentity identity = new NodeIdentity(Optional.of(uid), Optional.of(boot));
        return new Member(new Node(name, Map.of(), List.of(), ContainerRuntime.CONTAINERD, identity), inventory);
    }

    private static NodeInventory inventory(String boot, boolean enabled, Map<String, ProfileMode> profiles) {
        return new NodeInventory(
                enabled,
                Optional.of(AT),
                new NodeIdentity(Optional.empty(), Optional.of(boot)),
                ProfileList.of(profiles));
    }
}
