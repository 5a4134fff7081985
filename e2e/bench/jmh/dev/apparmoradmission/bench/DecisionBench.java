package dev.apparmoradmission.bench;

import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Requester;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Workload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
 * The decision alone: microseconds for a pod of three containers under the terms of {@code policies/restricted.yaml}, without
 * bytes on either side. Every benchmark checks beforehand that the pod gets its verdict.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms3g", "-Xmx3g"})
public class DecisionBench {

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");
    private static final Operation CREATE = new Operation.Create(Requester.ANYONE);

    /** What is decided. */
    @State(Scope.Benchmark)
    public static class Pod {
        /** What it declares. */
        @Param
        Pods.Declares declares;

        /** What narrows its choice of nodes. */
        @Param
        Pods.Selects selects;

        Workload workload;

        /** Makes the pod. */
        @Setup
        public void make() {
            workload = Pods.of(declares, selects);
        }
    }

    /** 100 nodes with 60 profiles each. */
    @State(Scope.Benchmark)
    public static class Small {
        Snapshot snapshot;

        /** Makes the cluster, and makes sure that the verdict on it is right. */
        @Setup
        public void make(Pod pod) {
            snapshot = Restricted.on(Cluster.of(100, 60, Cluster.Sets.SHARED));
            expectVerdict(pod, snapshot);
        }
    }

    /** 5,000 nodes with 1,600 profiles each. */
    @State(Scope.Benchmark)
    public static class Large {
        /** What the nodes have in common. */
        @Param
        Cluster.Sets sets;

        Snapshot snapshot;

        /** Makes the cluster, and makes sure that the verdict on it is right. */
        @Setup
        public void make(Pod pod) {
            snapshot = Restricted.on(Cluster.of(5_000, 1_600, sets));
            expectVerdict(pod, snapshot);
        }
    }

    /** 5,000 nodes, no two alike, and so many pods, each with another profile, that no node remembers what it was asked. */
    @State(Scope.Benchmark)
    public static class Unasked {
        private static final int PODS = 1_000;

        /** What narrows the pods' choice of nodes. */
        @Param
        Pods.Selects selects;

        private final List<Workload> pods = new ArrayList<>(PODS);
        Snapshot snapshot;
        private int last;

        /** Makes both. */
        @Setup
        public void make() {
            snapshot = Restricted.on(Cluster.of(5_000, 1_600, Cluster.Sets.DIFFERENT));
            for (int i = 0; i < PODS; i++) {
                pods.add(Pods.of(new Profile.Localhost(Cluster.application(i + 10)), selects));
            }
        }

        Workload next() {
            last = (last + 1) % PODS;
            return pods.get(last);
        }
    }

    /** On 100 nodes. */
    @Benchmark
    public Decision on100Nodes(Small cluster, Pod pod) {
        return Decider.decide(pod.workload, CREATE, cluster.snapshot, NOW);
    }

    /** On 5,000 nodes with 1,600 profiles each. */
    @Benchmark
    public Decision on5000Nodes(Large cluster, Pod pod) {
        return Decider.decide(pod.workload, CREATE, cluster.snapshot, NOW);
    }

    /** On 5,000 nodes that were not asked for the profile before. */
    @Benchmark
    public Decision on5000NodesUnasked(Unasked cluster) {
        return Decider.decide(cluster.next(), CREATE, cluster.snapshot, NOW);
    }

    private static void expectVerdict(Pod pod, Snapshot snapshot) {
        Decision decision = Decider.decide(Pods.of(pod.declares, pod.selects), CREATE, snapshot, NOW);
        if (decision.allowed() != Pods.isAllowed(pod.declares, pod.selects)) {
            throw new IllegalStateException(pod.declares + " got " + decision);
        }
    }
}
