package dev.apparmoradmission.fix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.check.CheckRun;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.command.CommandRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FixCommandTest {

    private static final Path CASES = Path.of("src/test/resources/fix");

    private static final String OPEN = """
            apiVersion: v1
            kind: Pod
            metadata: {name: open}
            spec:
              containers:
              - name: app # the only one
            """;

    private static final String MENDED = OPEN + """
              securityContext:
                appArmorProfile:
                  type: RuntimeDefault
            """;

    @TempDir
    Path directory;

    private Path write(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private static List<String> arguments(Object... words) {
        List<String> arguments = new ArrayList<>(List.of(
                "--policy",
                CASES.resolve("policy.yaml").toString(),
                "--inventory",
                CASES.resolve("inventory.yaml").toString()));
        for (Object word : words) {
            arguments.add(word.toString());
        }
        return arguments;
    }

    private static CommandRun fix(Object... words) {
        return FixRun.of(arguments(words));
    }

    // ---- what it prints, and what it changes

    @Test
    void without_being_told_to_it_changes_no_file_and_prints_a_patch() throws Exception {
        Path file = write("pod.yaml", OPEN);

        CommandRun run = fix(file);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).isEqualTo("1 file to change.\n");
        String name = file.getRoot().relativize(file).toString();
        assertThat(run.out()).isEqualTo("""
                --- a/%1$s
                +++ b/%1$s
                @@ -4,3 +4,6 @@
                 spec:
                   containers:
                   - name: app # the only one
                +  securityContext:
                +    appArmorProfile:
                +      type: RuntimeDefault
                """.formatted(name));
        assertThat(Files.readString(file)).isEqualTo(OPEN);
    }

    @Test
    void told_to_it_changes_the_file_and_says_what_it_did() throws Exception {
        Path file = write("pod.yaml", OPEN);

        CommandRun run = fix("--write", file);

        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .isEqualTo(
                        file + ":5: Pod default/open, pod (spec.securityContext): given the default RuntimeDefault\n");
        assertThat(Files.readString(file)).isEqualTo(MENDED);
    }

    @Test
    void where_there_is_nothing_to_mend_it_says_nothing() throws Exception {
        Path file = write("pod.yaml", MENDED);

        for (CommandRun run : List.of(fix(file), fix("--write", file))) {
            assertThat(run).isEqualTo(new CommandRun(0, "", ""));
        }
    }

    @Test
    void standard_input_is_printed_mended_with_all_that_it_cannot_read() {
        String template = "---\na: {{ b }}\n";

        assertThat(FixRun.fed(OPEN, arguments("-"))).isEqualTo(new CommandRun(0, MENDED, ""));
        CommandRun half = FixRun.fed(OPEN + template, arguments("-"));
        assertThat(half.out()).isEqualTo(MENDED + template);
        assertThat(half.code()).isEqualTo(2);
        assertThat(half.err()).startsWith("-:8:").hasLineCount(1);
        CommandRun diff = FixRun.fed(OPEN, arguments("--diff", "-"));
        assertThat(diff.code()).isEqualTo(1);
        assertThat(diff.out()).startsWith("--- a/stdin\n+++ b/stdin\n@@ ");
    }

    @Test
    void files_of_a_directory_are_mended_but_for_those_left_out() throws Exception {
        Path one = write("apps/one.yaml", OPEN);
        Path two = write("apps/vendor/two.yaml", OPEN);
        Path broken = write("apps/chart.yaml", "a: {{ .Values.b }}\n");

        CommandRun run = fix("--write", "--exclude", "vendor", directory.resolve("apps"));

        assertThat(Files.readString(one)).isEqualTo(MENDED);
        assertThat(Files.readString(two)).isEqualTo(OPEN);
        assertThat(run.err()).startsWith(broken + ":1:").hasLineCount(1);
        assertThat(run.code()).isEqualTo(2);
        assertThat(Files.readString(broken)).isEqualTo("a: {{ .Values.b }}\n");
    }

    @ParameterizedTest
    @CsvSource({
        "'--write,--diff,x.yaml', --write and --diff do not go together",
        "'-,x.yaml', - goes alone: what is mended of it is printed as a whole",
        "'--write,-', --write needs files; what comes from standard input is printed",
        "'', Give the files or directories to mend",
        "'--renmae,x.yaml', Unknown option"
    })
    void bad_usage_is_told_in_a_line_with_the_way_out(String arguments, String line) {
        CommandRun run = FixRun.of(
                Stream.of(arguments.split(",")).filter(word -> !word.isEmpty()).toList());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("fix: ").contains(line).endsWith("fix --help tells the options.\n");
    }

    @Test
    void its_usage_names_every_option_and_exit_code() {
        CommandRun run = FixRun.of("--help");

        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains(
                        "--write",
                        "--diff",
                        "--rename-profiles",
                        "--exclude",
                        "--policy",
                        "--inventory",
                        "Exit codes: 0");
    }

    // ---- files in place

    @Test
    void permissions_and_links_stay() throws Exception {
        Path file = write("real.yaml", OPEN);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        Path symbolic = Files.createSymbolicLink(directory.resolve("symbolic.yaml"), Path.of("real.yaml"));

        assertThat(fix("--write", symbolic).code()).isZero();

        assertThat(Files.isSymbolicLink(symbolic)).isTrue();
        assertThat(Files.readString(file)).isEqualTo(MENDED);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-r-----");
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("real.yaml", "symbolic.yaml");
    }

    @Test
    void files_that_are_one_stay_one() throws Exception {
        Path file = write("one.yaml", OPEN);
        Path other = Files.createLink(directory.resolve("other.yaml"), file);

        assertThat(fix("--write", file).code()).isZero();

        assertThat(Files.readString(other)).isEqualTo(MENDED);
        assertThat(Files.isSameFile(file, other)).isTrue();
    }

    @Test
    void a_file_that_changed_meanwhile_is_not_overwritten() throws Exception {
        Path file = write("pod.yaml", OPEN + "# added\n");

        assertThat(refusal(() -> Replacement.of(file, OPEN.getBytes(StandardCharsets.UTF_8), new byte[0])))
                .isEqualTo(file + ": was changed by somebody else meanwhile: run it again");
        assertThat(Files.readString(file)).isEqualTo(OPEN + "# added\n");
    }

    @Test
    void a_file_too_large_to_be_edited_is_told_and_left_alone() throws Exception {
        String comment = "# " + "x".repeat(1 << 20) + "\n";
        Path file = write("pod.yaml", OPEN + comment.repeat(33));

        CommandRun run = fix("--write", file);

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith(file + ": ").contains("bytes; at most").hasLineCount(1);
        assertThat(Files.size(file)).isGreaterThan(33 << 20);
    }

    @Test
    void a_pipe_is_not_changed_in_place() throws Exception {
        Path pipe = directory.resolve("pipe");
        run(directory, "mkfifo", pipe.toString());
        Thread writer = new Thread(() -> {
            try {
                Files.writeString(pipe, OPEN);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        writer.start();

        CommandRun run = fix("--write", pipe);
        writer.join();

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isEqualTo(pipe + ": is no plain file: it cannot be changed in place\n");
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private static String refusal(Attempt attempt) throws Exception {
        try {
            attempt.run();
        } catch (UnreadableInputException refused) {
            return refused.line();
        }
        return "";
    }

    @Test
    void the_name_of_a_file_cannot_forge_a_line_of_the_patch_or_the_terminal() throws Exception {
        Path file = write("a\n+b \u001b[31m.yaml", OPEN);

        CommandRun run = fix(file);

        assertThat(run.out()).startsWith("--- \"a/").doesNotContain("\n+b", "\u001b");
        assertThat(fix("--write", file).out()).doesNotContain("\u001b").hasLineCount(1);
    }

    // ---- the patch, applied by those who take patches

    @Test
    void git_and_patch_make_of_the_files_what_it_would_have_made_of_them() throws Exception {
        Map<String, byte[]> files = new TreeMap<>();
        // Whatever is generated, there is something to mend.
        files.put("open.yaml", OPEN.getBytes(StandardCharsets.UTF_8));
        Arbitrary<StyledText.File> generated = WrittenFiles.files(false);
        List<StyledText.File> samples =
                generated.list().ofSize(120).withoutEdgeCases().sample();
        for (int i = 0; i < samples.size(); i++) {
            files.put("file " + i + ".yaml", samples.get(i).content());
        }
        Path here = directory.resolve("here");
        Path there = directory.resolve("there");
        Path patched = directory.resolve("patched");
        for (Path copy : List.of(here, there, patched)) {
            Files.createDirectories(copy);
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                Files.write(copy.resolve(file.getKey()), file.getValue());
            }
        }
        Path patch = write("mend.patch", fix(there).out());
        fix("--write", here);

        String strip = "-p" + (1 + there.toAbsolutePath().getNameCount());
        run(there, "git", "apply", "--whitespace=nowarn", strip, patch.toString());
        run(patched, "patch", "--quiet", "--binary", strip, "--input=" + patch);

        for (String file : files.keySet()) {
            String mended = Files.readString(here.resolve(file));
            assertThat(Files.readString(there.resolve(file)))
                    .as("git apply, " + file)
                    .isEqualTo(mended);
            assertThat(Files.readString(patched.resolve(file)))
                    .as("patch, " + file)
                    .isEqualTo(mended);
        }
    }

    private static void run(Path directory, String... command) throws Exception {
        Path out = directory.resolveSibling("out");
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        builder.environment()
                .put("GIT_CEILING_DIRECTORIES", directory.getParent().toString());
        Process process = builder.redirectOutput(out.toFile()).start();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(out)).isZero();
    }

    // ---- check, afterwards

    @Test
    void check_finds_nothing_that_it_could_have_mended() throws Exception {
        List<StyledText.File> samples =
                WrittenFiles.files(false).list().ofSize(150).withoutEdgeCases().sample();
        for (int i = 0; i < samples.size(); i++) {
            Files.write(directory.resolve(i + ".yaml"), samples.get(i).content());
        }
        List<String> before = rules();
        CommandRun run = fix("--write", directory);

        List<String> after = rules();

        assertThat(run.code()).isEqualTo(1);
        assertThat(before).contains("annotation-deprecated");
        assertThat(after.size()).isLessThan(before.size());
        // What is left of these is told: contradictions, and values that no one can read.
        assertThat(after.stream().filter("annotation-malformed"::equals).count())
                .isEqualTo(run.err()
                        .lines()
                        .filter(line -> line.contains("[annotation-malformed,"))
                        .count());
        assertThat(after.stream().filter("profile-missing"::equals).count())
                .isEqualTo(run.err()
                        .lines()
                        .filter(line -> line.contains("[profile-missing,"))
                        .count());
        assertThat(fix("--write", directory).out()).isEmpty();
    }

    private List<String> rules() {
        CheckRun check = CheckRun.of(arguments("--output", "json", directory).toArray(String[]::new));
        return check.out()
                .lines()
                .filter(line -> line.contains("\"rule\""))
                .map(line -> line.replaceFirst(".*\"rule\"\\s*:\\s*\"([a-z-]+)\".*", "$1"))
                .toList();
    }
}
