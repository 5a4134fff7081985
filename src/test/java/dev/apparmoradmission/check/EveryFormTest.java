package dev.apparmoradmission.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.cases.CaseFolder;
import dev.apparmoradmission.check.CheckOptions.Output;
import dev.apparmoradmission.command.SetClock;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.report.TextReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is judged, every form of report can tell it; and nothing that somebody watches gets into one. */
class EveryFormTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path dir;

    static Stream<String> cases() throws IOException {
        return CaseFolder.names();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_case_comes_to_the_same_in_every_form(String name) throws Exception {
        CaseFolder folder = CaseFolder.named(name);
        List<String> arguments = new ArrayList<>(List.of(
                folder.workload().toString(), "--policy", folder.policy().toString(), "--output"));
        folder.nodes().ifPresent(nodes -> arguments.addAll(0, List.of("--nodes", nodes.toString())));
        folder.inventory().ifPresent(inventory -> arguments.addAll(0, List.of("--inventory", inventory.toString())));
        Set<Integer> codes = new HashSet<>();
        for (Output output : Output.values()) {
            List<String> asked = new ArrayList<>(arguments);
            asked.add(output.name().toLowerCase(Locale.ROOT));
            CheckRun run = CheckRun.of(asked.toArray(String[]::new));
            codes.add(run.code());
            wellFormed(output, run.out());
        }

        assertThat(codes).hasSize(1).isSubsetOf(0, 1);
    }

    private static void wellFormed(Output output, String report) throws Exception {
        switch (output) {
            case JSON, SARIF, GITLAB ->
                assertThat(JSON.readTree(report).isContainerNode()).isTrue();
            case JUNIT ->
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(new ByteArrayInputStream(report.getBytes(StandardCharsets.UTF_8)));
            case HTML ->
                assertThat(report.strip())
                        .startsWithIgnoringCase("<!doctype html>")
                        .endsWith("</html>");
            case TEXT, GITHUB -> assertThat(report).endsWith(".\n");
        }
    }

    @Test
    void progress_goes_to_whoever_watches_and_the_report_is_the_same() throws IOException {
        Path policy = Files.writeString(dir.resolve("policy.yaml"), """
                {apiVersion: apparmor-admission.dev/v1alpha1, kind: AppArmorPolicy, metadata: {name: strict}, spec: {}}
                """);
        Path manifests = Files.createDirectory(dir.resolve("manifests"));
        for (int i = 0; i < 12; i++) {
            Files.writeString(
                    manifests.resolve("p%02d.yaml".formatted(i)),
                    i == 5
                            ? "kind: ["
                            : "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a}]}}");
        }
        String[] arguments = {
            manifests.toString(),
            "--policy",
            policy.toString(),
            "--now",
            "2026-11-22T19:00:00Z",
            "--diff",
            manifests.toString()
        };
        CheckRun unattended = CheckRun.of(arguments);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = CheckCommand.run(
                List.of(arguments),
                new Surroundings(
                        InputStream.nullInputStream(),
                        out,
                        err,
                        new SetClock(CheckRun.NOW, Duration.ofSeconds(1)),
                        StandardCharsets.UTF_8,
                        TextReport.Style.PLAIN,
                        true));

        assertThat(code).isEqualTo(unattended.code()).isEqualTo(2);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(unattended.out());
        String shown = err.toString(StandardCharsets.UTF_8);
        assertThat(shown)
                .contains("3 of 12 files as they were ...", "12 of 12 files, 11 workloads judged ...")
                .endsWith("\r");
        // What a terminal shows in the end: of each line what comes behind the last return to its beginning.
        assertThat(Stream.of(shown.split("\n", -1))
                        .map(line -> line.substring(line.lastIndexOf('\r') + 1))
                        .filter(line -> !line.isEmpty()))
                .containsExactlyElementsOf(unattended.err().lines().toList());
        assertThat(unattended.err()).doesNotContain("\r");
    }
}
