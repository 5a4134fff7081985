package dev.apparmoradmission.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.report.TextReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code deploy/components/backstop}, and its copy in the chart, is exported from the policies that
 * {@code policies/kustomization.yaml} installs: run this test with {@code -Dbackstop.write} to export it anew.
 */
class ShippedBackstopTest {

    private static final Path COMPONENT = Path.of("deploy", "components", "backstop");
    private static final Path CHART = Path.of("deploy", "helm", "apparmor-admission", "files", "backstop");
    private static final Path POLICIES = Path.of("policies");
    private static final List<String> FILES = List.of("validating.yaml", "bindings.yaml");

    @Test
    void the_component_is_what_the_installed_policies_export_to(@TempDir Path scratch) throws IOException {
        boolean write = System.getProperty("backstop.write") != null;
        Path directory = write ? COMPONENT : scratch;
        List<String> arguments = new ArrayList<>(List.of("--output-dir", directory.toString()));
        for (JsonNode file : new ObjectMapper(new YAMLFactory())
                .readTree(Files.readString(POLICIES.resolve("kustomization.yaml")))
                .at("/configMapGenerator/0/files")) {
            arguments.addAll(List.of("--policy", POLICIES.resolve(file.asText()).toString()));
        }
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = ExportCommand.run(
                arguments,
                new Surroundings(
                        new ByteArrayInputStream(new byte[0]),
                        new ByteArrayOutputStream(),
                        err,
                        Clock.systemUTC(),
                        StandardCharsets.UTF_8,
                        new TextReport.Style(false, false)));

        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        for (String file : FILES) {
            if (write) {
                Files.createDirectories(CHART);
                Files.copy(COMPONENT.resolve(file), CHART.resolve(file), StandardCopyOption.REPLACE_EXISTING);
            }
            // Helm reads no file outside of its chart.
            assertThat(CHART.resolve(file)).hasSameTextualContentAs(COMPONENT.resolve(file));
            assertThat(Files.readString(COMPONENT.resolve(file)))
                    .as("%s is out of date: export it anew, as the comment of this test says", COMPONENT.resolve(file))
                    .isEqualTo(Files.readString(directory.resolve(file)));
        }
        assertThat(directory.resolve("mutating.yaml"))
                .as("not every API server that we support takes it")
                .doesNotExist();
    }
}
