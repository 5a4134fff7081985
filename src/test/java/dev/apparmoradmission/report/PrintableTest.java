package dev.apparmoradmission.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrintableTest {

    @ParameterizedTest
    @CsvSource({
        "deploy/app.yaml, deploy/app.yaml",
        "überfall – 日本, überfall – 日本",
        "'a\nb\rc\td', a\\nb\\rc\\td",
        "a\u00a0b, a\\u00a0b",
        "a\u202eb, a\\u202eb",
        "a\u2028b, a\\u2028b",
        "a\u001b[31m, a\\u001b[31m",
        "'say \"x\"', 'say \"x\"'"
    })
    void what_could_break_hide_or_imitate_is_escaped_and_nothing_else(String text, String shown) {
        assertThat(Printable.of(text)).isEqualTo(shown);
    }

    @Test
    void it_ends_somewhere() {
        assertThat(Printable.of("x".repeat(10_000))).hasSize(4099).endsWith("x...");
    }
}
