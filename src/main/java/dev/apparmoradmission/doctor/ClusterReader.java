package dev.apparmoradmission.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.cluster.ListedCluster;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.ProfileLists;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gathers facts from a cluster. Writes nothing: it gets and lists, asks what the webhook's account may do, and offers pods as dry runs. What
 * it may not read it leaves out, and says so.
 */
final class ClusterReader {

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;

    /** Objects of one page. */
    private static final int PAGE = 250;

    /** More pages than any cluster has; a server that never comes to an end is none. */
    private static final int MOST_PAGES = 400;

    /** Replicas that are asked how they do. */
    private static final int MOST_REPLICAS = 20;

    private static final String REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews";

    private final KubernetesClient client;
    private final Api api;
    private final String namespace;
    private final Optional<String> probeNamespace;
    private final Map<Source, Reading> readings = new EnumMap<>(Source.class);

    /**
     * Reads the installation of a namespace.
     *
     * @param client talks to the cluster
     * @param namespace where the webhook is installed
     * @param probeNamespace where pods are offered as dry runs; absent for none
     */
    ClusterReader(KubernetesClient client, String namespace, Optional<String> probeNamespace) {
        this.client = client;
        this.api = new Api(client);
        this.namespace = namespace;
        this.probeNamespace = probeNamespace;
    }

    /**
     * Reads all of it.
     *
     * @param now the present
     * @throws UnreadableInputException with one line, where the cluster cannot be reached, or lets nobody in by that name
     */
    Facts read(Instant now) throws UnreadableInputException {
        greet();
        for (Source source : Source.values()) {
            if (source != Source.VERSION && source != Source.SECRET && source != Source.POLICIES) {
                readings.put(source, read(source, ""));
            }
        }
        Setup setup = Setup.of(namespace, objects(Source.DEPLOYMENTS));
        readings.put(Source.POLICIES, read(Source.POLICIES, setup.policies()));
        setup.secret().ifPresent(name -> readings.put(Source.SECRET, read(Source.SECRET, name)));
        Optional<Nodes> nodes = Optional.empty();
        String nodesUnread = "";
        try {
            nodes = Optional.of(nodes());
        } catch (UnreadableInputException unreadable) {
            nodesUnread = unreadable.line();
        }
        Map<Right, Boolean> rights = new HashMap<>();
        String rightsUnread = rights(setup.account(), rights);
        return new Facts(
                now,
                api.server(),
                namespace,
                readings,
                nodes,
                nodesUnread,
                rights,
                rightsUnread,
                replicas(setup),
                probes(),
                probeNamespace.isEmpty() ? "--no-probe was given" : "");
    }

    /** Before all else: a server that cannot be reached is bad input, not a finding. */
    private void greet() throws UnreadableInputException {
        Api.Answer answer = api.get(Source.VERSION.path("", ""));
        if (answer.code() == 0) {
            throw new UnreadableInputException("cluster " + api.server(), "cannot be reached: " + answer.message());
        }
        if (answer.code() == UNAUTHORIZED) {
            throw new UnreadableInputException(
                    "cluster " + api.server(), "your credentials are not accepted; check the user of the kubeconfig");
        }
        readings.put(Source.VERSION, single(Source.VERSION, "", answer));
        // Some let everybody ask for the version: whether we are known shows with the first thing of worth.
        Api.Answer known = api.get("/api/v1/namespaces/" + namespace);
        if (known.code() == UNAUTHORIZED) {
            throw new UnreadableInputException(
                    "cluster " + api.server(), "your credentials are not accepted; check the user of the kubeconfig");
        }
        if (known.code() == NOT_FOUND) {
            throw new UnreadableInputException(
                    "cluster " + api.server(),
                    "there is no namespace " + Quoted.bare(namespace)
                            + "; where is it installed? --namespace names it");
        }
    }

    private List<ApiObject> objects(Source source) {
        return readings.get(source) instanceof Reading.Read read ? read.objects() : List.of();
    }

    private Reading read(Source source, String name) {
        String path = source.path(namespace, name);
        if (source.isSingle()) {
            return single(source, name, api.get(path));
        }
        List<ApiObject> objects = new ArrayList<>();
        String next = "";
        for (int page = 0; page < MOST_PAGES; page++) {
            Api.Answer answer = api.get(path + "?limit=" + PAGE + (next.isEmpty() ? "" : "&continue=" + encoded(next)));
            if (!answer.ok()) {
                return refused(source, name, answer);
            }
            String kind = answer.body().path("kind").asText().replaceAll("List$", "");
            for (JsonNode item : answer.body().path("items")) {
                // Items of a list do not say what they are.
                objects.add(ApiObject.of(item instanceof ObjectNode object ? object.put("kind", kind) : item));
            }
            next = answer.body().at("/metadata/continue").asText();
            if (next.isEmpty()) {
                return new Reading.Read(objects);
            }
        }
        return new Reading.Unread("the list has no end");
    }

    private static String encoded(String text) {
        return java.net.URLEncoder.encode(text, java.nio.charset.StandardCharsets.UTF_8);
    }

    private Reading single(Source source, String name, Api.Answer answer) {
        if (answer.code() == NOT_FOUND) {
            return Reading.nothing();
        }
        if (!answer.ok()) {
            return refused(source, name, answer);
        }
        JsonNode object = answer.body();
        if (source == Source.SECRET && object.path("data") instanceof ObjectNode data) {
            // Keys are none of our business: they go no further than this line.
            data.retain("tls.crt");
            ((ObjectNode) object.path("metadata")).remove(List.of("annotations", "managedFields"));
        }
        return new Reading.Read(List.of(ApiObject.of(object)));
    }

    private Reading refused(Source source, String name, Api.Answer answer) {
        if (answer.code() == FORBIDDEN && !source.isPublic()) {
            return new Reading.Unread("needs: " + source.right(namespace, name));
        }
        if (answer.code() == NOT_FOUND) {
            return Reading.nothing();
        }
        return new Reading.Unread(Quoted.of(answer.message(), 200));
    }

    private Nodes nodes() throws UnreadableInputException {
        Map<String, List<String>> speakers = new HashMap<>();
        ClusterFiles.View view = ListedCluster.read(
                client,
                namespace,
                InventoryReader.withNotes(new ProfileLists()),
                configMap -> configMap
                        .data()
                        .keySet()
                        .forEach(node -> speakers.computeIfAbsent(node, any -> new ArrayList<>())
                                .add(configMap.name())));
        return new Nodes(view, speakers);
    }

    /** What the account may do goes to the map; the answer is why that is not known, empty where it is. */
    private String rights(String account, Map<Right, Boolean> rights) {
        Set<Right> questions = RightsCheck.questions(Shipped.in(namespace), namespace);
        for (Right right : questions) {
            Api.Answer answer = api.review(REVIEWS, review(account, right));
            if (!answer.ok()) {
                rights.clear();
                return answer.code() == FORBIDDEN
                        ? "needs: create subjectaccessreviews.authorization.k8s.io"
                        : Quoted.of(answer.message(), 200);
            }
            rights.put(right, answer.body().at("/status/allowed").asBoolean(false));
        }
        return "";
    }

    private JsonNode review(String account, Right right) {
        ObjectNode review = JsonNodeFactory.instance.objectNode();
        review.put("apiVersion", "authorization.k8s.io/v1").put("kind", "SubjectAccessReview");
        ObjectNode spec = review.putObject("spec");
        spec.put("user", account);
        // As the API server itself has it (apiserver/pkg/authentication/serviceaccount).
        spec.putArray("groups")
                .add("system:serviceaccounts")
                .add("system:serviceaccounts:" + namespace)
                .add("system:authenticated");
        ObjectNode attributes = spec.putObject("resourceAttributes");
        int slash = right.resource().indexOf('/');
        attributes
                .put("verb", right.verb())
                .put("group", right.group())
                .put("resource", slash < 0 ? right.resource() : right.resource().substring(0, slash))
                .put("namespace", right.namespace())
                .put("name", right.name());
        if (slash >= 0) {
            attributes.put("subresource", right.resource().substring(slash + 1));
        }
        return review;
    }

    private List<Replica> replicas(Setup setup) {
        List<Replica> replicas = new ArrayList<>();
        for (ApiObject pod : objects(Source.PODS)) {
            boolean ours = pod.labels().entrySet().containsAll(setup.podLabels().entrySet());
            if (ours
                    && pod.text("/status/phase").equals("Running")
                    && !pod.has("/metadata/deletionTimestamp")
                    && replicas.size() < MOST_REPLICAS) {
                replicas.add(replica(pod.name()));
            }
        }
        return replicas;
    }

    private Replica replica(String pod) {
        Api.Answer answer = api.get("/api/v1/namespaces/" + namespace + "/pods/" + pod + ":9000/proxy/q/health/ready");
        // One that is not ready answers with 503 and says the same.
        if (answer.body().has("checks")) {
            return new Replica(pod, Optional.of(ApiObject.of(answer.body())), "");
        }
        boolean forbidden = answer.code() == FORBIDDEN;
        return new Replica(
                pod,
                Optional.empty(),
                forbidden
                        ? "needs: get pods/proxy in namespace " + namespace
                        : "its port 9000 does not answer through the API server (a NetworkPolicy may forbid that): "
                                + Quoted.of(answer.message(), 200));
    }

    private List<Probe> probes() {
        return probeNamespace
                .map(where -> List.of(probe(where, Probe.Kind.SILENT), probe(where, Probe.Kind.UNCONFINED)))
                .orElse(List.of());
    }

    private Probe probe(String where, Probe.Kind kind) {
        Api.Answer answer = api.dryRun("/api/v1/namespaces/" + where + "/pods", pod(kind));
        String profile =
                answer.body().at("/spec/securityContext/appArmorProfile/type").asText();
        String own = answer.body()
                .at("/spec/containers/0/securityContext/appArmorProfile/type")
                .asText();
        return new Probe(
                kind, where, answer.code(), answer.message(), answer.warnings(), own.isEmpty() ? profile : own);
    }

    /** Apart from what is asked for, as strict as Pod Security can be: nobody else shall have a reason to refuse it. */
    private static JsonNode pod(Probe.Kind kind) {
        ObjectNode pod = JsonNodeFactory.instance.objectNode();
        pod.put("apiVersion", "v1").put("kind", "Pod");
        ObjectNode metadata = pod.putObject("metadata");
        metadata.put("generateName", "apparmor-admission-doctor-");
        ObjectNode spec = pod.putObject("spec");
        spec.put("automountServiceAccountToken", false).put("restartPolicy", "Never");
        ObjectNode container = spec.putArray("containers").addObject();
        container.put("name", "probe").put("image", "doctor.invalid/never-pulled:0");
        ObjectNode resources = container.putObject("resources");
        resources.putObject("requests").put("cpu", "1m").put("memory", "1Mi");
        resources.putObject("limits").put("cpu", "1m").put("memory", "1Mi");
        ObjectNode security = container.putObject("securityContext");
        security.put("allowPrivilegeEscalation", false)
                .put("privileged", false)
                .put("readOnlyRootFilesystem", true)
                .put("runAsNonRoot", true)
                .put("runAsUser", 65532);
        security.putObject("capabilities").putArray("drop").add("ALL");
        security.putObject("seccompProfile").put("type", "RuntimeDefault");
        if (kind == Probe.Kind.UNCONFINED) {
            security.putObject("appArmorProfile").put("type", "Unconfined");
        }
        return pod;
    }
}
