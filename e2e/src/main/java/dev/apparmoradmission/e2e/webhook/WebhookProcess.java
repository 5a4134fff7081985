package dev.apparmoradmission.e2e.webhook;

import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Kubeconfig;
import dev.apparmoradmission.e2e.cluster.Child;
import dev.apparmoradmission.e2e.cluster.Cleanup;
import dev.apparmoradmission.e2e.cluster.Directories;
import dev.apparmoradmission.e2e.cluster.FreePorts;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.cluster.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The packaged webhook, running on this machine and registered with an API server. */
public final class WebhookProcess implements Webhook {
    /** Where it looks for inventory ConfigMaps. */
    public static final String NAMESPACE = Account.NAMESPACE;

    private static final Duration READY = Duration.ofSeconds(180);
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final TestCluster cluster;
    private final ApiServer api;
    private final Registration registration;
    private final String url;
    private final Child child;
    private final Path directory;
    private final int port;
    private final int managementPort;
    private final Cleanup cleanup;
    private Duration startUp = Duration.ZERO;
    private final HttpClient http = HttpClient.newHttpClient();
    private volatile boolean registered;

    private WebhookProcess(
            TestCluster cluster,
            ApiServer api,
            Registration registration,
            String url,
            Child child,
            Path directory,
            int port,
            int managementPort) {
        this.cluster = cluster;
        this.api = api;
        this.registration = registration;
        this.url = url;
        this.child = child;
        this.directory = directory;
        this.port = port;
        this.managementPort = managementPort;
        this.cleanup = new Cleanup(this::stop);
    }

    /** Starts the webhook, waits until it is ready, registers it and waits until the API server asks it. */
    public static WebhookProcess start(
            TestCluster cluster,
            ApiServer api,
            Settings settings,
            Path e2e,
            List<Path> policies,
            Map<String, String> environment)
            throws IOException {
        WebhookProcess process = launch(cluster, api, settings, e2e, policies, environment);
        try {
            process.register();
            return process;
        } catch (RuntimeException failure) {
            process.close();
            throw failure;
        }
    }

    /**
     * Starts the webhook and waits until it is ready. The API server knows nothing of it yet.
     *
     * @param e2e the directory of this project
     * @param policies policy files and directories
     * @param environment added to that of the process, such as {@code APPARMOR_ADMISSION_DRY_RUN}
     */
    public static WebhookProcess launch(
            TestCluster cluster,
            ApiServer api,
            Settings settings,
            Path e2e,
            List<Path> policies,
            Map<String, String> environment)
            throws IOException {
        return start(cluster, api, settings, e2e, policies, environment, List.of());
    }

    /**
     * The same, with further options of its JVM.
     *
     * @param options come after the usual ones, so that they win
     */
    public static WebhookProcess start(
            TestCluster cluster,
            ApiServer api,
            Settings settings,
            Path e2e,
            List<Path> policies,
            Map<String, String> environment,
            List<String> options)
            throws IOException {
        Path jar = settings.path("E2E_WEBHOOK_JAR")
                .orElseGet(() ->
                        e2e.resolveSibling("target").resolve("quarkus-app").resolve("quarkus-run.jar"));
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar + " is not there: package the webhook first, ./mvnw -B package"
                    + " (or name its jar in E2E_WEBHOOK_JAR)");
        }
        Path directory = Files.createTempDirectory(
                "apparmor-webhook", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path deploy = e2e.resolveSibling("deploy");
        List<Integer> ports = FreePorts.choose(2);
        Path ca = directory.resolve("ca.pem");
        Path kubeconfig = Files.writeString(
                directory.resolve("kubeconfig"),
                Kubeconfig.withToken(cluster.kubeconfig(), Account.token(api, deploy)));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms24m",
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:TrimNativeHeapInterval=5000"));
        command.addAll(options);
        command.addAll(List.of("-jar", jar.toString(), "webhook"));
        policies.forEach(policy -> command.addAll(List.of("--policy", policy.toString())));
        command.addAll(List.of("--inventory-namespace", NAMESPACE));
        if (!environment.containsKey("APPARMOR_ADMISSION_TLS_MODE")) {
            command.addAll(List.of("--ca-out", ca.toString()));
        }
        command.addAll(List.of("--tls-host", cluster.webhookHost()));
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("KUBECONFIG", kubeconfig.toString());
        variables.put("QUARKUS_HTTP_SSL_PORT", ports.get(0).toString());
        variables.put("QUARKUS_MANAGEMENT_PORT", ports.get(1).toString());
        long begin = System.nanoTime();
        Child child = Child.start("the webhook", command, variables, directory.resolve("log"), GRACE);
        WebhookProcess process = new WebhookProcess(
                cluster,
                api,
                new Registration(api, deploy),
                "https://" + cluster.webhookHost() + ":" + ports.get(0),
                child,
                directory,
                ports.get(0),
                ports.get(1));
        try {
            child.await(READY, process::ready);
            process.startUp = Duration.ofNanos(System.nanoTime() - begin);
            return process;
        } catch (RuntimeException failure) {
            process.close();
            throw failure;
        }
    }

    /** Registers it, in place of any that is, and waits until the API server asks it. */
    public void register() throws IOException {
        registered = true;
        registration.register(url, ca());
        child.await(READY, this::asked);
    }

    /** Registers what listens elsewhere, and waits until the API server asks this one by way of it. */
    public void registerBehind(String front) throws IOException {
        registered = true;
        registration.register(front, ca());
        child.await(READY, this::asked);
    }

    /** From now on it is another's to end the registration. */
    public void handOver() {
        registered = false;
    }

    /** Ends it at once, as a crash does. */
    public void kill() {
        child.kill();
    }

    private boolean ready() {
        return management("/q/health/ready")
                .map(answer -> answer.statusCode() == 200)
                .orElse(false);
    }

    private boolean asked() {
        return Asked.is(api, this::metrics);
    }

    /** Where it answers reviews, for someone on this machine. */
    public String url() {
        return "https://127.0.0.1:" + port;
    }

    /** The port of {@link #url}. */
    public int port() {
        return port;
    }

    /** The CA of its certificate, in PEM form; empty where it keeps its certificates itself. */
    public String ca() {
        Path file = directory.resolve("ca.pem");
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException failure) {
            throw new UncheckedIOException("the webhook's CA", failure);
        }
    }

    /** Whether its readiness says so now. */
    public boolean isReady() {
        return ready();
    }

    /** What its readiness tells, in JSON; empty where it does not answer. */
    public String readiness() {
        return management("/q/health/ready").map(HttpResponse::body).orElse("");
    }

    /** How long it took from the start of the process until it was ready, to a tenth of a second. */
    public Duration startUp() {
        return startUp;
    }

    @Override
    public Metrics metrics() {
        return new Metrics(management("/q/metrics").map(HttpResponse::body).orElse(""));
    }

    @Override
    public String log() {
        return child.log();
    }

    @Override
    public String tail(int lines) {
        return child.tail(lines);
    }

    /** Its process id. */
    public long pid() {
        return child.pid();
    }

    @Override
    public String incarnation() {
        return "process " + pid();
    }

    @Override
    public boolean alive() {
        return child.alive();
    }

    private java.util.Optional<HttpResponse<String>> management(String path) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                .timeout(Duration.ofSeconds(10))
                .build();
        try {
            return java.util.Optional.of(http.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException notListening) {
            return java.util.Optional.empty();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    private void stop() {
        try {
            if (registered) {
                registration.remove();
            }
        } catch (IllegalStateException serverGone) {
            // On Ctrl-C a server of ours ends at the same time, and with it what was registered there.
            if (cluster.outlivesUs()) {
                System.err.println("Still registered, remove its webhook configurations: " + serverGone.getMessage());
            }
        } finally {
            child.close();
        }
        try {
            Directories.remove(directory);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot remove " + directory, failure);
        }
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
