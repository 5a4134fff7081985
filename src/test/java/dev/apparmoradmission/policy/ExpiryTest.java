package dev.apparmoradmission.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpiryTest {

    private static Expiry expiry(String text) {
        return Expiry.parse(text).orElseThrow();
    }

    private static Instant at(String text) {
        return Instant.parse(text);
    }

    @Test
    void aDateHoldsToTheEndOfThatDayInUtc() {
        Expiry expiry = expiry("2027-03-01");

        assertThat(expiry.hasPassed(at("2027-03-01T00:00:00Z"))).isFalse();
        assertThat(expiry.hasPassed(at("2027-03-01T23:59:59Z"))).isFalse();
        assertThat(expiry.hasPassed(at("2027-03-02T00:00:00Z"))).isTrue();
    }

    @Test
    void anInstantHoldsUntilThatInstant() {
        Expiry expiry = expiry("2027-03-01T12:00:00Z");

        assertThat(expiry.hasPassed(at("2027-03-01T11:59:59Z"))).isFalse();
        assertThat(expiry.hasPassed(at("2027-03-01T12:00:00Z"))).isTrue();
        assertThat(expiry.hasPassed(at("2027-03-01T12:00:01Z"))).isTrue();
    }

    @Test
    void anOffsetAndFractionsAreHeeded() {
        assertThat(expiry("2027-03-01T12:00:00+02:00").end()).isEqualTo(at("2027-03-01T10:00:00Z"));
        assertThat(expiry("2027-03-01T12:00:00.5Z").end()).isEqualTo(at("2027-03-01T12:00:00.5Z"));
        assertThat(expiry(" 2027-03-01 ").text()).isEqualTo("2027-03-01");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "soon",
                "2027-3-1",
                "2027-02-30",
                "2027-03-01T12:00:00",
                "2027-03-01 12:00:00Z",
                "01.03.2027",
                "20270301",
                "2027-03-01T25:00:00Z",
                "2027/03/01",
                "2027-03"
            })
    void anythingElseIsNoExpiry(String text) {
        assertThat(Expiry.parse(text)).isEmpty();
    }

    @Test
    void aDateIsComparedWithTheLimitByTheDay() {
        Instant lateInTheDay = at("2026-11-22T23:59:59Z");

        assertThat(expiry("2027-02-20").liesFurtherAhead(90, lateInTheDay)).isFalse();
        assertThat(expiry("2027-02-21").liesFurtherAhead(90, lateInTheDay)).isTrue();
        assertThat(expiry("2027-02-20").liesFurtherAhead(90, at("2026-11-22T00:00:00Z")))
                .isFalse();
        assertThat(expiry("2026-11-22").liesFurtherAhead(0, lateInTheDay)).isFalse();
        assertThat(expiry("2026-11-23").liesFurtherAhead(0, lateInTheDay)).isTrue();
    }

    @Test
    void anInstantIsComparedWithTheLimitByTheSecond() {
        Instant now = at("2026-11-22T12:00:00Z");
        Instant latest = now.plus(Duration.ofDays(90));

        assertThat(expiry(latest.toString()).liesFurtherAhead(90, now)).isFalse();
        assertThat(expiry(latest.plusSeconds(1).toString()).liesFurtherAhead(90, now))
                .isTrue();
    }

    @Test
    void theFarEndsOfTimeDoNotOverflow() {
        assertThat(expiry("+999999999-12-31T23:59:59Z").liesFurtherAhead(Integer.MAX_VALUE, at("2026-11-22T12:00:00Z")))
                .isTrue();
        assertThat(expiry("9999-12-31").hasPassed(at("2026-11-22T12:00:00Z"))).isFalse();
    }
}
