package dev.apparmoradmission.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class GlobTest {

    @Test
    void starMatchesAnyRunAndQuestionMarkOneCharacter() {
        assertThat(new Glob("*").matches("")).isTrue();
        assertThat(new Glob("k8s-*").matches("k8s-web")).isTrue();
        assertThat(new Glob("k8s-*").matches("xk8s-web")).isFalse();
        assertThat(new Glob("*-web").matches("k8s-web")).isTrue();
        assertThat(new Glob("k?s").matches("k8s")).isTrue();
        assertThat(new Glob("k?s").matches("ks")).isFalse();
        assertThat(new Glob("").matches("")).isTrue();
        assertThat(new Glob("").matches("a")).isFalse();
    }

    @Test
    void nothingElseIsSpecial() {
        assertThat(new Glob("[ab].{c}\\").matches("[ab].{c}\\")).isTrue();
        assertThat(new Glob("[ab]").matches("a")).isFalse();
        assertThat(new Glob("a.b").matches("axb")).isFalse();
        assertThat(new Glob("*").matches("a/b\nc")).isTrue();
        assertThat(new Glob("A").matches("a")).isFalse();
        assertThat(new Glob("a\0").matches("a")).isFalse();
    }

    @Property(tries = 3000)
    void agreesWithTheObviousRecursion(@ForAll("patterns") String pattern, @ForAll("texts") String text) {
        assertThat(new Glob(pattern).matches(text)).isEqualTo(naive(pattern, text));
    }

    @Test
    void aHostilePatternStaysCheap() {
        // Exponential in a backtracking matcher: this would not end.
        assertThat(new Glob("*a".repeat(200) + "b").matches("a".repeat(4000))).isFalse();
    }

    @Test
    void anyIsWhetherOneMatches() {
        assertThat(Glob.any(List.of(new Glob("x"), new Glob("y*")), "yes")).isTrue();
        assertThat(Glob.any(List.of(), "yes")).isFalse();
    }

    private static boolean naive(String pattern, String text) {
        if (pattern.isEmpty()) {
            return text.isEmpty();
        }
        String rest = pattern.substring(1);
        return switch (pattern.charAt(0)) {
            case '*' -> naive(rest, text) || !text.isEmpty() && naive(pattern, text.substring(1));
            case '?' -> !text.isEmpty() && naive(rest, text.substring(1));
            default -> text.startsWith(pattern.substring(0, 1)) && naive(rest, text.substring(1));
        };
    }

    @Provide
    Arbitrary<String> patterns() {
        return Arbitraries.strings().withChars("ab*?.").ofMaxLength(7);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings().withChars("ab.").ofMaxLength(8);
    }
}
