package dev.apparmoradmission.bench;

import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.Node;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.node.TransientTaints;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

/** What it takes to group 5,000 nodes with 1,600 profiles each anew, as after each change of a node or of its inventory. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms3g", "-Xmx3g"})
@State(Scope.Benchmark)
public class RenewalBench {

    /** What the nodes have in common. */
    @Param
    Cluster.Sets sets;

    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, NodeInventory> inventories = new HashMap<>();

    /** Makes the nodes, in no order, as a watch has them. */
    @Setup
    public void make() {
        for (Member member : Cluster.of(5_000, 1_600, sets).members()) {
            nodes.add(member.node());
            member.inventory()
                    .ifPresent(inventory -> inventories.put(member.node().name(), inventory));
        }
    }

    /** The grouping. */
    @Benchmark
    public ClusterNodes groupAnew() {
        return ClusterNodes.of(nodes, inventories, true, TransientTaints.WELL_KNOWN);
    }
}
