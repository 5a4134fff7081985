package dev.apparmoradmission.policydiff;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.report.TextReport;
import dev.apparmoradmission.wire.KeptFields;
import dev.apparmoradmission.wire.ListExtract;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code policies/README.md} shows of {@code policy diff} is what it prints, and the sample is what a snapshot holds. */
class BlastRadiusReferenceTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern EXAMPLE =
            Pattern.compile("(?m)^```sh\njava -jar \\S+ policy diff (.*)\n```\n\n```text\n((?s:.*?))^```$");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-zA-Z]+)` \\| [^|]* \\| (yes)? ?\\|$");

    @Test
    void each_example_prints_what_it_shows() throws Exception {
        List<MatchResult> examples = EXAMPLE.matcher(reference()).results().toList();
        assertThat(examples).hasSize(2);
        for (MatchResult example : examples) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            PolicyDiffCommand.run(
                    List.of(example.group(1).split(" ", -1)),
                    new Surroundings(
                            InputStream.nullInputStream(),
                            out,
                            new ByteArrayOutputStream(),
                            Clock.systemUTC(),
                            StandardCharsets.UTF_8,
                            TextReport.Style.PLAIN));
            assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(example.group(2));
        }
    }

    @Test
    void the_table_names_each_kind_of_change_in_its_order() throws Exception {
        String section =
                reference().replaceFirst("(?s)^.*?\n## Blast radius", "").replaceFirst("(?s)\n## .*$", "");
        assertThat(ROW.matcher(section).results().map(row -> row.group(1)).toList())
                .isEqualTo(
                        Arrays.stream(Change.values()).map(Change::reportName).toList());
    }

    @Test
    void the_sample_holds_what_a_snapshot_keeps_and_nothing_else() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of("e2e/samples/snapshot"))) {
            List<Path> pages =
                    files.filter(file -> file.toString().endsWith("00001.json")).toList();
            assertThat(pages).hasSize(3 + WorkloadKind.values().length);
            for (Path page : pages) {
                JsonNode tree = JSON.readTree(page.toFile());
                ByteArrayOutputStream kept = new ByteArrayOutputStream();
                ListExtract.of(Files.readAllBytes(page), kept(tree.path("kind").asText()))
                        .writeTo(kept);
                assertThat(JSON.readTree(kept.toByteArray()))
                        .as(page.toString())
                        .isEqualTo(tree);
            }
        }
    }

    private static KeptFields kept(String listKind) {
        List<KeptFields> found = new ArrayList<>();
        for (WorkloadKind kind : WorkloadKind.values()) {
            if (listKind.equals(kind.kindName() + "List")) {
                found.add(KeptFields.of(kind));
            }
        }
        return found.isEmpty()
                ? switch (listKind) {
                    case "NodeList" -> KeptFields.NODES;
                    case "NamespaceList" -> KeptFields.NAMESPACES;
                    default -> KeptFields.INVENTORIES;
                }
                : found.get(0);
    }

    private static String reference() throws IOException {
        return Files.readString(Path.of("policies/README.md"));
    }
}
