package dev.apparmoradmission.check;

import dev.apparmoradmission.check.ManifestFiles.ManifestFile;
import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.cluster.InputFile;
import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.decision.Decider;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.UnreadableWorkload;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.report.Summary;
import dev.apparmoradmission.wire.Document;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.Manifest;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.ProfileLists;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ParameterException;

/**
 * The command {@code check}: judges the workloads of files by the one decision, as the webhook would judge the pods that come
 * of them, and reports. Whatever cannot be read is told on standard error, and the rest is judged all the same.
 */
public final class CheckCommand {

    private static final int NOTHING_TO_COMPLAIN_OF = 0;
    private static final int COMPLAINT = 1;
    private static final int BAD_INPUT = 2;

    /** kubectl's: where a manifest names no namespace. */
    private static final String DEFAULT_NAMESPACE = "default";

    private final Surroundings surroundings;
    private final PrintStream err;
    private boolean badInput;

    private CheckCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
        this.err = new PrintStream(surroundings.err(), true, surroundings.charset());
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code check}
     * @param surroundings where it runs
     * @return the exit code of contract §7
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        return new CheckCommand(surroundings).run(arguments);
    }

    private int run(List<String> arguments) {
        try {
            CheckOptions options = CheckOptions.parse(arguments);
            if (options.help()) {
                surroundings.out().write(CheckOptions.usage().getBytes(surroundings.charset()));
                surroundings.out().flush();
                return NOTHING_TO_COMPLAIN_OF;
            }
            return check(options);
        } catch (ParameterException badUsage) {
            err.println("check: " + Printable.of(String.valueOf(badUsage.getMessage())));
            err.println("check --help tells the options.");
        } catch (UnreadableInputException unreadable) {
            tell(unreadable.line());
        } catch (IOException broken) {
            // Most often a reader that went away, as head does.
            err.println("check: the report cannot be written: " + Printable.of(String.valueOf(broken.getMessage())));
        }
        return BAD_INPUT;
    }

    private int check(CheckOptions options) throws IOException {
        Optional<PolicySet> policies = policies(options.policies());
        ClusterFiles.View cluster = new ClusterFiles(options.inventory(), options.nodes(), options.namespaces())
                .read(new InventoryReader(new ProfileLists()), TransientTaints.WELL_KNOWN);
        cluster.problems().forEach(problem -> err.println("warning: " + problem.describe()));
        if (policies.isEmpty()) {
            return BAD_INPUT;
        }
        Snapshot snapshot = new Snapshot(policies.get(), cluster.nodes(), cluster.namespaces(), false);
        Instant now =
                options.now().orElseGet(() -> surroundings.clock().instant().truncatedTo(ChronoUnit.SECONDS));
        Complaints complaints = new Complaints(options.failOn(), cluster.nodes().isInventoried());
        BufferedOutputStream out = new BufferedOutputStream(surroundings.out(), 1 << 16);
        Report report = Reports.of(options.output(), out, surroundings, complaints::about);
        report.begin(new Report.Header(policies.get().hash(), now));
        Run run = new Run(snapshot, now, report, complaints);
        List<String> unreadable = new ArrayList<>();
        List<ManifestFile> files = ManifestFiles.find(options.paths(), unreadable::add);
        for (String line : unreadable) {
            run.problem(line);
        }
        for (ManifestFile file : files) {
            run.file(file);
        }
        report.end(run.summary);
        out.flush();
        return badInput ? BAD_INPUT : run.complaint ? COMPLAINT : NOTHING_TO_COMPLAIN_OF;
    }

    private Optional<PolicySet> policies(List<Path> paths) {
        PolicyReading reading = new PolicyDirectories(paths).read();
        if (reading instanceof PolicyReading.Accepted accepted) {
            return Optional.of(accepted.set());
        }
        if (reading instanceof PolicyReading.Refused refused) {
            refused.problems().forEach(problem -> tell(problem.toString()));
        }
        return Optional.empty();
    }

    private void tell(String line) {
        badInput = true;
        err.println(Printable.of(line));
    }

    /** One pass over the files. */
    private final class Run {

        private final Snapshot snapshot;
        private final Instant now;
        private final Report report;
        private final Complaints complaints;
        private Summary summary = Summary.NONE;
        private boolean complaint;

        Run(Snapshot snapshot, Instant now, Report report, Complaints complaints) {
            this.snapshot = snapshot;
            this.now = now;
            this.report = report;
            this.complaints = complaints;
        }

        void problem(String line) throws IOException {
            tell(line);
            report.problem(line);
        }

        void file(ManifestFile file) throws IOException {
            byte[] content;
            try {
                content = file.path().equals(ManifestFiles.STANDARD_INPUT)
                        ? InputFile.read(surroundings.in(), file.path())
                        : InputFile.read(Path.of(file.path()));
            } catch (UnreadableInputException e) {
                problem(e.line());
                return;
            }
            try {
                documents(file, Documents.of(content, DocumentLimits.MANIFESTS));
            } catch (MalformedDocumentException e) {
                malformed(file, e);
            }
        }

        private void documents(ManifestFile file, Documents documents) throws IOException {
            while (true) {
                Optional<Document> document = Optional.empty();
                List<Manifest> manifests = List.of();
                try {
                    document = documents.next();
                    if (document.isEmpty()) {
                        return;
                    }
                    manifests = Manifest.read(document.get());
                } catch (MalformedDocumentException e) {
                    malformed(file, e);
                    continue;
                }
                manifests(file, document.get(), manifests);
            }
        }

        private void malformed(ManifestFile file, MalformedDocumentException e) throws IOException {
            problem(file.path() + ":" + e.place() + ": " + e.problem());
        }

        private void manifests(ManifestFile file, Document document, List<Manifest> manifests) throws IOException {
            boolean isObject = false;
            for (Manifest manifest : manifests) {
                isObject |= !manifest.object().kind().isEmpty();
                manifest(file, document.number(), manifest);
            }
            if (!isObject && !file.named()) {
                report.note(Printable.of(file.path()) + ": document " + document.number()
                        + " is not a Kubernetes object: passed over");
            }
        }

        private void manifest(ManifestFile file, int document, Manifest manifest) throws IOException {
            ManifestObject object = manifest.object();
            Optional<WorkloadKind> kind = object.workloadKind();
            if (kind.isEmpty()) {
                return;
            }
            String namespace = object.namespace().isEmpty() ? DEFAULT_NAMESPACE : object.namespace();
            Decision decision;
            try {
                Optional<Workload> workload = object.workload(DEFAULT_NAMESPACE);
                if (workload.isEmpty()) {
                    return;
                }
                decision = Decider.decide(workload.get(), Operation.Review.SHARED, snapshot, now);
            } catch (UnreadableWorkloadException e) {
                decision = new UnreadableWorkload(kind.get(), namespace, e.path(), e.problem())
                        .decide(Operation.Review.SHARED, snapshot);
            }
            Judgement judgement = new Judgement(
                    file.path(), document, object.kind(), namespace, object.name(), manifest.places(), decision);
            summary = summary.and(judgement);
            complaint |= complaints.about(judgement);
            report.add(judgement);
        }
    }
}
