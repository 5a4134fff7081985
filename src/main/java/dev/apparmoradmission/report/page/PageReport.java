package dev.apparmoradmission.report.page;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.report.History;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.NamespaceTally;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.report.Summary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The page to look at: one file that asks nobody for anything. Figures and namespaces are plain HTML; findings, nodes and
 * exceptions are data in the page, which its script draws. It holds what fits into a few megabytes, and says what does not; memory
 * holds no more than that, however many workloads there are. The same input gives the same bytes.
 */
public final class PageReport implements Report {

    /** Lines about what could not be read, or was passed over, that are shown. */
    private static final int MOST_LINES = 50;
    /** Policies that are named. */
    private static final int MOST_POLICIES = 12;

    private static final int LONGEST_LINE = 600;

    /**
     * What is looked at.
     *
     * @param live whether it is a cluster or a snapshot of one; files otherwise
     * @param what it in a few words, such as the URL of its API server
     */
    public record Subject(boolean live, String what) {}

    private final OutputStream out;
    private final Subject subject;
    private final Snapshot snapshot;
    private final Header header;
    private final Texts texts = new Texts();
    private final NamespaceTable namespaces = new NamespaceTable();
    private final WorkloadRows rows = new WorkloadRows(texts);
    private final ExceptionBars exceptions;
    private final NodeKinds nodes;
    private final List<String> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private int problemCount;

    /**
     * Writes to this at the end; it is flushed, not closed.
     *
     * @param snapshot what is judged by
     * @param header what holds for the whole report
     */
    public PageReport(OutputStream out, Subject subject, Snapshot snapshot, Header header) {
        this.out = out;
        this.subject = subject;
        this.snapshot = snapshot;
        this.header = header;
        this.exceptions = new ExceptionBars(snapshot.policies(), texts, header.now());
        this.nodes = new NodeKinds(snapshot.nodes(), snapshot.policies(), header.now());
    }

    @Override
    public boolean wantsAll() {
        return true;
    }

    @Override
    public void begin(Header begun) {
        // It was told before.
    }

    @Override
    public void add(Judgement judgement) {
        add(judgement, History.UNKNOWN);
    }

    @Override
    public void add(Judgement judgement, History history) {
        namespaces.add(judgement, history.drifts());
        rows.add(judgement, history);
        exceptions.add(judgement, history);
        nodes.add(judgement.decision().containers());
    }

    @Override
    public void note(String line) {
        if (notes.size() < MOST_LINES) {
            notes.add(line);
        }
    }

    @Override
    public void problem(String line) {
        problemCount++;
        if (problems.size() < MOST_LINES) {
            problems.add(line);
        }
    }

    @Override
    public void end(Summary summary) throws IOException {
        Map<String, String> slots = new LinkedHashMap<>();
        slots.put("subject", Html.of(subject.what(), LONGEST_LINE));
        slots.put("form", subject.live() ? "live" : "files");
        slots.put("now", Html.of(header.now().toString()));
        slots.put("policyHash", Html.of(header.policyHash()));
        slots.put("policies", policies());
        slots.put("problems", problems());
        slots.put("notes", lines("<ul class=\"notes\">", notes, notes.size()));
        slots.put("figures", figures(summary));
        slots.put("podsHeading", subject.live() ? "Pods" : "Workloads");
        slots.put("counted", subject.live() ? "containers of pods" : "containers");
        slots.put("namespaceRows", namespaces.rows());
        slots.put("namespaceTotals", namespaces.totals());
        slots.put("data", data());
        out.write(PageTemplate.filled(slots).getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private String policies() {
        List<AppArmorPolicy> all = snapshot.policies().policies();
        String names = all.stream()
                .limit(MOST_POLICIES)
                .map(policy -> "<bdi>" + Html.of(policy.name(), LONGEST_LINE) + "</bdi> ("
                        + policy.mode().policyName() + ")")
                .collect(Collectors.joining(", "));
        int more = all.size() - MOST_POLICIES;
        return all.isEmpty() ? "no policy" : more > 0 ? names + " and " + more + " more" : names;
    }

    private String problems() {
        return problemCount == 0
                ? ""
                : "<div class=\"partial\" role=\"alert\"><strong>This is not all.</strong> What could not be read is missing below:"
                        + lines("<ul>", problems, problemCount) + "</div>";
    }

    private static String lines(String begin, List<String> lines, int count) {
        if (lines.isEmpty()) {
            return "";
        }
        StringBuilder html = new StringBuilder(begin);
        lines.forEach(
                line -> html.append("<li>").append(Html.of(line, LONGEST_LINE)).append("</li>"));
        if (count > lines.size()) {
            html.append("<li>and ").append(count - lines.size()).append(" more</li>");
        }
        return html.append("</ul>").toString();
    }

    private String figures(Summary summary) {
        NamespaceTally total = namespaces.total();
        int confinable = total.containers() - total.containers(Level.NOT_APPLICABLE);
        String share = confinable == 0
                ? "-"
                : String.format(Locale.ROOT, "%.1f %%", 100.0 * total.containers(Level.ENFORCED) / confinable);
        StringBuilder html = new StringBuilder();
        figure(
                html,
                "good",
                share,
                "enforced",
                "of " + count(confinable, "container") + (subject.live() ? " of " + count(total.pods(), "pod") : ""));
        figure(
                html,
                total.denied() > 0 ? "bad" : "",
                NamespaceTable.number(total.denied()),
                "would be denied",
                "of " + count(summary.workloads(), "workload")
                        + (summary.known() > 0 ? ", " + summary.known() + " more as known" : ""));
        figure(
                html,
                total.warned() > 0 ? "fair" : "",
                NamespaceTable.number(total.warned()),
                "would be warned of",
                "and let in, in " + count(namespaces.size(), "namespace"));
        int weak = total.containers(Level.UNCONFINED) + total.containers(Level.COMPLAIN);
        figure(
                html,
                weak > 0 ? "bad" : "",
                NamespaceTable.number(weak),
                "not restrained",
                total.containers(Level.UNCONFINED) + " unconfined, " + total.containers(Level.COMPLAIN)
                        + " in complain mode");
        if (subject.live()) {
            figure(
                    html,
                    total.drifted() > 0 ? "bad" : "",
                    NamespaceTable.number(total.drifted()),
                    "drifted",
                    "declare a profile that confines no more");
        }
        long ending = exceptions.count(ExceptionBars.Standing.ENDING);
        long expired = exceptions.count(ExceptionBars.Standing.EXPIRED);
        long inForce = ending
                + exceptions.count(ExceptionBars.Standing.RUNNING)
                + exceptions.count(ExceptionBars.Standing.ENDLESS);
        figure(
                html,
                ending + expired > 0 ? "fair" : "",
                NamespaceTable.number(inForce),
                "exceptions",
                "in force; " + ending + " end within " + ExceptionBars.SOON.toDays() + " days, " + expired
                        + " expired");
        if (nodes.isInventoried()) {
            figure(
                    html,
                    nodes.off() + nodes.unknown() > 0 ? "fair" : "",
                    NamespaceTable.number(nodes.size()),
                    nodes.size() == 1 ? "node" : "nodes",
                    nodes.off() + " without AppArmor, " + nodes.unknown() + " not known");
        }
        return html.toString();
    }

    private static void figure(StringBuilder html, String style, String number, String what, String detail) {
        html.append("<div class=\"figure ")
                .append(style)
                .append("\"><dt>")
                .append(what)
                .append("</dt><dd><b>")
                .append(number)
                .append("</b><span>")
                .append(detail)
                .append("</span></dd></div>\n");
    }

    private static String count(int number, String what) {
        return NamespaceTable.number(number) + " " + what + (number == 1 ? "" : "s");
    }

    /** What the script draws. Nothing in it can end the element it stands in, for it has no such character. */
    private String data() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JsonFactory.builder()
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                .build()
                .createGenerator(bytes)
                .setCharacterEscapes(new MarkupEscapes())) {
            json.writeStartObject();
            json.writeNumberField("now", header.now().getEpochSecond());
            json.writeBooleanField("live", subject.live());
            json.writeObjectFieldStart("findings");
            rows.write(json);
            json.writeEndObject();
            json.writeObjectFieldStart("nodes");
            nodes.write(json, texts);
            json.writeEndObject();
            json.writeObjectFieldStart("exceptions");
            exceptions.write(json);
            json.writeEndObject();
            json.writeFieldName("texts");
            texts.write(json);
            json.writeEndObject();
        }
        return bytes.toString(StandardCharsets.US_ASCII);
    }

    /** Escapes what begins or ends markup. */
    private static final class MarkupEscapes extends CharacterEscapes {

        private static final long serialVersionUID = 1L;

        @Override
        public int[] getEscapeCodesForAscii() {
            int[] codes = CharacterEscapes.standardAsciiEscapesForJSON();
            for (char c : new char[] {'<', '>', '&', '\''}) {
                codes[c] = CharacterEscapes.ESCAPE_STANDARD;
            }
            return codes;
        }

        @Override
        public @Nullable SerializableString getEscapeSequence(int c) {
            return null;
        }
    }
}
