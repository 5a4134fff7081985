package dev.apparmoradmission.e2e.stranger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code e2e/cve}, with a scanner whose answer is known. That a real one finds what there is, its own project tests. */
class CveCheckTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "0, 0, 'nothing is known against any of them'",
        "1, 1, 'see above what is known'",
        "127, 3, 'could not run: the database of https://osv.dev did not answer (osv-scanner ended with 127)'",
        "128, 3, 'could not run'"
    })
    void whatTheScannerEndsWithIsWhatItSays(int ended, int code, String says) throws IOException, InterruptedException {
        Path bill = Files.writeString(
                directory.resolve("sbom.cdx.json"), "{\"components\":[{\n\"purl\":\"pkg:maven/a/b@1\"}]}\n");
        Path scanner = Files.writeString(
                directory.resolve("osv-scanner"), "#!/bin/sh\necho \"asked: $*\"\nexit " + ended + "\n");
        Files.setPosixFilePermissions(scanner, PosixFilePermissions.fromString("rwx------"));
        Path command = Path.of(System.getProperty("e2e.directory")).resolve("cve");
        ProcessBuilder builder = new ProcessBuilder(command.toString()).redirectErrorStream(true);
        builder.environment().put("E2E_OSV_SCANNER", scanner.toString());
        builder.environment().put("E2E_SBOM", bill.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).as(said).isEqualTo(code);
        assertThat(said).contains("asked: scan source --lockfile " + bill, says, "1 parts");
    }
}
