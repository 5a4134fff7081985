package dev.apparmoradmission.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.workload.Workload;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a kernel made of names that runc handed on unlooked-at, measured on a Debian 6.1 kernel, through a CRI-O node, whose
 * runtime does so.
 */
class KernelLookupTest {

    private static final World CRI_O = new World()
            .node(
                    "c",
                    ContainerRuntime.CRI_O,
                    List.of(),
                    "k8s-web (enforce)",
                    "learn (complain)",
                    "stub (unconfined)",
                    "killer (kill)",
                    "web (enforce)",
                    "web//hat (enforce)",
                    "my prof (enforce)");

    private static Confinement of(String name) {
        Workload pod =
                PodBuilder.pod().container("c", PodBuilder.localhost(name)).build();
        return World.review(pod, CRI_O.under(World.strict()))
                .containers()
                .get(0)
                .confinement();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "k8s-web",
                "k8s-web ",
                " k8s-web",
                "  k8s-web",
                "\tk8s-web",
                "k8s-web\n",
                "\nk8s-web",
                "::k8s-web",
                "&k8s-web"
            })
    void isAppliedAsTheProfileItself(String name) {
        assertThat(of(name).level()).isEqualTo(Level.ENFORCED);
        assertThat(of(name).profile()).isEqualTo("k8s-web");
    }

    @ParameterizedTest
    @ValueSource(strings = {"unconfined", "unconfine", "unconf", "unc", "un", "u", "unconfined ", " "})
    void isUnconfined(String name) {
        assertThat(of(name)).isEqualTo(Confinement.of(Level.UNCONFINED, Cause.RESERVED_NAME));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "K8S-WEB",
                "no-such-profile",
                "localhost/localhost/k8s-web",
                "runtime/default",
                "hat",
                "//hat",
                "web//other",
                "=k8s-web",
                ":root:k8s-web",
                ":other:k8s-web",
                "k8s-web (enforce)",
                "unconfinedx",
                "Unconfined",
                "my",
                "k8s-web\nx"
            })
    void isNotFound(String name) {
        assertThat(of(name)).isEqualTo(Confinement.of(Level.WILL_NOT_START, Cause.PROFILE_NOT_LOADED));
    }

    @Test
    void aStackRestrainsAsItsStrictestPartDoes() {
        assertThat(of("k8s-web//&web").level()).isEqualTo(Level.ENFORCED);
        assertThat(of("web//&unconfined").level()).isEqualTo(Level.ENFORCED);
        assertThat(of("stub//&k8s-web").level()).isEqualTo(Level.ENFORCED);
        assertThat(of("k8s-web//&learn").level()).isEqualTo(Level.ENFORCED);
        assertThat(of("learn//&stub").level()).isEqualTo(Level.COMPLAIN);
        assertThat(of("k8s-web//&missing").level()).isEqualTo(Level.WILL_NOT_START);
        assertThat(of("missing//&k8s-web").level()).isEqualTo(Level.WILL_NOT_START);
    }

    @Test
    void modesAreThoseOfTheList() {
        assertThat(of("learn").level()).isEqualTo(Level.COMPLAIN);
        assertThat(of("killer").level()).isEqualTo(Level.ENFORCED);
        assertThat(of("stub").isBecause(Cause.PROFILE_MODE)).isTrue();
        assertThat(of("web//hat").level()).isEqualTo(Level.ENFORCED);
        assertThat(of("my prof").level()).isEqualTo(Level.ENFORCED);
    }

    @Test
    void theRuntimeStripsOnePrefix() {
        assertThat(of("localhost/k8s-web").level()).isEqualTo(Level.ENFORCED);
        assertThat(of("localhost/unconfined")).isEqualTo(Confinement.of(Level.UNCONFINED, Cause.RESERVED_NAME));
    }

    /** Java's {@code strip} would take these away, the kernel's {@code strim} does not. */
    @ParameterizedTest
    @ValueSource(strings = {"k8s-web\u001f", "\u001ck8s-web", "k8s-web\u2003", "\u3000k8s-web"})
    void onlyWhatTheKernelTakesForSpaceIsSkipped(String name) {
        assertThat(of(name)).isEqualTo(Confinement.of(Level.WILL_NOT_START, Cause.PROFILE_NOT_LOADED));
    }

    @ParameterizedTest
    @ValueSource(ints = {4000, 4095})
    void aLongNameIsNotFound(int length) {
        assertThat(of("x".repeat(length)).level()).isEqualTo(Level.WILL_NOT_START);
    }

    /** The mutating door sees values that no one has validated. */
    @Test
    void aNameThatNoKernelTakesCostsNothing() {
        Workload pod = PodBuilder.pod()
                .container("c", PodBuilder.NOTHING)
                .beta("c", "localhost/" + "k8s-web//&".repeat(100_000))
                .build();
        Decision decision = World.create(pod, CRI_O.under(World.strict()));

        assertThat(decision.allowed()).isFalse();
        assertThat(decision.containers().get(0).confinement().level()).isEqualTo(Level.WILL_NOT_START);
    }
}
