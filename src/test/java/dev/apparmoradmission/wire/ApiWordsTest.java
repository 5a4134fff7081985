package dev.apparmoradmission.wire;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class ApiWordsTest {

    private final ApiWords words = new ApiWords();

    /** Words, their beginnings and ends, and others of the same length between the same characters. */
    @Property
    void whatever_the_characters_are_the_text_is_theirs(@ForAll("texts") String text) {
        char[] characters = ("<" + text + ">").toCharArray();

        assertThat(words.of(characters, 1, text.length())).isEqualTo(text);
    }

    @Provide
    Arbitrary<String> texts() {
        Arbitrary<String> known =
                Arbitraries.of("Pod", "pods", "v1", "apps/v1", "CREATE", "system:nodes", "RuntimeDefault");
        Arbitrary<String> near = known.flatMap(word -> Arbitraries.chars()
                .alpha()
                .map(other -> word.charAt(0)
                        + String.valueOf(other).repeat(word.length() - 2)
                        + word.substring(word.length() - 1)));
        Arbitrary<String> parts = known.flatMap(
                word -> Arbitraries.integers().between(0, word.length()).map(word::substring));
        return Arbitraries.oneOf(known, near, parts, Arbitraries.strings().ofMaxLength(40));
    }

    @Example
    void a_word_of_the_api_is_the_same_string_each_time() {
        char[] text = "apiVersion: v1, kind: Pod".toCharArray();

        assertThat(words.of(text, 12, 2)).isSameAs(words.of(text, 12, 2)).isEqualTo("v1");
        assertThat(words.of(text, 22, 3)).isSameAs(words.of(text, 22, 3)).isEqualTo("Pod");
    }
}
