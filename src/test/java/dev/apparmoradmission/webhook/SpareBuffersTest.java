package dev.apparmoradmission.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Buffers are lent to one body at a time. */
class SpareBuffersTest {

    private final SpareBuffers spares = new SpareBuffers();

    @Test
    void no_two_bodies_have_the_same_buffer_and_there_is_an_end_of_them() {
        List<byte[]> lent = new ArrayList<>();
        for (Optional<byte[]> buffer = spares.take(); buffer.isPresent(); buffer = spares.take()) {
            byte[] taken = buffer.get();
            assertThat(lent).allSatisfy(other -> assertThat(other).isNotSameAs(taken));
            assertThat(taken).hasSize(SpareBuffers.SIZE);
            lent.add(taken);
        }
        assertThat(lent).hasSizeBetween(2, 64);
    }

    @Test
    void a_buffer_that_is_given_back_is_lent_again() {
        byte[] first = spares.take().orElseThrow();
        spares.giveBack(first);
        assertThat(spares.take().orElseThrow()).isSameAs(first);
    }

    @Test
    void none_is_taken_back_that_was_not_lent() {
        assertThatThrownBy(() -> spares.giveBack(new byte[SpareBuffers.SIZE]))
                .isInstanceOf(IllegalStateException.class);
    }
}
