package dev.apparmoradmission.workload;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.BetaAnnotation.Fate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BetaAnnotationTest {

    @Test
    void theThreeKnownFormsAreSynced() {
        assertThat(BetaAnnotation.fate("runtime/default")).isEqualTo(Fate.SYNCED);
        assertThat(BetaAnnotation.fate("unconfined")).isEqualTo(Fate.SYNCED);
        assertThat(BetaAnnotation.fate("localhost/k8s-web")).isEqualTo(Fate.SYNCED);
        assertThat(BetaAnnotation.fate("localhost/localhost/k8s-web")).isEqualTo(Fate.SYNCED);
        assertThat(BetaAnnotation.fate("localhost/a\nb")).isEqualTo(Fate.SYNCED);
        assertThat(BetaAnnotation.fate("localhost/a\u001f")).isEqualTo(Fate.SYNCED);
    }

    @Test
    void theEmptyStringIsItsOwnCase() {
        assertThat(BetaAnnotation.fate("")).isEqualTo(Fate.EMPTY);
        assertThat(BetaAnnotation.profile("")).isEqualTo(Profile.Undeclared.SHARED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost/", "localhost/ x", "localhost/x ", "localhost/\u00a0x", "localhost/x\u2007"})
    void whatTheApiServerDoesNotCopyTheKubeletStillObeys(String value) {
        assertThat(BetaAnnotation.fate(value)).isEqualTo(Fate.UNSYNCED);
        assertThat(BetaAnnotation.profile(value)).isEqualTo(new Profile.Localhost(value.substring(10)));
    }

    @Test
    void theLengthOfANameIsCountedInBytes() {
        assertThat(BetaAnnotation.fate("localhost/" + "x".repeat(4095))).isEqualTo(Fate.SYNCED);
        assertThat(BetaAnnotation.fate("localhost/" + "x".repeat(4096))).isEqualTo(Fate.UNSYNCED);
        assertThat(BetaAnnotation.fate("localhost/" + "é".repeat(2047))).isEqualTo(Fate.SYNCED);
        assertThat(BetaAnnotation.fate("localhost/" + "é".repeat(2048))).isEqualTo(Fate.UNSYNCED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "runtime/custom",
                "Unconfined",
                "RuntimeDefault",
                "runtime/default ",
                " ",
                "localhost",
                "Localhost/x"
            })
    void anythingElseIsRefused(String value) {
        assertThat(BetaAnnotation.fate(value)).isEqualTo(Fate.REFUSED);
        assertThat(BetaAnnotation.profile(value)).isEqualTo(Profile.Undeclared.SHARED);
    }

    @Test
    void knownValuesTranslateAsTheKubeletReadsThem() {
        assertThat(BetaAnnotation.profile("runtime/default")).isEqualTo(Profile.RuntimeDefault.SHARED);
        assertThat(BetaAnnotation.profile("unconfined")).isEqualTo(Profile.Unconfined.SHARED);
        assertThat(BetaAnnotation.profile("localhost/localhost/a")).isEqualTo(new Profile.Localhost("localhost/a"));
    }
}
