package dev.apparmoradmission.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class GlobTest {

    /** All texts of three letters up to a length that tells patterns of three characters apart. */
    private static final List<String> TEXTS = texts("", 6);

    private static List<String> texts(String beginning, int more) {
        List<String> texts = new ArrayList<>(List.of(beginning));
        for (String letter : more == 0 ? List.<String>of() : List.of("a", "b", "c")) {
            texts.addAll(texts(beginning + letter, more - 1));
        }
        return texts;
    }

    @Provide
    Arbitrary<String> shortPatterns() {
        return Arbitraries.strings().withChars("ab*?").ofMaxLength(3);
    }

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

    @Property(tries = 3000)
    void what_one_covers_it_matches(@ForAll("shortPatterns") String one, @ForAll("shortPatterns") String other) {
        boolean covers = TEXTS.stream().allMatch(text -> !naive(other, text) || naive(one, text));
        boolean recognised = new Glob(one).covers(new Glob(other));
        assertThat(recognised).isIn(false, covers);
        if (!one.contains("?")) {
            assertThat(recognised).isEqualTo(covers);
        }
    }

    @Property(tries = 3000)
    void two_overlap_if_and_only_if_a_text_matches_both(
            @ForAll("shortPatterns") String one, @ForAll("shortPatterns") String other) {
        assertThat(new Glob(one).overlaps(new Glob(other)))
                .isEqualTo(TEXTS.stream().anyMatch(text -> naive(one, text) && naive(other, text)));
    }

    @Test
    void what_matches_everything_and_what_matches_one_text_are_known() {
        assertThat(List.of("*", "**")).allMatch(pattern -> new Glob(pattern).isUniversal());
        assertThat(List.of("", "?*", "a*", "a")).noneMatch(pattern -> new Glob(pattern).isUniversal());
        assertThat(List.of("a", "[a]", "")).allMatch(pattern -> new Glob(pattern).isLiteral());
        assertThat(List.of("a*", "?")).noneMatch(pattern -> new Glob(pattern).isLiteral());
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
