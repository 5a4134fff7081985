package dev.apparmoradmission.fix;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.command.CommandRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code fix} makes of a file, as folders: {@code before} and {@code after}, {@code left.txt} with what it says of what a
 * person must mend, {@code options.txt} where it is told more than usual, and {@code policy.yaml} where another one holds.
 */
class FixCasesTest {

    private static final Path CASES = Path.of("src/test/resources/fix");

    @TempDir
    Path directory;

    static Stream<String> cases() {
        try (Stream<Path> folders = Files.list(CASES)) {
            return folders
                    .filter(Files::isDirectory)
                    .map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_file_is_mended_so_and_then_there_is_nothing_more_to_mend(String name) throws Exception {
        Path folder = CASES.resolve(name);
        String extension = Files.exists(folder.resolve("before.json")) ? "json" : "yaml";
        Path file = directory.resolve("file." + extension);
        Files.copy(folder.resolve("before." + extension), file);

        CommandRun run = FixRun.of(arguments(folder, file, "--write"));

        assertThat(Files.readString(file)).isEqualTo(Files.readString(folder.resolve("after." + extension)));
        String left = text(folder.resolve("left.txt"));
        assertThat(run.err().replace(file.toString(), "FILE")).isEqualTo(left);
        assertThat(run.code())
                .isEqualTo(left.isEmpty() ? 0 : left.contains("FILE:") && !left.startsWith("left") ? 2 : 1);
        byte[] mended = Files.readAllBytes(file);
        CommandRun again = FixRun.of(arguments(folder, file, "--write"));
        assertThat(again.out()).isEmpty();
        assertThat(again.code()).isEqualTo(run.code());
        assertThat(Files.readAllBytes(file)).isEqualTo(mended);
    }

    static List<String> arguments(Path folder, Path file, String... more) throws IOException {
        Path own = folder.resolve("policy.yaml");
        List<String> arguments = new ArrayList<>(List.of(
                "--policy",
                (Files.exists(own) ? own : CASES.resolve("policy.yaml")).toString(),
                "--inventory",
                CASES.resolve("inventory.yaml").toString()));
        text(folder.resolve("options.txt")).lines().forEach(arguments::add);
        arguments.addAll(List.of(more));
        arguments.add(file.toString());
        return arguments;
    }

    private static String text(Path file) throws IOException {
        return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
    }
}
