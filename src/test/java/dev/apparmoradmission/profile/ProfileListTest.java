package dev.apparmoradmission.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The lines are those that kernels 6.1 and 6.12 printed. */
class ProfileListTest {

    @Test
    void readsEveryLineOfKernel61() {
        ProfileList.Parsed parsed = ProfileList.parse(List.of(
                "cri-containerd.apparmor.d (enforce)",
                "ünïcode-prøfile (enforce)",
                "sample*-linux-gnu*glob-{a,b}* (enforce)",
                "sample-unconfined (unconfined)",
                "sample-kill (kill)",
                "name with spaces (enforce)",
                "name (enforce) (complain)",
                "/usr/sbin/sample-daemon (enforce)",
                "/usr/sbin/sample-daemon//helper (enforce)",
                "/usr/sbin/sample-daemon//hat with space (enforce)",
                "/usr/sbin/sample-daemon//HAT_request (enforce)",
                "sample-complain (complain)",
                "sample-enforce (enforce)"));

        assertThat(parsed.unreadable()).isEmpty();
        assertThat(parsed.profiles().modes())
                .isEqualTo(Map.ofEntries(
                        Map.entry("cri-containerd.apparmor.d", ProfileMode.ENFORCE),
                        Map.entry("ünïcode-prøfile", ProfileMode.ENFORCE),
                        Map.entry("sample*-linux-gnu*glob-{a,b}*", ProfileMode.ENFORCE),
                        Map.entry("sample-unconfined", ProfileMode.UNCONFINED),
                        Map.entry("sample-kill", ProfileMode.KILL),
                        Map.entry("name with spaces", ProfileMode.ENFORCE),
                        Map.entry("name (enforce)", ProfileMode.COMPLAIN),
                        Map.entry("/usr/sbin/sample-daemon", ProfileMode.ENFORCE),
                        Map.entry("/usr/sbin/sample-daemon//helper", ProfileMode.ENFORCE),
                        Map.entry("/usr/sbin/sample-daemon//hat with space", ProfileMode.ENFORCE),
                        Map.entry("/usr/sbin/sample-daemon//HAT_request", ProfileMode.ENFORCE),
                        Map.entry("sample-complain", ProfileMode.COMPLAIN),
                        Map.entry("sample-enforce", ProfileMode.ENFORCE)));
    }

    @Test
    void leavesOutLearningArtefactsOfComplainModeAndKeepsNamespacedNames() {
        ProfileList.Parsed parsed = ProfileList.parse(List.of(
                "sample-complain (complain)",
                "sample-complain//null-/usr/bin/cat (complain)",
                "sample-complain//null-/usr/bin/true (complain)",
                ":other-ns:sample-complain (complain)",
                ":sample-ns:in-namespace (complain)",
                ":sample-ns://older-kernel (enforce)"));

        assertThat(parsed.unreadable()).isEmpty();
        assertThat(parsed.profiles().modes().keySet())
                .containsExactlyInAnyOrder(
                        "sample-complain",
                        ":other-ns:sample-complain",
                        ":sample-ns:in-namespace",
                        ":sample-ns://older-kernel");
    }

    @Test
    void takesAModeItDoesNotKnowForOneThatRestrainsNothing() {
        ProfileList profiles = ProfileList.parse(
                        List.of("a (prompt)", "b (user)", "c (mixed)", "d (Enforce)", "e ()", "f (enforce )"))
                .profiles();

        assertThat(profiles.mode("a")).contains(ProfileMode.PROMPT);
        assertThat(profiles.mode("b")).contains(ProfileMode.USER);
        assertThat(List.of("c", "d", "e", "f"))
                .allSatisfy(name -> assertThat(profiles.mode(name)).contains(ProfileMode.UNKNOWN));
        assertThat(profiles.modes().values()).noneMatch(ProfileMode::restrains);
    }

    @Test
    void reportsWhatItCannotReadAndKeepsTheRest() {
        ProfileList.Parsed parsed = ProfileList.parse(List.of(
                "good (enforce)", "no mode", "open (enforce", " (enforce)", "(enforce)", "trailing (enforce) "));

        assertThat(parsed.profiles().modes()).containsOnlyKeys("good");
        assertThat(parsed.unreadable())
                .containsExactly("no mode", "open (enforce", " (enforce)", "(enforce)", "trailing (enforce) ");
    }

    @Test
    void passesOverEmptyLinesAndCarriageReturns() {
        ProfileList.Parsed parsed = ProfileList.parse(List.of("", "a (enforce)\r", "\r"));

        assertThat(parsed.profiles().modes()).isEqualTo(Map.of("a", ProfileMode.ENFORCE));
        assertThat(parsed.unreadable()).isEmpty();
    }

    @Test
    void refusesANameLongerThanTheApiAllows() {
        String longest = "x".repeat(4095);
        ProfileList.Parsed parsed = ProfileList.parse(List.of(longest + " (enforce)", longest + "x (enforce)"));

        assertThat(parsed.profiles().modes()).containsOnlyKeys(longest);
        assertThat(parsed.unreadable()).containsExactly(longest + "x (enforce)");
    }

    @Test
    void keepsTheWeakestModeOfANameListedTwiceInWhateverOrder() {
        List<String> lines = List.of("a (enforce)", "a (complain)", "a (unconfined)");

        assertThat(ProfileList.parse(lines).profiles().mode("a")).contains(ProfileMode.UNCONFINED);
        assertThat(ProfileList.parse(List.of(lines.get(2), lines.get(1), lines.get(0)))
                        .profiles()
                        .mode("a"))
                .contains(ProfileMode.UNCONFINED);
        assertThat(ProfileList.parse(List.of(lines.get(1), lines.get(0)))
                        .profiles()
                        .mode("a"))
                .contains(ProfileMode.COMPLAIN);
        assertThat(ProfileList.parse(List.of(lines.get(0), lines.get(1)))
                        .profiles()
                        .mode("a"))
                .contains(ProfileMode.COMPLAIN);
    }

    @Test
    void isEqualToAnotherListOfTheSameProfiles() {
        ProfileList one = ProfileList.parse(List.of("a (enforce)", "b (kill)")).profiles();
        ProfileList other =
                ProfileList.parse(List.of("b (kill)", "a (enforce)")).profiles();
        ProfileList weaker =
                ProfileList.parse(List.of("b (kill)", "a (complain)")).profiles();

        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other).isNotEqualTo(weaker);
        assertThat(ProfileList.parse(List.of()).profiles()).isSameAs(ProfileList.EMPTY);
    }
}
