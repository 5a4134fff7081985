package dev.apparmoradmission.node;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.workload.Placement.Toleration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaintTest {

    private static final Taint TAINT = new Taint("k", "v", "NoSchedule");

    private static boolean tolerates(String key, String operator, String value, String effect) {
        return TAINT.isToleratedBy(List.of(new Toleration(key, operator, value, effect)));
    }

    @Test
    void anEmptyOperatorIsEqual() {
        assertThat(tolerates("k", "", "v", "")).isTrue();
        assertThat(tolerates("k", "", "w", "")).isFalse();
        assertThat(tolerates("k", "Equal", "v", "NoSchedule")).isTrue();
        assertThat(tolerates("k", "Equal", "v", "NoExecute")).isFalse();
    }

    @Test
    void anEmptyKeyStandsForAllKeysWithExistsOnly() {
        assertThat(tolerates("", "Exists", "", "")).isTrue();
        assertThat(tolerates("", "Equal", "v", "")).isFalse();
        assertThat(tolerates("l", "Exists", "", "")).isFalse();
    }

    @Test
    void aComparisonCountsAsToleratedBecauseThatIsTheStricterReading() {
        assertThat(tolerates("k", "Gt", "1", "")).isTrue();
        assertThat(tolerates("k", "Lt", "1", "")).isTrue();
        assertThat(tolerates("k", "Near", "1", "")).isFalse();
    }

    @Test
    void oneTolerationOfSeveralIsEnough() {
        assertThat(TAINT.isToleratedBy(
                        List.of(new Toleration("l", "Exists", "", ""), new Toleration("k", "Exists", "", ""))))
                .isTrue();
        assertThat(TAINT.isToleratedBy(List.of())).isFalse();
    }

    @Test
    void preferNoScheduleKeepsNobodyAway() {
        assertThat(new Taint("k", "v", "PreferNoSchedule").isHard()).isFalse();
        assertThat(TAINT.isHard()).isTrue();
        assertThat(new Taint("k", "v", "NoExecute").isHard()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "node.kubernetes.io/not-ready",
                "node.kubernetes.io/unreachable",
                "node.kubernetes.io/unschedulable",
                "node.kubernetes.io/memory-pressure",
                "node.kubernetes.io/disk-pressure",
                "node.kubernetes.io/pid-pressure",
                "node.kubernetes.io/network-unavailable",
                "node.kubernetes.io/out-of-service",
                "node.cloudprovider.kubernetes.io/uninitialized",
                "node.cloudprovider.kubernetes.io/shutdown",
                "ToBeDeletedByClusterAutoscaler",
                "DeletionCandidateOfClusterAutoscaler",
                "karpenter.sh/disrupted",
                "karpenter.sh/unregistered",
                "readiness.k8s.io/network"
            })
    void taintsThatComeAndGoAreLookedThrough(String key) {
        assertThat(TransientTaints.WELL_KNOWN.contains(new Taint(key, "", "NoExecute")))
                .isTrue();
    }

    @Test
    void othersAreNot() {
        assertThat(TransientTaints.WELL_KNOWN.contains(
                        new Taint("node-role.kubernetes.io/control-plane", "", "NoSchedule")))
                .isFalse();
        assertThat(TransientTaints.WELL_KNOWN.contains(new Taint("readiness.k8s.iox", "", "NoSchedule")))
                .isFalse();
    }

    @Test
    void moreCanBeNamedWholeOrByTheirBeginning() {
        TransientTaints more = TransientTaints.WELL_KNOWN.plus(List.of("cni.example/", "boot-*", "exact"));

        assertThat(List.of("cni.example/x", "boot-1", "boot-", "exact", "node.kubernetes.io/not-ready"))
                .allSatisfy(key -> assertThat(more.contains(new Taint(key, "", "NoSchedule")))
                        .isTrue());
        assertThat(List.of("cni.examplex", "boot", "exactly"))
                .allSatisfy(key -> assertThat(more.contains(new Taint(key, "", "NoSchedule")))
                        .isFalse());
    }
}
