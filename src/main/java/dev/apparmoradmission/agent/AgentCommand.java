package dev.apparmoradmission.agent;

import dev.apparmoradmission.cluster.InputFile;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.report.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * The command {@code agent}: publishes what this node's kernel holds as ConfigMap {@code apparmor-inventory-<node>} (contract
 * §5), owned by the node's Node, by server-side apply, within two seconds of a change.
 *
 * <p>Options (each also as {@code APPARMOR_ADMISSION_AGENT_…}): {@code --namespace}, {@code --node} ({@code NODE_NAME}),
 * {@code --node-uid}, {@code --securityfs} ({@code /sys/kernel/security}), {@code --module-parameters}
 * ({@code /sys/module/apparmor/parameters}), {@code --boot-id-file}, {@code --server}, {@code --token-file}, {@code --ca-file},
 * {@code --refresh} (6h), {@code --poll} (30s), {@code --content-hashes}, {@code --print}, {@code --help}. In a pod none is
 * needed.
 */
public final class AgentCommand {

    private static final int BAD_USAGE = 2;
    private static final int CANNOT_BE_TOLD = 1;
    private static final Duration REOPEN = Duration.ofSeconds(1);
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");
    private static final Path ACCOUNT_NAMESPACE = Path.of("/var/run/secrets/kubernetes.io/serviceaccount/namespace");

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;
    private final Clock clock;

    private AgentCommand(Map<String, String> environment, PrintStream out, PrintStream err, Clock clock) {
        this.environment = environment;
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    /**
     * Runs the command; without {@code --print} and {@code --help} until the thread is interrupted or the process ends.
     *
     * @param arguments what follows {@code agent}
     * @return the exit code: 0; 1 where {@code --print} could not tell the list; 2 for bad usage and for surroundings in which
     *     there is nothing to work with, told on standard error with the way out
     */
    public static int run(
            List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err, Clock clock) {
        return new AgentCommand(environment, out, err, clock).run(arguments);
    }

    private int run(List<String> arguments) {
        try {
            Optional<AgentOptions> options = AgentOptions.parse(arguments, environment);
            if (options.isEmpty()) {
                out.print(AgentOptions.usage());
                out.flush();
                return 0;
            }
            return options.get().print() ? print(options.get()) : publish(options.get());
        } catch (AgentFailure e) {
            err.println("agent: " + Printable.of(String.valueOf(e.getMessage())));
            err.println("agent --help tells the options.");
            return BAD_USAGE;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    private int print(AgentOptions options) throws AgentFailure {
        Optional<Identity> told = Files.isReadable(options.tokenFile())
                ? new Credentials(options.tokenFile(), options.caFile()).identity()
                : Optional.empty();
        Identity identity = options.node().isPresent() || told.isEmpty()
                ? new Identity(
                        options.node().isPresent() ? options.node().get() : hostName(),
                        options.nodeUid().orElse(""))
                : told.get();
        InventoryText text = InventoryText.of(kernel(options).observe(true), boot(options), List.of());
        out.writeBytes(ConfigMapJson.of(identity, options.namespace().orElse(""), text.at(clock.instant()), true));
        out.println();
        out.flush();
        text.remarks().forEach(remark -> err.println("agent: left out of the list: " + Printable.of(remark)));
        if (text.problem().isEmpty()) {
            return 0;
        }
        err.println("agent: " + Printable.of(text.problem()));
        return CANNOT_BE_TOLD;
    }

    private int publish(AgentOptions options) throws AgentFailure, InterruptedException {
        Journal journal = new Journal(err, clock);
        if (options.server().isEmpty()) {
            throw new AgentFailure(
                    "no API server: KUBERNETES_SERVICE_HOST is not set, so this is no pod; give --server,"
                            + " or --print to print the ConfigMap only");
        }
        URI server = options.server().get();
        Credentials credentials = new Credentials(options.tokenFile(), options.caFile());
        Identity identity = identity(options, credentials);
        String namespace = namespace(options);
        KernelFiles kernel = kernel(options);
        Wakening wakening = new Wakening();
        InventoryLoop loop = new InventoryLoop(
                kernel,
                boot(options),
                wakening,
                new ApiServer(server, namespace, credentials, ApiServer.ANSWER),
                credentials,
                identity,
                options.nodeUid().isEmpty(),
                InventoryLoop.Pace.of(options.poll(), options.refresh()),
                clock,
                new Random(),
                journal);
        journal.info("agent of node " + identity.node() + " (uid " + identity.uid() + "): reads " + options.securityfs()
                + "/apparmor/profiles, waits in " + kernel.revision() + ", looks every "
                + options.poll().toSeconds() + " s, publishes ConfigMap " + namespace + "/"
                + ConfigMapJson.name(identity.node()) + " to " + server + " at least every "
                + options.refresh().toMinutes() + " min");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> journal.info("ended"), "ended"));
        new RevisionWatch(kernel.revision(), wakening, journal, REOPEN).start();
        loop.run();
        return 0;
    }

    private static KernelFiles kernel(AgentOptions options) {
        return new KernelFiles(options.securityfs(), options.moduleParameters(), options.contentHashes());
    }

    private static Identity identity(AgentOptions options, Credentials credentials) throws AgentFailure {
        Optional<Identity> told = credentials.identity();
        if (told.isEmpty() && (options.node().isEmpty() || options.nodeUid().isEmpty())) {
            throw new AgentFailure("the token in " + options.tokenFile()
                    + " does not tell its node: the API server puts it into pods' tokens from Kubernetes 1.30 on;"
                    + " elsewhere give --node and --node-uid (kubectl get node NAME -o jsonpath={.metadata.uid})");
        }
        String node = told.map(Identity::node).or(options::node).orElse("");
        if (options.node().isPresent() && !options.node().get().equals(node)) {
            throw new AgentFailure("the token in " + options.tokenFile() + " is bound to node " + Quoted.of(node)
                    + ", but --node or NODE_NAME says "
                    + Quoted.of(options.node().get())
                    + ": an agent speaks for no other node");
        }
        String uid = options.nodeUid().or(() -> told.map(Identity::uid)).orElse("");
        if (!Names.NODE.fits(node) || !Names.UID.fits(uid)) {
            throw new AgentFailure("the token in " + options.tokenFile() + " names node " + Quoted.of(node)
                    + " with uid " + Quoted.of(uid) + ", which is not " + Names.NODE.description() + " with "
                    + Names.UID.description());
        }
        return new Identity(node, uid);
    }

    private static String namespace(AgentOptions options) throws AgentFailure {
        if (options.namespace().isPresent()) {
            return options.namespace().get();
        }
        String own = firstLine(ACCOUNT_NAMESPACE, "give --namespace");
        if (!Names.NAMESPACE.fits(own)) {
            throw new AgentFailure(
                    ACCOUNT_NAMESPACE + ": " + Quoted.of(own) + " is not " + Names.NAMESPACE.description());
        }
        return own;
    }

    private static InventoryText.Boot boot(AgentOptions options) throws AgentFailure {
        // Without it a list of before a reboot would be believed.
        String id = firstLine(options.bootIdFile(), "give --boot-id-file");
        if (!id.matches("[0-9A-Za-z-]{1,64}")) {
            throw new AgentFailure(options.bootIdFile() + ": " + Quoted.of(id) + " is not the id of a boot");
        }
        return new InventoryText.Boot(id, Quoted.bare(System.getProperty("os.version", "")));
    }

    private static String hostName() throws AgentFailure {
        String name = firstLine(HOST_NAME, "give --node");
        if (!Names.NODE.fits(name)) {
            throw new AgentFailure(
                    "the host's name " + Quoted.of(name) + " is not " + Names.NODE.description() + "; give --node");
        }
        return name;
    }

    private static String firstLine(Path file, String wayOut) throws AgentFailure {
        try (InputStream stream = Files.newInputStream(file)) {
            return new String(stream.readNBytes(512), StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            throw new AgentFailure(file + ": " + InputFile.describe(e) + "; " + wayOut);
        }
    }
}
