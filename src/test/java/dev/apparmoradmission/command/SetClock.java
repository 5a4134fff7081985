package dev.apparmoradmission.command;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that stands where it was put; or goes by the same step at every look. */
public class SetClock extends Clock {

    private final Duration step;
    private volatile Instant now;

    /** One that stands. */
    public SetClock(Instant now) {
        this(now, Duration.ZERO);
    }

    /** One that goes by a step at every look. */
    public SetClock(Instant now, Duration step) {
        this.now = now;
        this.step = step;
    }

    /** Puts it to another instant. */
    public void put(Instant instant) {
        now = instant;
    }

    void goes(Duration by) {
        put(now.plus(by));
    }

    @Override
    public Instant instant() {
        put(now.plus(step));
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
