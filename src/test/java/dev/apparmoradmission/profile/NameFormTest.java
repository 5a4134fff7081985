package dev.apparmoradmission.profile;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameFormTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "k8s-web",
                "my prof",
                "MongoDB Compass",
                "/usr/bin/foo",
                "web//hat",
                "a:b",
                "a&b",
                "unconfinedx",
                "Unconfined",
                "nconfined",
                "localhost",
                "name (enforce)",
                "ünïcode-prøfile",
                "runtime/default",
                "a//b"
            })
    void anOrdinaryNameStandsForItself(String name) {
        assertThat(NameForm.of(name)).isEqualTo(NameForm.PLAIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unconfined", "unconfine", "unconf", "unc", "un", "u", "unconfined ", " unconfined"})
    void everyBeginningOfUnconfinedIsReserved(String name) {
        assertThat(NameForm.of(name)).isEqualTo(NameForm.RESERVED);
        assertThat(NameForm.isReserved(name)).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "localhost/foo,LOCALHOST_PREFIX",
                "localhost/,LOCALHOST_PREFIX",
                "localhost/localhost/foo,LOCALHOST_PREFIX",
                ":ns:prof,NAMESPACED",
                "::prof,NAMESPACED",
                "a//&b,STACKED",
                "&a,STACKED",
                "@a,SPECIAL_START",
                "^a,SPECIAL_START",
                "=a,SPECIAL_START",
                " a,PADDED",
                "a ,PADDED"
            })
    void whatMeansSomethingElseToTheKernelIsNamed(String name, NameForm form) {
        assertThat(NameForm.of(name)).isEqualTo(form);
    }

    @Test
    void nothingAtAllIsEmpty() {
        assertThat(NameForm.of("")).isEqualTo(NameForm.EMPTY);
        assertThat(NameForm.isReserved("")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                '\t', '\n', 0x0b, '\f', '\r', ' ', 0x85, 0xa0, 0x1680, 0x2000, 0x2007, 0x200a, 0x2028, 0x2029, 0x202f,
                0x205f, 0x3000
            })
    void whatGoTrimsIsPadding(int space) {
        String c = Character.toString(space);

        assertThat(NameForm.isPadded(c + "a")).isTrue();
        assertThat(NameForm.isPadded("a" + c)).isTrue();
        assertThat(NameForm.isPadded("a" + c + "b")).isFalse();
    }

    /** The API server accepts these at the end of a name, although Java's {@code strip} would take the first four away. */
    @ParameterizedTest
    @ValueSource(ints = {0x1c, 0x1d, 0x1e, 0x1f, 0xfeff, 0x180e, 0x200b, 0x08, 0x0e, 0x84, 0x86})
    void whatGoDoesNotTrimIsNone(int c) {
        assertThat(NameForm.isPadded("a" + Character.toString(c))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x01, '\n', '\t', 0x1f, 0x7f, 0x80, 0x85, 0x9f})
    void aControlCharacterInsideIsNamed(int c) {
        assertThat(NameForm.of("a" + Character.toString(c) + "b")).isEqualTo(NameForm.CONTROL_CHARACTER);
    }

    @Test
    void everyFormExplainsItself() {
        for (NameForm form : NameForm.values()) {
            assertThat(form.explanation()).matches("[\\x20-\\x7e]{5,90}");
        }
    }
}
