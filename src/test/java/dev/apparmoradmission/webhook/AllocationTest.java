package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a review and a decision allocate does not grow unnoticed. Bytes, not times: they are the same in every run. */
class AllocationTest {

    private static final Path FIGURES = Path.of("src/test/resources/allocation/bytes.tsv");
    private static final String RENEW = "./mvnw test -Dtest=AllocationTest -Dallocation.write";
    /** Two releases of the JDK differ by up to three in a hundred. */
    private static final double MARGIN = 1.04;

    @Test
    void a_review_and_a_decision_allocate_no_more_than_the_committed_figures() throws Exception {
        Map<String, Long> counted = count();
        if (System.getProperty("allocation.write") != null) {
            write(counted);
        }
        Map<String, Long> committed = read(Files.readAllLines(FIGURES));
        System.out.println(table(committed, counted));

        assertThat(counted.keySet())
                .as("cases, with figures in " + FIGURES + "; to renew them: " + RENEW)
                .isEqualTo(committed.keySet());
        assertThat(grown(committed, counted)).isEmpty();
    }

    @Test
    void a_case_that_grew_is_named_with_the_way_to_renew_its_figure() {
        Map<String, Long> committed = Map.of("decision", 1_000L);

        assertThat(grown(committed, Map.of("decision", 1_040L))).isEmpty();
        assertThat(grown(committed, Map.of("decision", 1_041L)))
                .containsExactly("decision allocates 1041 bytes, " + FIGURES + " says 1000: find what grew,"
                        + " or if it has to be, renew the file: " + RENEW);
    }

    private static List<String> grown(Map<String, Long> committed, Map<String, Long> counted) {
        List<String> grown = new ArrayList<>();
        counted.forEach((name, bytes) -> {
            long before = committed.getOrDefault(name, 0L);
            if (bytes > before * MARGIN) {
                grown.add(name + " allocates " + bytes + " bytes, " + FIGURES + " says " + before
                        + ": find what grew, or if it has to be, renew the file: " + RENEW);
            }
        });
        return grown;
    }

    private static String table(Map<String, Long> committed, Map<String, Long> counted) {
        StringBuilder table = new StringBuilder("Bytes allocated, counted and committed:\n");
        counted.forEach((name, bytes) ->
                table.append("%-45s %8d %8d%n".formatted(name, bytes, committed.getOrDefault(name, 0L))));
        return table.toString();
    }

    private static void write(Map<String, Long> counted) throws IOException {
        StringBuilder text = new StringBuilder(
                "# Bytes allocated for each case, which AllocationTest holds. To renew on purpose: " + RENEW + "\n");
        counted.forEach(
                (name, bytes) -> text.append(name).append('\t').append(bytes).append('\n'));
        Files.writeString(FIGURES, text);
    }

    private static Map<String, Long> read(List<String> lines) {
        Map<String, Long> bytes = new LinkedHashMap<>();
        for (String line : lines) {
            int tab = line.indexOf('\t');
            if (tab > 0) {
                bytes.put(line.substring(0, tab), Long.parseLong(line.substring(tab + 1)));
            }
        }
        return bytes;
    }

    /** In a JVM without the optimizing compiler and with one collector: {@link AllocationCount} says why. */
    private static Map<String, Long> count() throws IOException, InterruptedException {
        Path errors = Files.createTempFile("allocation", ".txt");
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Dorg.jboss.logging.provider=jdk",
                            "-cp",
                            System.getProperty("java.class.path"),
                            AllocationCount.class.getName())
                    .redirectError(errors.toFile())
                    .start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
            return read(out.lines().toList());
        } finally {
            Files.delete(errors);
        }
    }
}
