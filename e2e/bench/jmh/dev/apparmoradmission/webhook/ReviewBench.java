package dev.apparmoradmission.webhook;

import dev.apparmoradmission.bench.Cluster;
import dev.apparmoradmission.bench.CorpusReviews;
import dev.apparmoradmission.bench.CorpusReviews.Declares;
import dev.apparmoradmission.bench.Restricted;
import dev.apparmoradmission.wire.NotAnAdmissionReviewException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole review, from the bytes of the body to those of the answer, without TLS and HTTP: microseconds, on 100 nodes with 60
 * profiles each, under the terms of {@code policies/restricted.yaml}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms64m", "-Xmx64m", "-XX:+UseSerialGC"})
@State(Scope.Benchmark)
public class ReviewBench {

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

    /** What the pod declares. */
    @Param
    Declares declares;

    /** The length of the body. */
    @Param({"3", "12", "60"})
    int kilobytes;

    private ReviewHandler handler;
    private Door door;
    private byte[] body;

    /** Makes the review, and makes sure that its answer is right. */
    @Setup
    public void make() throws NotAnAdmissionReviewException {
        // The line of a denial is made, which is ours, but not written.
        Logger.getLogger("").setLevel(Level.OFF);
        handler = ReviewHandlers.on(Restricted.on(Cluster.of(100, 60, Cluster.Sets.SHARED)), NOW);
        door = declares == Declares.NOTHING ? Door.MUTATE : Door.VALIDATE;
        body = CorpusReviews.create(declares, kilobytes * 1024);
        String answer = new String(answer(), StandardCharsets.UTF_8);
        if (answer.contains("\"allowed\":true") == (declares == Declares.UNCONFINED)) {
            throw new IllegalStateException(declares + " got " + answer);
        }
    }

    /** Answers the review. */
    @Benchmark
    public byte[] answer() throws NotAnAdmissionReviewException {
        return handler.answer(door, body, body.length, false, Optional.empty());
    }
}
