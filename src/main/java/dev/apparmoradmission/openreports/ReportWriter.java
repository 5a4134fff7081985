package dev.apparmoradmission.openreports;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.openreports.ReportApi.Answer;
import dev.apparmoradmission.report.Printable;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Keeps the reports of a cluster as a pass found it: what is there is read, compared, and written only where it says something else.
 *
 * <p>It never touches an object without our label, nor one that changed after it was read; and what could not be read in this pass
 * it takes for unchanged, so that nothing vanishes because somebody could not look. Memory holds one page of reports.
 */
public final class ReportWriter {

    /** Between two writes: twenty a second are no burden to an API server. */
    public static final Duration PACE = Duration.ofMillis(50);

    /** Reports of one page; each may take a MiB. */
    private static final int PAGE = 10;
    /** How often it is tried where somebody else writes too. */
    private static final int ATTEMPTS = 3;

    private final ReportApi api;
    private final ReportFormat format;
    private final Duration pace;

    /**
     * Makes the writer.
     *
     * @param client writes by it
     * @param format the kinds of report
     * @param pace the rest after each write
     */
    public ReportWriter(KubernetesClient client, ReportFormat format, Duration pace) {
        this.api = new ReportApi(client);
        this.format = format;
        this.pace = pace;
    }

    /**
     * Writes what a pass found, when it has ended. Only reports on namespaces where it looked are touched, and the one on the cluster only if
     * it looked everywhere.
     *
     * @param permitted asked before each write
     * @throws ReportsUnavailableException where reports cannot be kept, or the API server went away; some may be written by then
     */
    public Written write(ClusterFindings findings, BooleanSupplier permitted) throws ReportsUnavailableException {
        findings.complete();
        Pass pass = new Pass(findings, permitted);
        if (findings.namespaces().isEmpty()) {
            pass.list(format.everywhere());
            pass.rest(findings.byNamespace().keySet());
            pass.cluster();
        } else {
            Set<String> namespaces = Set.copyOf(findings.namespaces());
            for (String namespace : namespaces) {
                pass.list(format.path(new Place(namespace)));
            }
            pass.rest(namespaces);
        }
        return pass.written();
    }

    private final class Pass {

        private final ClusterFindings findings;
        private final BooleanSupplier permitted;
        private final Set<String> settled = new HashSet<>();
        private final List<String> problems = new ArrayList<>();
        private int created;
        private int updated;
        private int unchanged;
        private int removed;

        Pass(ClusterFindings findings, BooleanSupplier permitted) {
            this.findings = findings;
            this.permitted = permitted;
        }

        Written written() {
            return new Written(created, updated, unchanged, removed, problems);
        }

        /** Settles those that are there. */
        void list(String path) throws ReportsUnavailableException {
            String next = "";
            int beginnings = 1;
            do {
                Answer page = api.page(path, PAGE, next);
                if (page.code() == HttpURLConnection.HTTP_GONE && !next.isEmpty() && beginnings < ATTEMPTS) {
                    beginnings++;
                    next = "";
                    continue;
                }
                if (!page.ok()) {
                    throw unavailable(page);
                }
                for (JsonNode found : page.body().path("items")) {
                    String namespace = found.at("/metadata/namespace").asText();
                    if (ReportPlan.isOurs(found) && settled.add(namespace)) {
                        settle(new Place(namespace), Optional.of(found));
                    }
                }
                next = page.body().at("/metadata/continue").asText();
                if (next.isEmpty()) {
                    return;
                }
            } while (true);
        }

        /** Settles those that are not there. */
        void rest(Set<String> namespaces) throws ReportsUnavailableException {
            for (String namespace : namespaces) {
                if (settled.add(namespace)) {
                    settle(new Place(namespace), Optional.empty());
                }
            }
        }

        void cluster() throws ReportsUnavailableException {
            Answer found = api.get(format.path(Place.CLUSTER));
            if (!found.ok() && found.code() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw unavailable(found);
            }
            if (found.ok() && !ReportPlan.isOurs(found.body())) {
                problems.add(foreign(Place.CLUSTER));
                return;
            }
            settle(Place.CLUSTER, found.ok() ? Optional.of(found.body()) : Optional.empty());
        }

        private void settle(Place place, Optional<JsonNode> there) throws ReportsUnavailableException {
            String collection = format.path(place);
            Optional<JsonNode> found = there;
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                ReportPlan plan = ReportPlan.of(format, place, findings, found);
                if (plan instanceof ReportPlan.Nothing) {
                    unchanged += found.isPresent() ? 1 : 0;
                    return;
                }
                if (done(place, plan, carryOut(collection, plan))) {
                    return;
                }
                Answer now = api.get(collection);
                if (!now.ok() && now.code() != HttpURLConnection.HTTP_NOT_FOUND) {
                    throw unavailable(now);
                }
                if (now.ok() && !ReportPlan.isOurs(now.body())) {
                    problems.add(foreign(place));
                    return;
                }
                found = now.ok() ? Optional.of(now.body()) : Optional.empty();
            }
            problems.add("the report " + place.describe() + " changed " + ATTEMPTS
                    + " times while it was written; somebody else writes it too");
        }

        private Answer carryOut(String collection, ReportPlan plan) throws ReportsUnavailableException {
            if (!permitted.getAsBoolean()) {
                throw new ReportsUnavailableException("reports: stopped, for another replica leads by now");
            }
            Answer answer = plan instanceof ReportPlan.Remove remove
                    ? api.delete(collection, remove.found())
                    : plan instanceof ReportPlan.Write write && !write.isNew()
                            ? api.update(collection, write.object())
                            : api.create(collection, ((ReportPlan.Write) plan).object());
            try {
                Thread.sleep(pace.toMillis());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
            return answer;
        }

        /** Counts what became of it; false where it has to be planned anew. */
        private boolean done(Place place, ReportPlan plan, Answer answer) throws ReportsUnavailableException {
            if (answer.ok()) {
                removed += plan instanceof ReportPlan.Remove ? 1 : 0;
                created += plan instanceof ReportPlan.Write write && write.isNew() ? 1 : 0;
                updated += plan instanceof ReportPlan.Write write && !write.isNew() ? 1 : 0;
                return true;
            }
            if (answer.code() == HttpURLConnection.HTTP_CONFLICT) {
                return false;
            }
            if (answer.code() == 0) {
                throw unavailable(answer);
            }
            // The namespace has gone, or is about to go, with all that is in it.
            boolean gone = !place.isCluster() && answer.code() == HttpURLConnection.HTTP_NOT_FOUND
                    || answer.problem().contains("because it is being terminated");
            if (!gone) {
                problems.add("the report " + place.describe() + " could not be "
                        + (plan instanceof ReportPlan.Remove ? "removed" : "written") + ": "
                        + line(answer));
            }
            return true;
        }
    }

    private String foreign(Place place) {
        return "the report " + place.describe() + " called " + ReportPlan.NAME + " is not ours, for it lacks the label "
                + ReportPlan.LABEL + "; it is left alone: rename or remove it";
    }

    private static String line(Answer answer) {
        return Printable.of(answer.problem().lines().findFirst().orElse(""));
    }

    private ReportsUnavailableException unavailable(Answer answer) {
        return new ReportsUnavailableException("reports: "
                + switch (answer.code()) {
                    case HttpURLConnection.HTTP_NOT_FOUND ->
                        "this API server has no " + format.plurals() + "; install their definitions, from "
                                + format.source();
                    case HttpURLConnection.HTTP_FORBIDDEN ->
                        "no right to read or write " + format.plurals()
                                + "; see deploy/components/scan and deploy/components/reports: " + line(answer);
                    default -> line(answer) + "; what was not written stays as it was";
                });
    }
}
