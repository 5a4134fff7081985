package dev.apparmoradmission.wire.edit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnifiedDiffTest {

    private static final String TWENTY =
            IntStream.rangeClosed(1, 20).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());

    private static Splice behind(String line, String text) {
        int at = TWENTY.indexOf(line + "\n") + line.length();
        return new Splice(at, at, text, 0);
    }

    @Test
    void no_change_is_no_text() {
        assertThat(UnifiedDiff.of("f", TWENTY, List.of())).isEmpty();
        assertThat(UnifiedDiff.of("f", TWENTY, List.of(new Splice(3, 4, " ", 0))))
                .contains("@@");
        assertThat(UnifiedDiff.of("f", "a b\n", List.of(new Splice(1, 2, " ", 0))))
                .isEmpty();
    }

    @Test
    void changes_far_apart_are_hunks_and_near_ones_are_one_hunk() {
        List<Splice> splices =
                List.of(behind("line 2", "\nnew"), behind("line 9", "\nnew"), behind("line 19", "\nnew"));

        assertThat(UnifiedDiff.of("f", TWENTY, splices).lines().filter(line -> line.startsWith("@@")))
                .containsExactly("@@ -1,5 +1,6 @@", "@@ -7,6 +8,7 @@", "@@ -17,4 +19,5 @@");
        assertThat(UnifiedDiff.of("f", TWENTY, List.of(behind("line 2", "\nnew"), behind("line 8", "\nnew")))
                        .lines()
                        .filter(line -> line.startsWith("@@")))
                .containsExactly("@@ -1,11 +1,13 @@");
    }

    @Test
    void a_last_line_without_line_break_is_said_to_have_none() {
        assertThat(UnifiedDiff.of("f", "a\nb", List.of(new Splice(3, 3, "\nc", 0))))
                .isEqualTo("""
                --- a/f
                +++ b/f
                @@ -1,2 +1,3 @@
                 a
                -b
                \\ No newline at end of file
                +b
                +c
                \\ No newline at end of file
                """);
    }

    @Test
    void all_lines_may_go() {
        assertThat(UnifiedDiff.of("f", "a\n", List.of(new Splice(0, 2, "", 0)))).isEqualTo("""
                --- a/f
                +++ b/f
                @@ -1 +0,0 @@
                -a
                """);
    }

    @ParameterizedTest
    @CsvSource({
        "deploy/web.yaml, a/deploy/web.yaml",
        "my file.yaml, 'a/my file.yaml\t'",
        "'a\"b.yaml', '\"a/a\\\"b.yaml\"'",
        "'a\nb.yaml', '\"a/a\\012b.yaml\"'"
    })
    void names_are_written_as_git_writes_them(String path, String name) {
        assertThat(UnifiedDiff.of(path, "a\n", List.of(new Splice(0, 1, "b", 0))))
                .startsWith("--- " + name + "\n+++ " + name.replaceFirst("a/", "b/") + "\n");
    }
}
