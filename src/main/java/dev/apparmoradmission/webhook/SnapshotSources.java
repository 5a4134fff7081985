package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.ClusterConnection;
import dev.apparmoradmission.cluster.ClusterFiles;
import dev.apparmoradmission.cluster.ClusterReports;
import dev.apparmoradmission.cluster.ContentWatch;
import dev.apparmoradmission.cluster.InformedCluster;
import dev.apparmoradmission.cluster.NodeLoss;
import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.cluster.PolicyListener;
import dev.apparmoradmission.cluster.PolicyWatch;
import dev.apparmoradmission.cluster.RefusedPoliciesException;
import dev.apparmoradmission.cluster.SnapshotStore;
import dev.apparmoradmission.cluster.StandaloneCluster;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.cluster.event.PolicyEvents;
import dev.apparmoradmission.cluster.placement.PlacementLeader;
import dev.apparmoradmission.node.TransientTaints;
import dev.apparmoradmission.observed.PassLeader;
import dev.apparmoradmission.observed.PassListener;
import dev.apparmoradmission.observed.PassTroubles;
import dev.apparmoradmission.openreports.ReportFormat;
import dev.apparmoradmission.openreports.WrittenPasses;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.wire.PolicyProblem;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpsServerStart;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Starts what the snapshot comes from: policy files, and either the files of standalone mode or the cluster. */
@ApplicationScoped
public class SnapshotSources implements PolicyListener, ClusterReports {

    private static final Logger LOG = Logger.getLogger("apparmor-admission");
    private static final Duration QUIET = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    /** Problems of one source that are told at once; a file may have thousands. */
    private static final int MOST_TOLD = 20;

    private final WebhookSettings settings;
    private final SnapshotStore store;
    private final WebhookState state;
    private final ClusterConnection connection;
    private final Clock clock;
    private final SourceMetrics metrics;
    private final PlacementReporter placement;
    private final ReportsReporter reporter;
    private final ExceptionMetrics exceptions;
    private final List<AutoCloseable> started = new ArrayList<>();
    private volatile PolicySet inForce = new PolicySet(List.of(), Map.of(), "");
    private volatile String clusterName = "";
    private volatile Optional<PolicyEvents> events = Optional.empty();

    SnapshotSources(
            WebhookSettings settings,
            SnapshotStore store,
            WebhookState state,
            ClusterConnection connection,
            Clock clock,
            MeterRegistry registry,
            ExceptionMetrics exceptions) {
        this.settings = settings;
        this.store = store;
        this.state = state;
        this.connection = connection;
        this.clock = clock;
        this.metrics = new SourceMetrics(registry, store, state, clock);
        this.placement = new PlacementReporter(registry);
        this.reporter = new ReportsReporter(registry, clock);
        this.exceptions = exceptions;
    }

    void start(@Observes StartupEvent event) {
        SettingsCheck.check(settings);
        ContentWatch.Pace pace = new ContentWatch.Pace(settings.watchInterval(), QUIET, PATIENCE);
        startPolicies(pace);
        startCluster(pace);
    }

    void listening(@ObservesAsync HttpsServerStart event, HttpServer server) {
        PolicySet policies = inForce;
        LOG.infof(
                "Listening on https://%s:%d, %d policies and %d grants from %s (hash %s), inventory from %s, certificate %s%s",
                event.options().getHost(),
                server.getSecurePort(),
                policies.policies().size(),
                policies.grants().size(),
                settings.policies().stream().map(Path::toString).collect(Collectors.joining(", ")),
                policies.hash(),
                clusterName,
                state.certificate(),
                settings.dryRun() ? "; DRY RUN: nothing is denied or patched" : "");
    }

    void stop(@Observes ShutdownEvent event) throws Exception {
        for (AutoCloseable source : started) {
            source.close();
        }
    }

    private void startPolicies(ContentWatch.Pace pace) {
        try {
            started.add(PolicyWatch.start(new PolicyDirectories(settings.policies()), this, pace));
        } catch (RefusedPoliciesException e) {
            throw new UnusableConfigurationException(
                    e.problems().stream().map(PolicyProblem::toString).toList());
        }
    }

    private void startCluster(ContentWatch.Pace pace) {
        TransientTaints taints =
                TransientTaints.WELL_KNOWN.plus(settings.transientTaints().orElse(List.of()));
        try {
            if (settings.isStandalone()) {
                ClusterFiles files = new ClusterFiles(
                        settings.inventory().orElse(List.of()),
                        settings.nodes().orElse(List.of()),
                        settings.namespaces().orElse(List.of()));
                clusterName = "files "
                        + files.inventory().stream().map(Path::toString).collect(Collectors.joining(", "));
                started.add(StandaloneCluster.start(files, taints, store, this, clock, pace));
            } else {
                InformedCluster cluster = connection.watch(settings.inventoryNamespace(), taints, store, this);
                clusterName = "ConfigMaps of namespace " + cluster.namespace();
                cluster.start();
                PolicyEvents told = PolicyEvents.start(
                        connection, cluster.namespace(), settings.policiesConfigMap(), clock, LOG::warn);
                events = Optional.of(told);
                started.add(told);
                // Ends before the cluster does: it writes by what that shows.
                started.add(PlacementLeader.start(
                        connection, cluster.namespace(), settings.holdDeadline(), store, placement, clock));
                startPasses(cluster.namespace());
                started.add(cluster);
            }
        } catch (UnreadableInputException e) {
            throw new UnusableConfigurationException(e.line());
        }
    }

    /** One look at the cluster now and then, for all who want to know what is in it. */
    private void startPasses(String namespace) {
        PassTroubles troubles = new PassTroubles(reporter);
        List<PassListener> listeners = new ArrayList<>();
        reportFormat()
                .ifPresent(format -> listeners.add(new WrittenPasses(connection, format, troubles, reporter::written)));
        if (!listeners.isEmpty()) {
            listeners.add(new CountedExceptions(exceptions));
            started.add(PassLeader.start(
                    connection, namespace, settings.reportsInterval(), store, listeners, reporter, troubles, clock));
        }
    }

    private Optional<ReportFormat> reportFormat() {
        return switch (settings.reports()) {
            case NONE -> Optional.empty();
            case OPENREPORTS -> Optional.of(ReportFormat.OPENREPORTS);
            case POLICYREPORT -> Optional.of(ReportFormat.POLICYREPORT);
        };
    }

    @Override
    public void started(PolicySet set) {
        inForce(set);
    }

    private void inForce(PolicySet set) {
        inForce = set;
        store.policies(set);
        metrics.policies(set);
    }

    @Override
    public void accepted(PolicySet set) {
        inForce(set);
        metrics.policyReload(true);
        state.policyProblem(Optional.empty());
        events.ifPresent(told -> told.accepted(set));
        LOG.infof(
                "Policies reloaded: %d policies and %d grants, hash %s",
                (Object) set.policies().size(), set.grants().size(), set.hash());
    }

    @Override
    public void refused(List<PolicyProblem> problems, PolicySet inForce) {
        metrics.policyReload(false);
        state.policyProblem(Optional.of(problems.get(0).toString()));
        events.ifPresent(told -> told.refused(problems));
        problems.stream()
                .limit(MOST_TOLD)
                .forEach(problem ->
                        LOG.errorf("Policies not reloaded, hash %s stays in force: %s", inForce.hash(), problem));
    }

    @Override
    public void renewed(String source) {
        metrics.inventoryReload(true);
        state.clusterProblem(Optional.empty());
        LOG.infof("Reloaded: %s", source);
    }

    @Override
    public void refused(String source, List<String> problems) {
        metrics.inventoryReload(false);
        state.clusterProblem(problems.stream().findFirst());
        problems.stream()
                .limit(MOST_TOLD)
                .forEach(problem -> LOG.errorf("Not reloaded, the last good %s stays in force: %s", source, problem));
    }

    @Override
    public void remarked(String source, List<String> problems) {
        problems.stream().limit(MOST_TOLD).forEach(problem -> LOG.warnf("%s: %s", source, problem));
        if (problems.size() > MOST_TOLD) {
            LOG.warnf("%s: and %d more", source, problems.size() - MOST_TOLD);
        }
    }

    @Override
    public void lost(List<NodeLoss> losses) {
        metrics.profilesLost(losses);
        losses.stream()
                .limit(MOST_TOLD)
                .forEach(loss -> LOG.warnf("Profiles vanished or weakened: %s", loss.describe()));
        if (losses.size() > MOST_TOLD) {
            LOG.warnf("Profiles vanished or weakened: and on %d more nodes", losses.size() - MOST_TOLD);
        }
    }
}
