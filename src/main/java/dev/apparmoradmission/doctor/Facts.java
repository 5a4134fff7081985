package dev.apparmoradmission.doctor;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An installation at one time, as far as it could be read.
 *
 * @param now that time
 * @param server the API server
 * @param namespace where the webhook is installed
 * @param readings what came of reading each source
 * @param nodes the nodes and their inventory
 * @param nodesUnread why they were not read; empty where they were
 * @param rights what the webhook's account may do; a right that was not asked for is absent
 * @param rightsUnread why that is not known; empty where it is
 * @param replicas what the running replicas say
 * @param probes what became of pods that were offered
 * @param probesUnread why none was offered; empty where they were
 */
record Facts(
        Instant now,
        String server,
        String namespace,
        Map<Source, Reading> readings,
        Optional<Nodes> nodes,
        String nodesUnread,
        Map<Right, Boolean> rights,
        String rightsUnread,
        List<Replica> replicas,
        List<Probe> probes,
        String probesUnread) {

    /** Copies the collections. */
    Facts {
        readings = readings.isEmpty() ? Map.of() : Map.copyOf(new EnumMap<>(readings));
        rights = Map.copyOf(rights);
        replicas = List.copyOf(replicas);
        probes = List.copyOf(probes);
    }

    /** What came of reading it; a source that nobody had cause to read, such as a Secret that is not used, has none. */
    Optional<Reading> reading(Source source) {
        return Optional.ofNullable(readings.get(source));
    }

    /** Whether what is not among the objects is not there. */
    boolean isRead(Source source) {
        return reading(source).filter(Reading.Read.class::isInstance).isPresent();
    }

    /** The objects that were read. */
    List<ApiObject> objects(Source source) {
        return reading(source)
                .map(reading -> reading instanceof Reading.Read read ? read.objects() : List.<ApiObject>of())
                .orElse(List.of());
    }

    /** The object of that name. */
    Optional<ApiObject> object(Source source, String name) {
        return objects(source).stream()
                .filter(object -> object.name().equals(name))
                .findFirst();
    }

    /** How the installation is set up. */
    Setup setup() {
        return Setup.of(namespace, objects(Source.DEPLOYMENTS));
    }

    /** The webhooks of all configurations of the cluster, ours and others. */
    List<Hook> hooks() {
        return java.util.stream.Stream.of(Source.MUTATING, Source.VALIDATING)
                .flatMap(source -> objects(source).stream())
                .flatMap(configuration -> Hook.of(configuration).stream())
                .toList();
    }

    /** Those of our own two configurations. */
    List<Hook> ownHooks() {
        return hooks().stream()
                .filter(hook -> hook.configuration().equals(Shipped.NAME))
                .filter(hook -> hook.name().endsWith(Shipped.SUFFIX))
                .toList();
    }

    /** The webhook's own pods, of its Deployment's selector. */
    List<ApiObject> webhookPods() {
        Map<String, String> labels = setup().podLabels();
        return objects(Source.PODS).stream()
                .filter(pod -> pod.labels().entrySet().containsAll(labels.entrySet()))
                .toList();
    }
}
