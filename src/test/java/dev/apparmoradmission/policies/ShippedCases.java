package dev.apparmoradmission.policies;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.policytest.CaseFile;
import dev.apparmoradmission.policytest.CaseReader;
import dev.apparmoradmission.policytest.PolicyCase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Cases as {@code policy test} reads them. */
final class ShippedCases {

    private ShippedCases() {}

    static List<PolicyCase> of(Path file) throws IOException {
        return of(Files.readAllBytes(file), file.getParent(), file.toString());
    }

    static List<PolicyCase> of(byte[] content, Path directory, String name) {
        CaseFile file = new CaseReader().read(content, directory, name);
        assertThat(file.problems()).isEmpty();
        assertThat(file.cases()).isNotEmpty();
        return file.cases();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
