package dev.apparmoradmission.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.cluster.tls.Authority;
import dev.apparmoradmission.cluster.tls.Pem;
import dev.apparmoradmission.cluster.tls.ServingPair;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.wire.ConfigMapReader;
import dev.apparmoradmission.wire.Inventory;
import dev.apparmoradmission.wire.InventoryConfigMap;
import dev.apparmoradmission.wire.InventoryPart;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.NodeReader;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.ProfileLists;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What {@code deploy/} installs, self-managed, in a cluster of two nodes, all as it should be: a test spoils one thing of it. */
final class SoundInstallation {

    static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");
    static final String NAMESPACE = "apparmor-admission";

    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final List<String> HOST = List.of("apparmor-admission.apparmor-admission.svc");
    private static final Duration YEAR = Duration.ofDays(365);
    private static final Duration QUARTER = Duration.ofDays(90);

    private static final Map<String, Source> SOURCES = Map.ofEntries(
            Map.entry("Version", Source.VERSION),
            Map.entry("APIResourceList", Source.ADMISSION_API),
            Map.entry("MutatingWebhookConfiguration", Source.MUTATING),
            Map.entry("ValidatingWebhookConfiguration", Source.VALIDATING),
            Map.entry("ValidatingAdmissionPolicy", Source.ADMISSION_POLICIES),
            Map.entry("Namespace", Source.NAMESPACES),
            Map.entry("Deployment", Source.DEPLOYMENTS),
            Map.entry("DaemonSet", Source.DAEMON_SETS),
            Map.entry("Pod", Source.PODS),
            Map.entry("Service", Source.SERVICES),
            Map.entry("EndpointSlice", Source.ENDPOINTS),
            Map.entry("PodDisruptionBudget", Source.BUDGETS),
            Map.entry("NetworkPolicy", Source.NETWORK_POLICIES),
            Map.entry("Lease", Source.LEASES),
            Map.entry("ClusterRole", Source.CLUSTER_ROLES),
            Map.entry("ClusterRoleBinding", Source.CLUSTER_ROLE_BINDINGS),
            Map.entry("Role", Source.ROLES),
            Map.entry("RoleBinding", Source.ROLE_BINDINGS),
            Map.entry("Secret", Source.SECRET));

    final List<ObjectNode> objects = new ArrayList<>();
    final Map<Right, Boolean> rights = new TreeMap<>();
    final Map<Source, Reading> instead = new EnumMap<>(Source.class);
    final Map<String, Map<String, String>> health = new TreeMap<>();
    final Map<Probe.Kind, Probe> probes = new EnumMap<>(Probe.Kind.class);
    private final Map<String, String> certificates = new HashMap<>();
    String rightsUnread = "";
    String probesUnread = "";
    String nodesUnread = "";

    SoundInstallation() {
        Authority ca = Authority.make("apparmor-admission CA", NOW.minus(Duration.ofDays(30)), YEAR, RANDOM);
        Authority old = Authority.make("old CA", NOW.minus(Duration.ofDays(400)), YEAR, RANDOM);
        Authority other = Authority.make("other CA", NOW.minus(Duration.ofDays(30)), YEAR, RANDOM);
        Authority ageing = Authority.make("ageing CA", NOW.minus(Duration.ofDays(355)), YEAR, RANDOM);
        certificates.put("${ca}", base64(Pem.of(ca.certificate())));
        certificates.put("${expired-ca}", base64(Pem.of(old.certificate())));
        certificates.put("${other-ca}", base64(Pem.of(other.certificate())));
        certificates.put("${ageing-ca}", base64(Pem.of(ageing.certificate())));
        certificates.put("${garbage}", base64("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"));
        certificates.put("${crt}", chain(ca.issue(HOST, NOW.minus(Duration.ofDays(10)), QUARTER, RANDOM)));
        certificates.put("${expired-crt}", chain(ca.issue(HOST, NOW.minus(Duration.ofDays(100)), QUARTER, RANDOM)));
        certificates.put("${ageing-crt}", chain(ca.issue(HOST, NOW.minus(Duration.ofDays(80)), QUARTER, RANDOM)));
        certificates.put(
                "${crt-of-another}",
                chain(ca.issue(List.of("elsewhere.example"), NOW.minus(Duration.ofDays(10)), QUARTER, RANDOM)));
        for (String file : List.of("webhooks", "deployment", "service", "disruption-budget", "network-policy")) {
            objects.addAll(documents(Path.of("deploy/base/" + file + ".yaml")));
        }
        objects.addAll(documents(Path.of("src/test/resources/doctor/cluster.yaml")));
        ObjectNode deployment = object("Deployment", Shipped.NAME);
        ((com.fasterxml.jackson.databind.node.ArrayNode) deployment.at("/spec/template/spec/containers/0/env"))
                .addObject()
                .put("name", "APPARMOR_ADMISSION_TLS_MODE")
                .put("value", "self-managed");
        deployment.putObject("status").put("readyReplicas", 2);
        for (String kind : List.of("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")) {
            object(kind, Shipped.NAME)
                    .path("webhooks")
                    .forEach(webhook -> ((ObjectNode) webhook.path("clientConfig")).put("caBundle", "${ca}"));
        }
        ObjectNode secret = JsonNodeFactory.instance.objectNode().put("kind", "Secret");
        secret.putObject("metadata").put("name", "apparmor-admission-tls");
        secret.putObject("data").put("tls.crt", "${crt}");
        objects.add(secret);
        ObjectNode policies = JsonNodeFactory.instance.objectNode().put("kind", "ConfigMap");
        policies.putObject("metadata").put("name", "apparmor-admission-policies");
        policies.putObject("data").put("baseline.yaml", text(Path.of("policies/baseline.yaml")));
        objects.add(policies);
        Shipped shipped = Shipped.in(NAMESPACE);
        RightsCheck.questions(shipped, NAMESPACE)
                .forEach(right -> rights.put(
                        right, (shipped.base().contains(right) || shipped.tls().contains(right))));
        health.put("apparmor-admission-7d4-aaaaa", new TreeMap<>());
        health.put("apparmor-admission-7d4-bbbbb", new TreeMap<>());
        probe(new Probe(Probe.Kind.SILENT, "default", 201, "", List.of(), "RuntimeDefault"));
        probe(new Probe(
                Probe.Kind.UNCONFINED,
                "default",
                403,
                "admission webhook \"validate.apparmor-admission.dev\" denied the request: container probe …",
                List.of(),
                ""));
    }

    void probe(Probe probe) {
        probes.put(probe.kind(), probe);
    }

    /** The object of that kind and name. */
    ObjectNode object(String kind, String name) {
        return objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .filter(object -> object.at("/metadata/name").asText().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no " + kind + " " + name));
    }

    /** What the doctor would have read. */
    Facts facts() throws MalformedDocumentException {
        Map<Source, List<ApiObject>> found = new EnumMap<>(Source.class);
        List<ObjectNode> nodes = new ArrayList<>();
        List<ObjectNode> inventory = new ArrayList<>();
        for (ObjectNode written : objects) {
            ObjectNode object = (ObjectNode) filled(written.deepCopy());
            String kind = object.path("kind").asText();
            boolean lists = object.at("/metadata/labels").has(InventoryConfigMap.LABEL);
            if (kind.equals("Node")) {
                nodes.add(object);
            } else if (lists) {
                inventory.add(object);
            } else {
                Source source = kind.equals("ConfigMap") ? Source.POLICIES : SOURCES.get(kind);
                found.computeIfAbsent(source, any -> new ArrayList<>()).add(ApiObject.of(object));
            }
        }
        Map<Source, Reading> readings = new EnumMap<>(Source.class);
        for (Source source : Source.values()) {
            readings.put(source, new Reading.Read(found.getOrDefault(source, List.of())));
        }
        readings.putAll(instead);
        Facts read = facts(readings, nodes, inventory, List.of());
        // A replica that is not told otherwise has the policies of the ConfigMap.
        String hash = PolicyFacts.reading(read)
                .map(reading -> reading instanceof PolicyReading.Accepted accepted
                        ? accepted.set().hash()
                        : "")
                .orElse("");
        List<Replica> replicas = new ArrayList<>();
        health.forEach((pod, data) -> {
            ObjectNode answer = JsonNodeFactory.instance.objectNode();
            ObjectNode check = answer.putArray("checks").addObject().put("name", "admission");
            ObjectNode said = check.putObject("data").put("policyHash", hash);
            data.forEach(said::put);
            replicas.add(
                    data.containsKey("unread")
                            ? new Replica(pod, Optional.empty(), data.get("unread"))
                            : new Replica(pod, Optional.of(ApiObject.of(answer)), ""));
        });
        return facts(readings, nodes, inventory, replicas);
    }

    private Facts facts(
            Map<Source, Reading> readings, List<ObjectNode> nodes, List<ObjectNode> inventory, List<Replica> replicas)
            throws MalformedDocumentException {
        return new Facts(
                NOW,
                "https://cluster.example:6443",
                NAMESPACE,
                readings,
                nodesUnread.isEmpty() ? Optional.of(nodes(nodes, inventory)) : Optional.empty(),
                nodesUnread,
                rightsUnread.isEmpty() ? rights : Map.of(),
                rightsUnread,
                replicas,
                probesUnread.isEmpty() ? List.copyOf(probes.values()) : List.of(),
                probesUnread);
    }

    private static Nodes nodes(List<ObjectNode> nodes, List<ObjectNode> inventory) throws MalformedDocumentException {
        InventoryReader reader = InventoryReader.withNotes(new ProfileLists());
        List<InventoryPart> parts = new ArrayList<>();
        Map<String, List<String>> speakers = new HashMap<>();
        for (InventoryConfigMap configMap :
                inventory.isEmpty() ? List.<InventoryConfigMap>of() : ConfigMapReader.read(list(inventory))) {
            parts.add(reader.read(configMap));
            configMap
                    .data()
                    .keySet()
                    .forEach(node -> speakers.computeIfAbsent(node, any -> new ArrayList<>())
                            .add(configMap.name()));
        }
        Inventory joined = Inventory.join(parts);
        return new Nodes(
                new ClusterFiles.View(
                        ClusterNodes.of(NodeReader.read(list(nodes)), joined.nodes(), true, TransientTaints.WELL_KNOWN),
                        joined,
                        Namespaces.UNKNOWN,
                        parts.stream().flatMap(part -> part.problems().stream()).toList()),
                speakers);
    }

    private static byte[] list(List<ObjectNode> items) {
        ObjectNode list = JsonNodeFactory.instance.objectNode().put("kind", "List");
        list.put("apiVersion", "v1");
        list.putArray("items").addAll(items);
        return list.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Names of certificates are replaced by these. */
    private JsonNode filled(JsonNode node) {
        if (node.isTextual()) {
            String text = certificates.get(node.textValue());
            return text == null ? node : JsonNodeFactory.instance.textNode(text);
        }
        if (node instanceof ObjectNode object) {
            Set.copyOf(object.properties()).forEach(field -> object.set(field.getKey(), filled(field.getValue())));
        }
        for (int i = 0; node instanceof com.fasterxml.jackson.databind.node.ArrayNode list && i < list.size(); i++) {
            list.set(i, filled(list.get(i)));
        }
        return node;
    }

    private static String chain(ServingPair pair) {
        return base64(Pem.of(pair.chain()));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static List<ObjectNode> documents(Path file) {
        try (var documents = YAML.readerFor(ObjectNode.class).<ObjectNode>readValues(text(file))) {
            return documents.readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }
}
