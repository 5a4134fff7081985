package dev.apparmoradmission.e2e.cluster;

import io.fabric8.kubernetes.api.model.ConfigBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** etcd, kube-apiserver and, where there are such, kube-controller-manager and kube-scheduler, as processes on the loopback. */
final class LocalControlPlane implements TestCluster {
    private static final String LOOPBACK = "127.0.0.1";
    private static final Duration START = Duration.ofMinutes(2);
    /** What they hold is thrown away with them: nothing is gained by letting them end in order. */
    private static final Duration AT_ONCE = Duration.ZERO;

    private final ControlPlanePrograms programs;
    private final List<String> serverOptions;
    private final Path directory;
    private final List<Child> children = new ArrayList<>();
    private final Cleanup cleanup;
    private final CallerIdentity caller = CallerIdentity.make();
    private String kubeconfig = "";
    private String version = "";

    private LocalControlPlane(ControlPlanePrograms programs, List<String> serverOptions) throws IOException {
        this.programs = programs;
        this.serverOptions = List.copyOf(serverOptions);
        // It holds keys and tokens.
        this.directory = Files.createTempDirectory(
                "apparmor-e2e", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        this.cleanup = new Cleanup(this::stop);
    }

    static LocalControlPlane start(ControlPlanePrograms programs) throws Exception {
        return start(programs, List.of());
    }

    /** @param serverOptions further options of kube-apiserver */
    static LocalControlPlane start(ControlPlanePrograms programs, List<String> serverOptions) throws Exception {
        LocalControlPlane plane = new LocalControlPlane(programs, serverOptions);
        try {
            plane.start();
            return plane;
        } catch (Exception failure) {
            plane.close();
            throw failure;
        }
    }

    private void start() throws IOException, NoSuchAlgorithmException {
        List<Integer> ports = FreePorts.choose(5);
        String etcd = "http://" + LOOPBACK + ":" + ports.get(0);
        String peer = "http://" + LOOPBACK + ":" + ports.get(1);
        int port = ports.get(2);
        String token = token();
        Path serviceAccountKey = write("service-account.key", key());
        children.add(run(
                "etcd",
                programs.etcd(),
                List.of(
                        "--data-dir=" + directory.resolve("etcd"),
                        "--listen-client-urls=" + etcd,
                        "--advertise-client-urls=" + etcd,
                        "--listen-peer-urls=" + peer,
                        "--initial-advertise-peer-urls=" + peer,
                        "--initial-cluster=default=" + peer,
                        // Nobody reads this store again: waiting for the disk would be waste.
                        "--unsafe-no-fsync")));
        List<String> options = new ArrayList<>(List.of(
                "--etcd-servers=" + etcd,
                "--bind-address=" + LOOPBACK,
                "--advertise-address=" + LOOPBACK,
                "--secure-port=" + port,
                "--cert-dir=" + directory.resolve("certificates"),
                "--token-auth-file=" + write("tokens.csv", token + ",admin,admin,system:masters\n"),
                "--authorization-mode=Node,RBAC",
                // As on a usual node: what is privileged is for admission to judge.
                "--allow-privileged=true",
                "--enable-admission-plugins=NodeRestriction",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + serviceAccountKey,
                "--service-account-signing-key-file=" + serviceAccountKey,
                "--service-cluster-ip-range=10.96.0.0/24",
                "--endpoint-reconciler-type=none",
                "--admission-control-config-file="
                        + write(
                                "admission.yaml",
                                CallerIdentity.admissionConfiguration(
                                        write("kubeconfig-for-webhooks", caller.kubeconfig())
                                                .toString())),
                "--audit-policy-file=" + write("audit-policy.yaml", AuditPolicy.YAML),
                "--audit-log-path=" + auditLogFile()));
        if (programs.controllerManager().isEmpty()) {
            // Nothing would make the account and token that this plugin demands of every pod.
            options.add("--disable-admission-plugins=ServiceAccount");
        }
        options.addAll(serverOptions);
        Child server = run("kube-apiserver", programs.apiServer(), options);
        children.add(server);
        // It makes its own certificate as it starts: a client that trusts it can exist only then.
        Path certificate = directory.resolve("certificates").resolve("apiserver.crt");
        server.await(START, () -> Files.exists(certificate));
        kubeconfig = kubeconfig("https://" + LOOPBACK + ":" + port, certificate, token);
        try (KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig))
                .build()) {
            server.await(START, () -> ready(client));
            version = client.getKubernetesVersion().getGitVersion();
            if (programs.controllerManager().isPresent()) {
                Child manager = controllerManager(
                        programs.controllerManager().get(), serviceAccountKey, certificate, ports.get(3));
                children.add(manager);
                manager.await(START, () -> hasDefaultAccount(client));
            }
            if (programs.scheduler().isPresent()) {
                children.add(scheduler(programs.scheduler().get(), ports.get(4)));
            }
        }
    }

    private Child controllerManager(Path program, Path serviceAccountKey, Path certificate, int port)
            throws IOException {
        return run(
                "kube-controller-manager",
                program,
                List.of(
                        "--kubeconfig=" + write("kubeconfig", kubeconfig),
                        "--authentication-skip-lookup=true",
                        "--bind-address=" + LOOPBACK,
                        "--secure-port=" + port,
                        "--cert-dir=" + directory.resolve("certificates-of-controllers"),
                        "--leader-elect=false",
                        "--use-service-account-credentials=true",
                        "--service-account-private-key-file=" + serviceAccountKey,
                        "--root-ca-file=" + certificate,
                        // No kubelet reports for the tests' nodes: they must not be tainted or emptied for that.
                        "--controllers=*,-node-lifecycle-controller,-taint-eviction-controller,-nodeipam,-pod-garbage-collector-controller"));
    }

    /** Whoever needs it waits for what it does: nothing that it serves tells that it is ready to schedule. */
    private Child scheduler(Path program, int port) throws IOException {
        String file = write("kubeconfig-of-scheduler", kubeconfig).toString();
        return run(
                "kube-scheduler",
                program,
                List.of(
                        "--kubeconfig=" + file,
                        "--authentication-kubeconfig=" + file,
                        "--authorization-kubeconfig=" + file,
                        "--authentication-skip-lookup=true",
                        "--bind-address=" + LOOPBACK,
                        "--secure-port=" + port,
                        "--cert-dir=" + directory.resolve("certificates-of-scheduler"),
                        "--leader-elect=false"));
    }

    private Child run(String name, Path program, List<String> options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(program.toString());
        command.addAll(options);
        return Child.start(name, command, Map.of(), directory.resolve(name + ".log"), AT_ONCE);
    }

    private static boolean ready(KubernetesClient client) {
        try {
            return "ok".equals(client.raw("/readyz"))
                    && client.namespaces().withName("default").get() != null;
        } catch (KubernetesClientException notYet) {
            return false;
        }
    }

    private static boolean hasDefaultAccount(KubernetesClient client) {
        return client.serviceAccounts()
                        .inNamespace("default")
                        .withName("default")
                        .get()
                != null;
    }

    private Path auditLogFile() {
        return directory.resolve("audit.log");
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(directory.resolve(name), content);
    }

    private static String token() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static String key() throws NoSuchAlgorithmException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        byte[] encoded = generator.generateKeyPair().getPrivate().getEncoded();
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(encoded)
                + "\n-----END PRIVATE KEY-----\n";
    }

    private static String kubeconfig(String server, Path certificate, String token) throws IOException {
        return Serialization.asYaml(new ConfigBuilder()
                .withApiVersion("v1")
                .withKind("Config")
                .withCurrentContext("e2e")
                .addNewCluster()
                .withName("e2e")
                .withNewCluster()
                .withServer(server)
                .withCertificateAuthorityData(Base64.getEncoder().encodeToString(Files.readAllBytes(certificate)))
                .endCluster()
                .endCluster()
                .addNewUser()
                .withName("admin")
                .withNewUser()
                .withToken(token)
                .endUser()
                .endUser()
                .addNewContext()
                .withName("e2e")
                .withNewContext()
                .withCluster("e2e")
                .withUser("admin")
                .endContext()
                .endContext()
                .build());
    }

    private void stop() {
        for (int i = children.size() - 1; i >= 0; i--) {
            children.get(i).close();
        }
        try {
            Directories.remove(directory);
        } catch (IOException failure) {
            throw new UncheckedIOException("cannot remove " + directory, failure);
        }
    }

    @Override
    public String description() {
        return "etcd and kube-apiserver " + version + ", " + programs.origin()
                + (runsControllers() ? ", with kube-controller-manager" : ", without controllers")
                + (runsScheduler() ? " and kube-scheduler" : ", without scheduler");
    }

    @Override
    public String kubeconfig() {
        return kubeconfig;
    }

    @Override
    public AuditLog auditLog() {
        return () -> Files.readString(auditLogFile());
    }

    @Override
    public Optional<String> callerAuthority() {
        return Optional.of(caller.certificate());
    }

    @Override
    public String webhookHost() {
        return LOOPBACK;
    }

    @Override
    public boolean runsControllers() {
        return programs.controllerManager().isPresent();
    }

    @Override
    public boolean runsScheduler() {
        return programs.scheduler().isPresent();
    }

    @Override
    public boolean outlivesUs() {
        return false;
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
