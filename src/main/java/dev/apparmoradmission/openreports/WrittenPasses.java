package dev.apparmoradmission.openreports;

import dev.apparmoradmission.cluster.ClusterConnection;
import dev.apparmoradmission.cluster.LiveCluster;
import dev.apparmoradmission.cluster.leader.Leadership;
import dev.apparmoradmission.observed.PassListener;
import dev.apparmoradmission.observed.PassTroubles;
import dev.apparmoradmission.observed.StoredWorkload;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.workload.WorkloadKind;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.function.BiConsumer;

/** Writes what each pass of the leader finds as reports. */
public final class WrittenPasses implements PassListener {

    private static final String WRITE = "write reports";

    private final KubernetesClient client;
    private final ReportWriter writer;
    private final PassTroubles troubles;
    private final BiConsumer<ClusterFindings, Written> told;

    /**
     * Does nothing before a pass.
     *
     * @param format the kinds of report
     * @param troubles is told what cannot be written
     * @param told takes what was found and what was written, where reports could be kept
     */
    public WrittenPasses(
            ClusterConnection connection,
            ReportFormat format,
            PassTroubles troubles,
            BiConsumer<ClusterFindings, Written> told) {
        this(Leadership.impatient(connection.client()), format, troubles, told);
    }

    WrittenPasses(
            KubernetesClient client,
            ReportFormat format,
            PassTroubles troubles,
            BiConsumer<ClusterFindings, Written> told) {
        this.client = client;
        this.writer = new ReportWriter(client, format, ReportWriter.PACE);
        this.troubles = troubles;
        this.told = told;
    }

    @Override
    public Pass begin(Occasion occasion) {
        ClusterFindings findings =
                new ClusterFindings(occasion.snapshot(), occasion.now(), List.of(), LiveCluster.admissionSince(client));
        return new Pass() {
            @Override
            public void judged(StoredWorkload workload, Judgement judgement) {
                findings.judged(workload, judgement);
            }

            @Override
            public void unread(String line) {
                findings.unread(line);
            }

            @Override
            public void unread(WorkloadKind kind, String namespace, String line) {
                findings.unread(kind, namespace, line);
            }

            @Override
            public void end() {
                write(findings, occasion);
            }
        };
    }

    private void write(ClusterFindings findings, Occasion occasion) {
        if (!occasion.leading().getAsBoolean()) {
            return;
        }
        try {
            Written written = writer.write(findings, occasion.leading());
            told.accept(findings, written);
            if (written.problems().isEmpty()) {
                troubles.can(WRITE);
            } else {
                troubles.cannot(
                        WRITE,
                        written.problems().get(0)
                                + (written.problems().size() > 1
                                        ? " (and " + (written.problems().size() - 1) + " more)"
                                        : ""));
            }
        } catch (ReportsUnavailableException e) {
            // That another leads is how it should be.
            if (occasion.leading().getAsBoolean()) {
                troubles.cannot(WRITE, e.line());
            }
        }
    }
}
