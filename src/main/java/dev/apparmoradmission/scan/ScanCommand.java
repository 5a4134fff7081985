package dev.apparmoradmission.scan;

import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.cluster.KubectlCluster;
import dev.apparmoradmission.cluster.ListedCluster;
import dev.apparmoradmission.cluster.ListedWorkloads;
import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.report.JsonReport;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.ProfileLists;
import dev.apparmoradmission.workload.WorkloadKind;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The command {@code scan}: judges once what is in a live cluster. It changes nothing there. */
public final class ScanCommand {

    private static final int NOTHING_TO_COMPLAIN_OF = 0;
    private static final int COMPLAINT = 1;

    /** What cannot be understood is told of so many lines, not of each. */
    private static final int MOST_TOLD = 20;

    private final CommandFrame frame;
    private final Surroundings surroundings;
    private final PrintStream err;

    private ScanCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("scan", surroundings);
        this.surroundings = surroundings;
        this.err = frame.err();
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code scan}
     * @param surroundings where it runs
     * @return the exit code: 0 nothing to complain of; 1 something is; 2 bad usage, or something could not be read
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        ScanCommand command = new ScanCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        ScanOptions options = ScanOptions.parse(arguments);
        if (options.help()) {
            return frame.usage(ScanOptions.usage());
        }
        Optional<PolicySet> policies = policies(options.policies());
        if (policies.isEmpty()) {
            return CommandFrame.BAD_INPUT;
        }
        try (KubernetesClient client = KubectlCluster.open(options.context(), "use check, which judges files")) {
            return scan(options, policies.get(), client);
        }
    }

    private Optional<PolicySet> policies(List<Path> paths) {
        PolicyReading reading = new PolicyDirectories(paths).read();
        if (reading instanceof PolicyReading.Refused refused) {
            refused.problems().forEach(problem -> err.println(Printable.of(problem.toString())));
        }
        return reading instanceof PolicyReading.Accepted accepted ? Optional.of(accepted.set()) : Optional.empty();
    }

    private int scan(ScanOptions options, PolicySet policies, KubernetesClient client) throws IOException {
        Map<String, NamespaceTally> tallies = new TreeMap<>();
        BufferedOutputStream out = new BufferedOutputStream(surroundings.out(), 1 << 16);
        Report report = options.output() == ScanOptions.Output.JSON
                ? new JsonReport(out)
                : new ScanText(new OutputStreamWriter(out, surroundings.charset()), surroundings.style(), tallies);
        InventoryReader reader = new InventoryReader(new ProfileLists());
        // Without nodes nothing can be judged; so much must be had, or there is no report.
        ClusterFiles.View view = ListedCluster.read(client, options.inventoryNamespace(), reader, any -> {});
        view.problems().stream().limit(MOST_TOLD).forEach(problem -> err.println("warning: " + problem.describe()));
        Namespaces namespaces = Namespaces.UNKNOWN;
        Optional<String> unread = Optional.empty();
        try {
            namespaces = ListedCluster.namespaces(client);
        } catch (UnreadableInputException e) {
            // A policy that selects namespaces by labels then holds everywhere, as in the webhook: fail closed.
            unread = Optional.of(e.line() + "; policies with a namespaceSelector are taken to hold everywhere");
        }
        Snapshot snapshot = new Snapshot(policies, view.nodes(), namespaces, false);
        Instant now =
                options.now().orElseGet(() -> surroundings.clock().instant().truncatedTo(ChronoUnit.SECONDS));
        report.begin(new Report.Header(policies.hash(), now));
        Progress progress = new Progress(err, surroundings.attended());
        Scan scan = new Scan(options, snapshot, now, report, tallies, progress, err);
        if (unread.isPresent()) {
            scan.unread(unread.get());
        }
        List<WorkloadKind> kinds = Arrays.stream(WorkloadKind.values())
                .filter(kind -> kind == WorkloadKind.POD || !options.podsOnly())
                .toList();
        new ListedWorkloads(client).read(options.namespaces(), kinds, scan);
        progress.end();
        report.end(scan.summary());
        out.flush();
        return scan.isPartial() ? CommandFrame.BAD_INPUT : scan.isComplaint() ? COMPLAINT : NOTHING_TO_COMPLAIN_OF;
    }
}
