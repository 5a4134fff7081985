import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * An API server that lists a big cluster, page by page, with objects as large as kubelets and controllers make them: nodes of
 * six pools, the inventory that an agent publishes of each, pods of Deployments in 40 namespaces, these Deployments and the
 * ReplicaSets that they keep, some at zero replicas, and CronJobs. The same on every run but for the time.
 *
 * <p>Usage: {@code java BigCluster.java DIRECTORY PROFILES PODS NODES}. PROFILES is a file with the kernel's list of a plain
 * node. Writes {@code DIRECTORY/kubeconfig} and runs until it is killed.
 */
final class BigCluster {

    private static final int NAMESPACES = 40;
    private static final int PODS_OF_ONE = 10;
    private static final List<String> POOLS = List.of("general", "general", "general", "web", "batch", "data");

    private final String system;
    private final int pods;
    private final int nodes;
    private final Map<String, Listing> lists = new TreeMap<>();

    private record Listing(String kind, String version, int size, IntFunction<String> item) {}

    private BigCluster(String system, int pods, int nodes) {
        this.system = system.strip().replace("\n", "\\n");
        this.pods = pods;
        this.nodes = nodes;
        int deployments = pods / PODS_OF_ONE;
        list("/api/v1/nodes", "Node", "v1", nodes, this::node);
        list("/api/v1/namespaces", "Namespace", "v1", NAMESPACES, BigCluster::namespace);
        list("/api/v1/namespaces/apparmor-admission/configmaps", "ConfigMap", "v1", nodes, this::inventory);
        list("/api/v1/pods", "Pod", "v1", pods, this::pod);
        // One in five has no pods.
        list("/apis/apps/v1/deployments", "Deployment", "apps/v1", deployments * 6 / 5, this::deployment);
        list("/apis/apps/v1/replicasets", "ReplicaSet", "apps/v1", deployments * 3, this::replicaSet);
        list("/apis/batch/v1/cronjobs", "CronJob", "batch/v1", NAMESPACES * 5, this::cronJob);
    }

    public static void main(String[] arguments) throws IOException {
        Path directory = Path.of(arguments[0]);
        BigCluster cluster = new BigCluster(
                Files.readString(Path.of(arguments[1])),
                Integer.parseInt(arguments[2]),
                Integer.parseInt(arguments[3]));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", cluster::answer);
        server.start();
        Path draft = Files.writeString(directory.resolve("kubeconfig.new"), """
                apiVersion: v1
                kind: Config
                current-context: big
                clusters: [{name: big, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: big, user: {token: none}}]
                contexts: [{name: big, context: {cluster: big, user: big}}]
                """.formatted(
                        server.getAddress().getPort()));
        Files.move(draft, directory.resolve("kubeconfig"));
    }

    private void list(String path, String kind, String version, int size, IntFunction<String> item) {
        lists.put(path, new Listing(kind, version, size, item));
    }

    private void answer(HttpExchange exchange) throws IOException {
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        Listing list =
                lists.getOrDefault(exchange.getRequestURI().getPath(), new Listing("Object", "v1", 0, number -> ""));
        int limit = number(query, "limit", list.size());
        int from = number(query, "continue", 0);
        int to = Math.min(list.size(), from + limit);
        byte[] body = IntStream.range(from, to)
                .mapToObj(list.item())
                .collect(Collectors.joining(
                        ",",
                        "{\"kind\":\"" + list.kind() + "List\",\"apiVersion\":\"" + list.version()
                                + "\",\"metadata\":{\"resourceVersion\":\"1\",\"continue\":\""
                                + (to < list.size() ? to : "")
                                + "\"},\"items\":[",
                        "]}"))
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    private static int number(String query, String name, int otherwise) {
        for (String part : query.split("&", -1)) {
            if (part.startsWith(name + "=")) {
                return Integer.parseInt(part.substring(name.length() + 1));
            }
        }
        return otherwise;
    }

    private static String name(int node) {
        return String.format(Locale.ROOT, "ip-10-0-%d-%d.eu-central-1.compute.internal", node >> 8, node & 255);
    }

    private static String pool(int node) {
        return POOLS.get(node % POOLS.size());
    }

    private String node(int number) {
        String images = IntStream.range(0, 40)
                .mapToObj(i -> "{\"names\":[\"registry.example/team-" + i + "/service@sha256:" + "0f".repeat(32)
                        + "\"],\"sizeBytes\":123456789}")
                .collect(Collectors.joining(","));
        return """
                {"metadata":{"name":"%1$s","uid":"node-uid-%2$d","labels":{"kubernetes.io/hostname":"%1$s","kubernetes.io/os":"linux",
                 "kubernetes.io/arch":"amd64","pool":"%3$s","topology.kubernetes.io/zone":"eu-central-1%4$s"}},
                 "spec":{"providerID":"aws:///i-%2$d"%5$s},
                 "status":{"images":[%6$s],"nodeInfo":{"bootID":"boot-%2$d","containerRuntimeVersion":"containerd://2.1.4"}}}
                """.formatted(
                        name(number),
                        number,
                        pool(number),
                        (char) ('a' + number % 3),
                        pool(number).equals("data")
                                ? ",\"taints\":[{\"key\":\"dedicated\",\"value\":\"data\",\"effect\":\"NoSchedule\"}]"
                                : "",
                        images);
    }

    /** One node in a hundred lacks a profile that its like have. */
    private String inventory(int number) {
        String own = IntStream.range(0, 40)
                .filter(i -> number % 100 != 42 || i != 7)
                .mapToObj(i -> "\\nk8s-" + pool(number) + "-" + i + " (" + (i % 8 == 6 ? "complain" : "enforce") + ")")
                .collect(Collectors.joining());
        return """
                {"metadata":{"name":"apparmor-inventory-%1$s","namespace":"apparmor-admission","resourceVersion":"%2$d",
                 "labels":{"apparmor-admission.dev/inventory":"true"},
                 "ownerReferences":[{"apiVersion":"v1","kind":"Node","name":"%1$s","uid":"node-uid-%2$d"}]},
                 "data":{"%1$s":"# apparmor: enabled\\n# observed-at: %3$s\\n# boot-id: boot-%2$d\\n%4$s\\nk8s-common (enforce)%5$s\\n"}}
                """.formatted(name(number), number, Instant.now(), system, own);
    }

    private static String namespace(int number) {
        return "{\"metadata\":{\"name\":\"team-" + number + "\",\"labels\":{\"kubernetes.io/metadata.name\":\"team-"
                + number + "\",\"tier\":\"" + (number % 3 == 0 ? "gold" : "silver") + "\"}}}";
    }

    private static String profile(int app) {
        return switch (app % 20) {
            case 0 -> "{\"type\":\"Unconfined\"}";
            case 1, 2 -> "{\"type\":\"Localhost\",\"localhostProfile\":\"k8s-common\"}";
            case 3 -> "{\"type\":\"Localhost\",\"localhostProfile\":\"k8s-general-7\"}";
            case 4 -> "{\"type\":\"Localhost\",\"localhostProfile\":\"k8s-general-6\"}";
            default -> "{\"type\":\"RuntimeDefault\"}";
        };
    }

    /** What an API server has filled in of a service with a side car, some 8 KiB. */
    private static String spec(int app, String placement) {
        String environment = IntStream.range(0, 25)
                .mapToObj(i -> "{\"name\":\"SETTING_" + i + "\",\"value\":\"value-of-a-setting-" + i + "\"}")
                .collect(Collectors.joining(","));
        String probe =
                "{\"httpGet\":{\"path\":\"/health\",\"port\":8080,\"scheme\":\"HTTP\"},\"timeoutSeconds\":1,\"periodSeconds\":10}";
        String mounts =
                "[{\"name\":\"kube-api-access\",\"readOnly\":true,\"mountPath\":\"/var/run/secrets/kubernetes.io/serviceaccount\"}]";
        String container = """
                {"name":"%s","image":"registry.example/team/app-%d:1.%d","command":["/app"],"args":["--serve","--verbose"],
                 "env":[%s],"resources":{"limits":{"cpu":"1","memory":"512Mi"},"requests":{"cpu":"100m","memory":"256Mi"}},
                 "volumeMounts":%s,"livenessProbe":%s,"readinessProbe":%s,"terminationMessagePath":"/dev/termination-log",
                 "securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"appArmorProfile":%s}}
                """;
        return """
                {"volumes":[{"name":"kube-api-access","projected":{"sources":[{"serviceAccountToken":{"path":"token"}}],"defaultMode":420}}],
                 "containers":[%s,%s],"restartPolicy":"Always","dnsPolicy":"ClusterFirst","serviceAccountName":"app-%d",%s
                 "securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"}},
                 "tolerations":[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":300}]}
                """.formatted(
                container.formatted("app", app, app % 9, environment, mounts, probe, probe, profile(app)),
                container.formatted("proxy", 0, 1, environment, mounts, probe, probe, "{\"type\":\"RuntimeDefault\"}"),
                app,
                placement);
    }

    private static String metadata(int app, String name, String owner) {
        return """
                {"name":"%s","namespace":"team-%d","uid":"uid-%s","resourceVersion":"4711","creationTimestamp":"2026-01-01T00:00:00Z",
                 "labels":{"app.kubernetes.io/name":"app-%d","app.kubernetes.io/part-of":"shop","pod-template-hash":"%s"},%s
                 "annotations":{"prometheus.io/scrape":"true","kubectl.kubernetes.io/last-applied-configuration":"%s"},
                 "managedFields":[{"manager":"kube-controller-manager","operation":"Update","fieldsV1":{"f:metadata":{"f:labels":{%s}}}}]}
                """.formatted(
                name,
                app % NAMESPACES,
                name,
                app,
                hash(app),
                owner.isEmpty()
                        ? ""
                        : "\"ownerReferences\":[{\"apiVersion\":\"apps/v1\"," + owner + ",\"controller\":true}],",
                "x".repeat(900),
                IntStream.range(0, 60).mapToObj(i -> "\"f:field-" + i + "\":{}").collect(Collectors.joining(",")));
    }

    private static String hash(int app) {
        return Integer.toHexString(0x5f000000 + app);
    }

    private String pod(int number) {
        int app = number / PODS_OF_ONE;
        String set = "app-" + app + "-" + hash(app);
        return "{\"metadata\":"
                + metadata(app, set + "-" + number, "\"kind\":\"ReplicaSet\",\"name\":\"" + set + "\"") + ",\"spec\":"
                + spec(app, "\"nodeName\":\"" + name(number % nodes) + "\",")
                + ",\"status\":{\"phase\":\"Running\",\"containerStatuses\":[{\"name\":\"app\",\"ready\":true,\"imageID\":\"sha256:"
                + "0f".repeat(32) + "\"}]}}";
    }

    private String deployment(int app) {
        return "{\"metadata\":" + metadata(app, "app-" + app, "") + ",\"spec\":{\"replicas\":"
                + (app < pods / PODS_OF_ONE ? PODS_OF_ONE : 0)
                + ",\"template\":{\"metadata\":{\"labels\":{\"app\":\"a\"}},\"spec\":"
                + spec(app, "\"nodeSelector\":{\"pool\":\"general\"},") + "}}}";
    }

    /** The present one and two old ones of each. */
    private String replicaSet(int number) {
        int app = number / 3;
        return "{\"metadata\":"
                + metadata(
                        app,
                        "app-" + app + "-" + (number % 3 == 0 ? hash(app) : "old" + number % 3),
                        "\"kind\":\"Deployment\",\"name\":\"app-" + app + "\"")
                + ",\"spec\":{\"replicas\":" + (number % 3 == 0 ? PODS_OF_ONE : 0) + ",\"template\":{\"spec\":"
                + spec(app, "")
                + "}}}";
    }

    private String cronJob(int number) {
        return "{\"metadata\":" + metadata(number, "job-" + number, "")
                + ",\"spec\":{\"schedule\":\"0 3 * * *\",\"jobTemplate\":{\"spec\":{\"template\":{\"spec\":"
                + spec(number, "")
                + "}}}}}";
    }
}
