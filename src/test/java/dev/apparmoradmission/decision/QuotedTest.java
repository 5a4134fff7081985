package dev.apparmoradmission.decision;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotedTest {

    @Test
    void ordinaryTextStaysReadable() {
        assertThat(Quoted.of("k8s-web")).isEqualTo("\"k8s-web\"");
        assertThat(Quoted.of("ünïcode-prøfile 日本")).isEqualTo("\"ünïcode-prøfile 日本\"");
        assertThat(Quoted.bare("n1")).isEqualTo("n1");
        assertThat(Quoted.of("")).isEqualTo("\"\"");
    }

    @Test
    void whatCouldBreakTheLineOrEndTheQuoteIsEscaped() {
        assertThat(Quoted.of("a\nb\r\t\"\\")).isEqualTo("\"a\\nb\\r\\t\\\"\\\\\"");
        assertThat(Quoted.of("\0\u001f\u007f\u0085")).isEqualTo("\"\\u0000\\u001f\\u007f\\u0085\"");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0xa0, 0xad, 0x200b, 0x200e, 0x202e, 0x2028, 0x2066, 0xfeff, 0xfffd, 0x2007, 0x115f, 0x1160, 0x3164,
                0xffa0, 0xe0041, 0xd800, 0x1f600
            })
    void whatCannotBeSeenIsEscaped(int c) {
        assertThat(Quoted.of("a" + new String(Character.toChars(c)) + "b")).matches("[\\x20-\\x7e]+");
    }

    @Test
    void longTextIsCutByCharactersNotByHalves() {
        assertThat(Quoted.of("x".repeat(64))).isEqualTo('"' + "x".repeat(64) + '"');
        assertThat(Quoted.of("x".repeat(65))).isEqualTo('"' + "x".repeat(64) + "...\"");
        assertThat(Quoted.bare("𝒳".repeat(65))).isEqualTo("𝒳".repeat(64) + "...");
    }

    @Test
    void whatGrowsByEscapingIsCutEarlier() {
        assertThat(Quoted.bare("\uD83D\uDE00".repeat(64)).length()).isLessThanOrEqualTo(150);
        assertThat(Quoted.bare("\uD83D\uDE00".repeat(64)))
                .startsWith("\\U0001f600")
                .endsWith("...");
    }

    @Property
    void nothingOfAnyTextEndsTheQuoteOrTheLine(@ForAll String text) {
        String quoted = Quoted.of(text);

        assertThat(quoted).startsWith("\"").endsWith("\"");
        assertThat(quoted.substring(1, quoted.length() - 1).replace("\\\\", "").replace("\\\"", ""))
                .doesNotContain("\"");
        assertThat(quoted.chars()).noneMatch(Character::isISOControl);
        assertThat(quoted.length()).isLessThanOrEqualTo(160);
    }

    @Property
    void whatEndsOrBreaksALineIsReplacedAndNothingElse(@ForAll String text) {
        String mixed = text + "a\nb\u0085c\u2028d\u2029e\u007f" + text;

        assertThat(Quoted.oneLine(mixed)).isEqualTo(mixed.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?"));
        assertThat(Quoted.oneLine("plain text, ünïcode")).isEqualTo("plain text, ünïcode");
    }
}
