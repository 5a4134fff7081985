package dev.apparmoradmission.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.policy.Glob;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Texts and globs keep their meaning in the other language. */
class CelTest {

    private static final Pattern MATCHES = Pattern.compile("name\\.matches\\((.*)\\)");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(u[0-9a-f]{4}|U[0-9a-f]{8}|.)");

    /** What a literal means by the language's definition. */
    private static String meaning(String literal) {
        assertThat(literal).startsWith("'").endsWith("'").matches("[ -~]*");
        String inside = literal.substring(1, literal.length() - 1);
        assertThat(ESCAPE.matcher(inside).replaceAll("")).doesNotContain("'", "\\");
        StringBuilder text = new StringBuilder();
        Matcher escape = ESCAPE.matcher(inside);
        int end = 0;
        while (escape.find()) {
            text.append(inside, end, escape.start());
            String what = escape.group(1);
            if (what.length() > 1) {
                text.appendCodePoint(Integer.parseInt(what.substring(1), 16));
            } else {
                text.append(what);
            }
            end = escape.end();
        }
        return text.append(inside.substring(end)).toString();
    }

    @Property
    void a_text_is_what_its_literal_means(@ForAll("texts") String text) {
        assertThat(meaning(Cel.text(text))).isEqualTo(text);
    }

    @Property
    void a_glob_matches_what_its_expression_matches(@ForAll("globs") List<String> globs, @ForAll("words") String word) {
        List<Glob> all = globs.stream().map(Glob::new).toList();
        boolean expected = Glob.any(all, word);
        String expression = Cel.matchesAny("name", all);
        Matcher regex = MATCHES.matcher(expression);
        if (regex.matches()) {
            // What is used of RE2 here means the same in Java; $ alone would let a line break pass.
            String pattern = meaning(regex.group(1)).replaceFirst("\\$$", "\\\\z");
            assertThat(Pattern.compile(pattern).matcher(word).find()).isEqualTo(expected);
        } else if (expression.equals("true")) {
            assertThat(expected).isTrue();
        } else {
            assertThat(expression).isEqualTo("name in " + Cel.texts(globs));
            assertThat(globs.contains(word)).isEqualTo(expected);
        }
    }

    @Test
    void no_glob_at_all_matches_nothing() {
        assertThat(Cel.matchesAny("name", List.of())).isEqualTo("name in []");
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings()
                .ofMaxLength(12)
                .filter(text -> text.codePoints().noneMatch(c -> c >= 0xd800 && c <= 0xdfff));
    }

    @Provide
    Arbitrary<String> words() {
        return Arbitraries.strings().withChars("ab.+('\\\n^-é").ofMaxLength(5);
    }

    @Provide
    Arbitrary<List<String>> globs() {
        return Arbitraries.strings()
                .withChars("ab.+('\\\n^-é**??")
                .ofMaxLength(5)
                .list()
                .ofMinSize(1)
                .ofMaxSize(3);
    }
}
