package dev.apparmoradmission.webhook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.decision.ExceptionKeys;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.workload.BetaAnnotation;
import dev.apparmoradmission.workload.WorkloadKind;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Random policies, grants, nodes, inventory and workloads in which everything that ends with time ends around one instant: what
 * exceptions hold until, the farthest day that they may hold until, and the age at which an inventory is not believed any more.
 * All as files and API objects hold it, so that each door reads them in its own way.
 *
 * @param now the instant to judge at: the edge, or just beside it
 * @param policies policies and grants
 * @param nodes the nodes
 * @param inventories inventory ConfigMaps
 * @param namespaces the namespaces
 * @param workloads pods, and now and then what makes pods; each with a name of its own
 */
record EdgeWorld(
        Instant now,
        List<ObjectNode> policies,
        List<ObjectNode> nodes,
        List<ObjectNode> inventories,
        List<ObjectNode> namespaces,
        List<ObjectNode> workloads) {

    /** Of what policies and grants allow ahead, and of what an inventory may be old. */
    private static final int MAX_DAYS = 30;

    private static final Duration MAX_AGE = Duration.ofHours(24);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> NAMESPACES = List.of("shop", "shop", "bank", "kube-system");
    private static final List<String> GRANTS = List.of("g0", "g1", "g2");
    private static final List<Duration> BESIDE =
            Stream.of(-1000, -1, 0, 0, 0, 1, 1000).map(Duration::ofMillis).toList();
    private static final List<Duration> SECONDS =
            Stream.of(-1, 0, 1).map(Duration::ofSeconds).toList();

    /** What is taken at random. */
    private record Draw(Random random) {

        boolean oneIn(int times) {
            return random.nextInt(times) == 0;
        }

        @SafeVarargs
        final <T> T of(T... values) {
            return values[random.nextInt(values.length)];
        }

        <T> T of(List<T> values) {
            return values.get(random.nextInt(values.size()));
        }
    }

    /** Makes one with so many workloads. */
    static EdgeWorld of(Random random, int workloads) {
        Draw draw = new Draw(random);
        // Midnight, where days end, or any time of the day.
        Instant edge = draw.of(Instant.parse("2026-12-01T00:00:00Z"), Instant.parse("2027-02-28T12:34:56Z"));
        List<String> ends = ends(edge);
        List<ObjectNode> policies = new ArrayList<>();
        policies.add(policy("a", draw));
        if (draw.oneIn(3)) {
            policies.add(policy("b", draw));
        }
        for (String grant : GRANTS) {
            policies.add(grant(grant, ends, draw));
        }
        int count = 1 + random.nextInt(4);
        List<ObjectNode> nodes = new ArrayList<>();
        List<ObjectNode> inventories = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(node("n" + i, draw));
            if (i == 0 || !draw.oneIn(6)) {
                inventories.add(inventory("n" + i, edge, draw));
            }
        }
        List<ObjectNode> namespaces = new ArrayList<>();
        namespaces.add(object("{'metadata': {'name': 'shop', 'labels': {'tier': 'gold'}}}"));
        namespaces.add(object("{'metadata': {'name': 'bank'}}"));
        namespaces.add(object("{'metadata': {'name': 'kube-system'}}"));
        List<ObjectNode> made = new ArrayList<>();
        for (int i = 0; i < workloads; i++) {
            made.add(workload("w" + i, ends, draw));
        }
        return new EdgeWorld(edge.plus(draw.of(BESIDE)), policies, nodes, inventories, namespaces, made);
    }

    /** Until when exceptions may hold, as people write it: at the edge and beside it, and as far ahead of it as they may. */
    private static List<String> ends(Instant edge) {
        List<String> ends = new ArrayList<>();
        // Most of them end now, some as late as they may.
        for (Instant end : List.of(edge, edge, edge.plus(Duration.ofDays(MAX_DAYS)))) {
            for (Duration beside : SECONDS) {
                OffsetDateTime instant = end.plus(beside).atOffset(ZoneOffset.UTC);
                ends.add(instant.toInstant().toString());
                ends.add(instant.withOffsetSameInstant(ZoneOffset.ofHoursMinutes(5, 30))
                        .toString());
                ends.add(instant.withOffsetSameInstant(ZoneOffset.ofHours(-8)).toString());
            }
            LocalDate day = LocalDate.ofInstant(end, ZoneOffset.UTC);
            ends.add(day.toString());
            ends.add(day.minusDays(1).toString());
            ends.add(day.plusDays(1).toString());
        }
        return ends;
    }

    private static ObjectNode policy(String name, Draw draw) {
        ObjectNode policy = object("{'apiVersion': 'apparmor-admission.dev/v1alpha1', 'kind': 'AppArmorPolicy'}");
        policy.putObject("metadata").put("name", name);
        ObjectNode spec = policy.putObject("spec")
                .put("mode", draw.of("Enforce", "Enforce", "Enforce", "Enforce", "Warn", "Audit"));
        spec.set(
                "match",
                object(draw.of(
                        "{'excludeNamespaces': ['kube-system']}",
                        "{'excludeNamespaces': ['kube-system']}",
                        "{'namespaceSelector': {'matchLabels': {'tier': 'gold'}}}",
                        "{}")));
        spec.set(
                "defaultProfile",
                object(draw.of(
                        "{'type': 'RuntimeDefault'}",
                        "{'type': 'RuntimeDefault', 'onUnsupportedNode': 'Skip'}",
                        "{'type': 'RuntimeDefault', 'onUnsupportedNode': 'Pin'}",
                        "{'type': 'Localhost', 'localhostProfile': 'k8s-web'}",
                        "{'type': 'None'}")));
        spec.putObject("rules").put("privileged", draw.of("Enforce", "Warn", "Ignore"));
        ObjectNode localhost = spec.putObject("localhost")
                .put("placement", draw.of("Prove", "Prove", "Prove", "Steer", "Hold"))
                .put("nodes", draw.of("Every", "Every", "Any"));
        localhost.putArray("allowed").add(draw.of("*", "*", "k8s-*"));
        if (!draw.oneIn(4)) {
            localhost.put("maxAge", MAX_AGE.toHours() + "h");
        }
        ObjectNode exceptions = spec.putObject("exceptions")
                .put("source", draw.of("Annotation", "Annotation", "Annotation", "Grant", "Grant", "Grant", "None"));
        if (!draw.oneIn(3)) {
            exceptions.put("maxDays", MAX_DAYS);
        }
        ArrayNode required = exceptions.putArray("require");
        if (draw.oneIn(2)) {
            required.add("expires");
        }
        if (draw.oneIn(4)) {
            exceptions.putArray("controls").add("RunAsNonRoot");
        }
        spec.put("templates", draw.of("Warn", "Enforce", "Ignore"));
        return policy;
    }

    private static ObjectNode grant(String name, List<String> ends, Draw draw) {
        ObjectNode grant = object("{'apiVersion': 'apparmor-admission.dev/v1alpha1', 'kind': 'AppArmorException'}");
        grant.putObject("metadata").put("name", name);
        ObjectNode spec = grant.putObject("spec")
                .put("claim", draw.of("Required", "NotRequired"))
                .put("reason", "reads what is below /proc")
                .put("owner", "team-observability")
                .put("expires", draw.of(ends));
        spec.putArray("namespaces").add(draw.of("shop", "*"));
        spec.putArray("containers").add(draw.of("*", "*", "c0", "c?"));
        ArrayNode permits = spec.putArray("permits").add(Rule.UNCONFINED.id());
        Stream.of(Rule.PRIVILEGED, Rule.LOCALHOST_MODE, Rule.APPARMOR_UNAVAILABLE)
                .filter(rule -> draw.oneIn(2))
                .forEach(rule -> permits.add(rule.id()));
        if (draw.oneIn(3)) {
            spec.set("podSelector", object("{'matchLabels': {'app': 'probe'}}"));
        }
        if (draw.oneIn(4)) {
            spec.putArray("controls").add("RunAsNonRoot");
        }
        return grant;
    }

    private static ObjectNode node(String name, Draw draw) {
        ObjectNode node = object("{'apiVersion': 'v1', 'kind': 'Node'}");
        node.putObject("metadata")
                .put("name", name)
                .putObject("labels")
                .put("host", name)
                .put("kubernetes.io/os", "linux")
                .put("kubernetes.io/hostname", name);
        if (draw.oneIn(4)) {
            node.set("spec", object("{'taints': [{'key': 'k', 'value': 'v', 'effect': 'NoSchedule'}]}"));
        }
        node.putObject("status")
                .putObject("nodeInfo")
                .put("containerRuntimeVersion", draw.of("containerd://2.1.4", "containerd://2.1.4", "cri-o://1.33.0"))
                .put("bootID", "b-" + name);
        return node;
    }

    private static ObjectNode inventory(String node, Instant edge, Draw draw) {
        ObjectNode inventory = object("{'apiVersion': 'v1', 'kind': 'ConfigMap'}");
        inventory
                .putObject("metadata")
                .put("name", "inventory-" + node)
                .put("namespace", "apparmor-admission")
                .put("resourceVersion", "1")
                .putObject("labels")
                .put("apparmor-admission.dev/inventory", "true");
        StringBuilder lines = new StringBuilder(draw.oneIn(8) ? "# apparmor: disabled\n" : "# apparmor: enabled\n");
        if (!draw.oneIn(4)) {
            Instant observed = draw.of(edge.minus(MAX_AGE), edge.minus(MAX_AGE), edge.plus(MAX_AGE), edge);
            lines.append("# observed-at: ")
                    .append(observed.plus(draw.of(SECONDS)))
                    .append('\n');
        }
        if (draw.oneIn(3)) {
            lines.append("# boot-id: ").append(draw.of("b-" + node, "earlier")).append('\n');
        }
        for (String profile : List.of("k8s-web", "k8s-db", "learn", "cri-containerd.apparmor.d")) {
            if (!draw.oneIn(5)) {
                String mode = draw.of("enforce", "enforce", "enforce", "complain", "unconfined");
                lines.append(profile).append(" (").append(mode).append(")\n");
            }
        }
        inventory.putObject("data").put(node, lines.toString());
        return inventory;
    }

    private static ObjectNode workload(String name, List<String> ends, Draw draw) {
        WorkloadKind kind = draw.oneIn(6) ? draw.of(WorkloadKind.values()) : WorkloadKind.POD;
        ObjectNode object = JSON.createObjectNode()
                .put("apiVersion", kind.group().isEmpty() ? "v1" : kind.group() + "/v1")
                .put("kind", kind.kindName());
        object.putObject("metadata").put("name", name).put("namespace", draw.of(NAMESPACES));
        ObjectNode template = object;
        if (kind.isTemplate()) {
            for (String step : kind.templatePath().split("\\.", -1)) {
                template = template.putObject(step);
            }
        }
        ObjectNode metadata = template.withObjectProperty("metadata");
        metadata.putObject("labels").put("app", draw.of("probe", "web"));
        annotations(metadata.putObject("annotations"), ends, draw);
        ObjectNode spec = template.putObject("spec");
        if (draw.oneIn(40)) {
            spec.put("containers", "none");
            return object;
        }
        switch (draw.of(0, 1, 2, 3, 4, 5)) {
            case 0 -> spec.put("nodeName", "n0");
            case 1 -> spec.putObject("nodeSelector").put("host", "n1");
            case 2 -> spec.set("tolerations", array("[{'operator': 'Exists'}]"));
            default -> {
                // Anywhere.
            }
        }
        if (draw.oneIn(40)) {
            spec.putObject("os").put("name", "windows");
        }
        if (draw.oneIn(4)) {
            spec.set(
                    "securityContext",
                    object(draw.of(
                            "{'appArmorProfile': {'type': 'RuntimeDefault'}}",
                            "{'appArmorProfile': {'type': 'Unconfined'}}",
                            "{'appArmorProfile': {'type': 'Localhost', 'localhostProfile': 'k8s-db'}}",
                            "{'runAsNonRoot': true}")));
        }
        ArrayNode containers = spec.putArray("containers");
        for (int i = draw.of(1, 1, 2, 3); i > 0; i--) {
            containers.add(container(containers.size(), draw));
        }
        if (draw.oneIn(8)) {
            spec.putArray("initContainers").add(container(9, draw));
        }
        return object;
    }

    private static void annotations(ObjectNode annotations, List<String> ends, Draw draw) {
        if (!draw.oneIn(4)) {
            annotations.put(ExceptionKeys.UNCONFINED, draw.of("*", "*", "*", "c0", "c0, c1"));
            annotations.put(ExceptionKeys.EXPIRES, draw.oneIn(20) ? "soon" : draw.of(ends));
            annotations.put(ExceptionKeys.REASON, draw.oneIn(12) ? "short" : "needs perf events until fixed");
        }
        if (!draw.oneIn(4)) {
            annotations.put(ExceptionKeys.EXCEPTION, draw.oneIn(10) ? "unheard-of" : draw.of(GRANTS));
        }
        if (draw.oneIn(5)) {
            annotations.put(
                    BetaAnnotation.PREFIX + draw.of("c0", "c0", "c1"),
                    draw.of("", "unconfined", "runtime/default", "localhost/k8s-web", "localhost/", "odd"));
        }
    }

    private static ObjectNode container(int number, Draw draw) {
        ObjectNode container = JSON.createObjectNode().put("name", "c" + number).put("image", "registry.example/a:1");
        ObjectNode context = container.putObject("securityContext");
        String profile = draw.oneIn(25)
                ? draw.of("{'type': 'Localhost', 'localhostProfile': 'absent'}", "{'type': 'Odd'}")
                : draw.of(
                        "",
                        "{'type': 'RuntimeDefault'}",
                        "{'type': 'Unconfined'}",
                        "{'type': 'Unconfined'}",
                        "{'type': 'Unconfined'}",
                        "{'type': 'Localhost', 'localhostProfile': 'k8s-web'}",
                        "{'type': 'Localhost', 'localhostProfile': 'k8s-web'}",
                        "{'type': 'Localhost', 'localhostProfile': 'learn'}");
        if (!profile.isEmpty()) {
            context.set("appArmorProfile", object(profile));
        }
        if (draw.oneIn(6)) {
            context.put("privileged", true);
        }
        if (draw.oneIn(2)) {
            context.put("runAsNonRoot", true);
        }
        return container;
    }

    /** Documents of one file. */
    static String documents(List<ObjectNode> objects) {
        return String.join("\n---\n", objects.stream().map(ObjectNode::toString).toList()) + "\n";
    }

    private static ObjectNode object(String text) {
        return (ObjectNode) read(text);
    }

    private static ArrayNode array(String text) {
        return (ArrayNode) read(text);
    }

    private static JsonNode read(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
