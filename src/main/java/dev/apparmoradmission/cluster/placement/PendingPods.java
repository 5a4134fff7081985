package dev.apparmoradmission.cluster.placement;

import dev.apparmoradmission.cluster.RecordStore;
import dev.apparmoradmission.cluster.leader.Refusal;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** The pods behind our gate, as the API server shows them from now on. Of the other pending pods next to nothing is kept. */
final class PendingPods implements AutoCloseable {

    /** Objects in one page of a list, which is in memory as a whole. */
    private static final long PAGE = 50;

    private final AtomicBoolean heldCame = new AtomicBoolean();
    private final RecordStore<Pod, Optional<HeldPod>> kept;
    private final SharedIndexInformer<Pod> informer;

    /**
     * Begins to watch.
     *
     * @param changed is told when a held pod came or changed
     */
    PendingPods(KubernetesClient client, Runnable changed, Troubles troubles) {
        this.kept = new RecordStore<>(
                pod -> {
                    boolean held = HeldPodReader.isHeld(pod);
                    heldCame.set(held);
                    return held ? HeldPodReader.read(pod) : Optional.empty();
                },
                few -> new PodBuilder().withMetadata(few).build(),
                // Once it is kept: who hears of it earlier does not find it.
                () -> {
                    if (heldCame.getAndSet(false)) {
                        changed.run();
                    }
                });
        this.informer = client.pods()
                .inAnyNamespace()
                // What is bound to a node needs no gate any more: the server leaves it out.
                .withField("spec.nodeName", "")
                .withField("status.phase", "Pending")
                .withLimit(PAGE)
                .runnableInformer(0)
                .itemStore(kept)
                .removeNamespaceIndex()
                .exceptionHandler((started, problem) -> {
                    troubles.cannot(Troubles.Work.PODS, Refusal.of(problem));
                    return true;
                });
        informer.start().whenComplete((done, failed) -> {
            troubles.can(Troubles.Work.PODS);
            changed.run();
        });
    }

    /** Whether all that were there have been seen. */
    boolean isSynced() {
        return informer.hasSynced();
    }

    /** Those behind our gate. */
    List<HeldPod> held() {
        return kept.records().stream().flatMap(Optional::stream).toList();
    }

    @Override
    public void close() {
        informer.close();
    }
}
