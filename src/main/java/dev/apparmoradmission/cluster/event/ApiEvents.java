package dev.apparmoradmission.cluster.event;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.cluster.leader.Refusal;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.events.v1.Event;
import io.fabric8.kubernetes.api.model.events.v1.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** Events of {@code events.k8s.io/v1} about the ConfigMap that holds the policies, in its namespace. */
final class ApiEvents implements EventWrites {

    private static final String CONTROLLER = "apparmor-admission.dev/webhook";
    private static final String FIELD_MANAGER = "apparmor-admission";
    /** The API server takes no longer one. */
    private static final int LONGEST_INSTANCE = 128;

    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final KubernetesClient client;
    private final String namespace;
    private final String configMap;
    private final String identity;
    private final InstantSource clock;

    ApiEvents(KubernetesClient client, String namespace, String configMap, String identity, InstantSource clock) {
        this.client = client;
        this.namespace = namespace;
        this.configMap = configMap;
        this.identity = identity.length() > LONGEST_INSTANCE ? identity.substring(0, LONGEST_INSTANCE) : identity;
        this.clock = clock;
    }

    @Override
    public boolean create(PolicyEvent event) throws Refusal {
        Event object = new EventBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(event.name(configMap))
                .endMetadata()
                .withEventTime(new MicroTime(now()))
                .withReportingController(CONTROLLER)
                .withReportingInstance(identity)
                .withAction(event.action())
                .withReason(event.reason())
                .withType(event.warning() ? "Warning" : "Normal")
                .withNote(event.note())
                .withNewRegarding()
                .withApiVersion("v1")
                .withKind("ConfigMap")
                .withNamespace(namespace)
                .withName(configMap)
                .withUid(uid().orElse(null))
                .endRegarding()
                .build();
        return isDone(() -> resource(object).create());
    }

    @Override
    public boolean repeat(PolicyEvent event, int count) throws Refusal {
        Event named = new EventBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(event.name(configMap))
                .endMetadata()
                .build();
        ObjectNode patch = JsonNodeFactory.instance.objectNode();
        patch.putObject("series").put("count", count).put("lastObservedTime", now());
        PatchContext merge = new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(FIELD_MANAGER)
                .build();
        return isDone(() -> resource(named).patch(merge, patch.toString()));
    }

    /** By it {@code kubectl describe configmap} finds the Event. Policies may come from elsewhere; then there is none. */
    private Optional<String> uid() {
        try {
            return Optional.ofNullable(client.configMaps()
                            .inNamespace(namespace)
                            .withName(configMap)
                            .get())
                    .map(found -> found.getMetadata().getUid());
        } catch (KubernetesClientException e) {
            return Optional.empty();
        }
    }

    /** Named by an object: given a name alone, the client would get the Event before a patch, for which we have no right. */
    private Resource<Event> resource(Event named) {
        return client.events().v1().events().inNamespace(namespace).resource(named);
    }

    private static boolean isDone(Runnable request) throws Refusal {
        try {
            request.run();
            return true;
        } catch (KubernetesClientException e) {
            Refusal refusal = Refusal.of(e);
            if (refusal.kind() == Refusal.Kind.GONE) {
                return false;
            }
            throw refusal;
        }
    }

    private String now() {
        return MICROS.format(clock.instant());
    }
}
