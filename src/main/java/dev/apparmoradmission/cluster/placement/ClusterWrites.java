package dev.apparmoradmission.cluster.placement;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.cluster.leader.Refusal;
import dev.apparmoradmission.workload.Placement;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.PodResource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * What the leader writes, as requests to the API server. Each names the uid of what it means, so that an object which takes the
 * name meanwhile is left alone; each is small, and says nothing of what belongs to others.
 */
final class ClusterWrites implements NodeLabeller.Writer, HeldPods.Writer {

    private static final String FIELD_MANAGER = "apparmor-admission-leader";
    private static final String CONTROLLER = "apparmor-admission.dev/leader";
    private static final PatchContext MERGE = patch(PatchType.JSON_MERGE);
    private static final PatchContext JSON = patch(PatchType.JSON);
    /** Knows that conditions are told apart by their type: the others are not touched. */
    private static final PatchContext STRATEGIC = patch(PatchType.STRATEGIC_MERGE);

    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final KubernetesClient client;
    private final String identity;
    private final InstantSource clock;

    /**
     * Makes the writer.
     *
     * @param identity this replica, as events name it
     */
    ClusterWrites(KubernetesClient client, String identity, InstantSource clock) {
        this.client = client;
        this.identity = identity;
        this.clock = clock;
    }

    @Override
    public void write(LabelPlan.Change change) throws Refusal {
        ObjectNode patch = object();
        ObjectNode metadata = patch.putObject("metadata");
        change.uid().ifPresent(uid -> metadata.put("uid", uid));
        ObjectNode labels = metadata.putObject("labels");
        change.labels()
                .forEach((key, value) ->
                        value.ifPresentOrElse(text -> labels.put(key, text), () -> labels.putNull(key)));
        Node named = new NodeBuilder()
                .withNewMetadata()
                .withName(change.node())
                .endMetadata()
                .build();
        attempt(() -> client.nodes().resource(named).patch(MERGE, patch.toString()));
    }

    @Override
    public void release(HeldPod held) throws Refusal {
        int at = held.gates().indexOf(Placement.HOLD_GATE);
        String path = "/spec/schedulingGates/" + at;
        ArrayNode patch = JsonNodeFactory.instance.arrayNode();
        patch.addObject().put("op", "test").put("path", "/metadata/uid").put("value", held.uid());
        patch.addObject().put("op", "test").put("path", path + "/name").put("value", Placement.HOLD_GATE);
        patch.addObject().put("op", "remove").put("path", path);
        attempt(() -> pod(held).patch(JSON, patch.toString()));
    }

    @Override
    public HeldPod tell(HeldPod held, HoldCondition condition) throws Refusal {
        ObjectNode patch = object();
        patch.putObject("metadata").put("uid", held.uid());
        ObjectNode ours = patch.putObject("status").putArray("conditions").addObject();
        ours.put("type", HoldCondition.TYPE)
                .put("status", condition.loaded() ? "True" : "False")
                .put("reason", condition.reason())
                .put("message", condition.message());
        if (held.condition()
                .filter(before -> before.loaded() == condition.loaded())
                .isEmpty()) {
            ours.put(
                    "lastTransitionTime",
                    DateTimeFormatter.ISO_INSTANT.format(
                            clock.instant().with(java.time.temporal.ChronoField.NANO_OF_SECOND, 0)));
        }
        Pod written = attempt(() -> pod(held).subresource("status").patch(STRATEGIC, patch.toString()));
        return HeldPodReader.read(written).orElse(held);
    }

    @Override
    public void tell(HeldPod held, HoldEvent event) throws Refusal {
        Instant now = clock.instant();
        Event object = new EventBuilder()
                .withNewMetadata()
                .withNamespace(held.pod().namespace())
                // A name of its own for each, made like those of client-go.
                .withName(held.pod().name() + "."
                        + Long.toHexString(ThreadLocalRandom.current().nextLong()))
                .endMetadata()
                .withEventTime(new MicroTime(MICROS.format(now)))
                .withReportingController(CONTROLLER)
                .withReportingInstance(identity)
                .withAction(event.action())
                .withReason(event.reason())
                .withType(event.warning() ? "Warning" : "Normal")
                .withNote(event.note())
                .withNewRegarding()
                .withApiVersion("v1")
                .withKind("Pod")
                .withNamespace(held.pod().namespace())
                .withName(held.pod().name())
                .withUid(held.uid())
                .endRegarding()
                .build();
        attempt(() -> client.events()
                .v1()
                .events()
                .inNamespace(held.pod().namespace())
                .resource(object)
                .create());
    }

    /** Named by an object: given a name alone, the client would get the pod before each patch, for which we have no right. */
    private PodResource pod(HeldPod held) {
        Pod named = new PodBuilder()
                .withNewMetadata()
                .withNamespace(held.pod().namespace())
                .withName(held.pod().name())
                .endMetadata()
                .build();
        return client.pods().inNamespace(held.pod().namespace()).resource(named);
    }

    private static <T> T attempt(Supplier<T> request) throws Refusal {
        try {
            return request.get();
        } catch (KubernetesClientException e) {
            throw Refusal.of(e);
        }
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    private static PatchContext patch(PatchType type) {
        return new PatchContext.Builder()
                .withPatchType(type)
                .withFieldManager(FIELD_MANAGER)
                .build();
    }
}
