package dev.apparmoradmission.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final ByteArrayOutputStream terminal = new ByteArrayOutputStream();
    private final SetClock clock = new SetClock(Instant.parse("2026-11-22T19:00:00Z"));
    private final Progress progress = new Progress(terminal, true, clock);

    @Test
    void it_is_told_once_a_second_and_not_before_the_first_is_over() {
        progress.at(() -> "one");
        clock.goes(Duration.ofMillis(999));
        progress.at(() -> "two");
        assertThat(terminal.size()).isZero();
        clock.goes(Duration.ofMillis(1));
        progress.at(() -> "three");
        progress.at(() -> "four");
        clock.goes(Duration.ofSeconds(1));
        progress.at(() -> "five");

        assertThat(shown()).isEqualTo("three\r     \rfive");
    }

    @Test
    void a_shorter_state_leaves_nothing_of_a_longer_one() {
        clock.goes(Duration.ofSeconds(1));
        progress.at(() -> "100 workloads");
        clock.goes(Duration.ofSeconds(1));
        progress.at(() -> "end");

        assertThat(shown()).isEqualTo("100 workloads\r             \rend");
    }

    @Test
    void it_gives_way_to_every_line_and_to_the_report() throws IOException {
        OutputStream err = progress.givingWayTo(terminal);
        OutputStream out = progress.givingWayTo(terminal);
        clock.goes(Duration.ofSeconds(1));
        progress.at(() -> "far");
        err.write("bad\n".getBytes(StandardCharsets.UTF_8));
        err.write('!');
        clock.goes(Duration.ofSeconds(1));
        progress.at(() -> "further");
        out.write('.');

        assertThat(shown()).isEqualTo("far\r   \rbad\n!further\r       \r.");
    }

    @Test
    void at_the_end_the_line_is_empty_and_what_was_never_shown_is_not_erased() {
        progress.erase();
        assertThat(terminal.size()).isZero();
        clock.goes(Duration.ofSeconds(1));
        progress.at(() -> "far");
        progress.erase();
        progress.erase();

        assertThat(shown()).isEqualTo("far\r   \r");
    }

    @Test
    void a_clock_that_is_set_back_does_not_silence_it() {
        clock.goes(Duration.ofHours(-5));
        progress.at(() -> "far");

        assertThat(shown()).isEqualTo("far");
    }

    @Test
    void nobody_is_told_where_nobody_watches() {
        Progress unattended = new Progress(terminal, false, clock);
        clock.goes(Duration.ofSeconds(5));
        unattended.at(() -> {
            throw new AssertionError("asked for a state that nobody sees");
        });
        unattended.erase();

        assertThat(unattended.givingWayTo(terminal)).isSameAs(terminal);
        assertThat(terminal.size()).isZero();
    }

    private String shown() {
        return terminal.toString(StandardCharsets.UTF_8);
    }
}
