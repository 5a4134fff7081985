package dev.apparmoradmission.report.page;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.decision.AcceptedException;
import dev.apparmoradmission.decision.Drift;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.report.History;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Judgement.Verdict;
import dev.apparmoradmission.wire.ObjectOwner;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The workloads of which there is something to say. Pods of one controller with the same findings share a row, or a Deployment of
 * a thousand pods would fill the page; where they differ in nodes only, the row has the nodes of all.
 */
final class WorkloadRows {

    /** What the rows may take of the page, in bytes; denied workloads get all of it, others stop at half. */
    private static final long BUDGET = 2_500_000;
    /** What a row and a finding take beside their texts, at most. */
    private static final int OF_A_ROW = 60;

    private static final int OF_A_FINDING = 90;
    /** Where the page holds so much already, findings only say how many nodes they are about: a pod can name any node. */
    private static final long ROOM_FOR_NODES = 3_000_000;
    /** Findings of one workload; a pod may have hundreds of containers. */
    private static final int MOST_FINDINGS = 60;
    /** Nodes that a finding names; it tells how many there are. */
    private static final int MOST_NODES = 12;

    /** What makes two findings of two pods the same; their messages may name different nodes. */
    private record Likeness(
            Rule rule,
            Action action,
            String container,
            String declared,
            String policy,
            Optional<AcceptedException> exception,
            boolean known) {
        static Likeness of(Judgement judgement, Finding finding) {
            return new Likeness(
                    finding.rule(),
                    finding.action(),
                    finding.container(),
                    finding.declared(),
                    finding.policy(),
                    finding.exception(),
                    judgement.isKnown(finding));
        }
    }

    private record Key(
            String namespace, String kind, String name, String place, List<Likeness> findings, List<String> drifts) {}

    /** A finding of a row, as it reads for the first of its workloads. */
    private record Shown(Finding finding, boolean known, Place place, int path, int message, int fix, BitSet nodes) {}

    private static final class Row {
        private final Judgement.Verdict verdict;
        private final String namespace;
        private final String kind;
        private final String name;
        private final String first;
        private final String file;
        private final int line;
        private final List<Shown> findings = new ArrayList<>();
        private final List<Integer> notes;
        private final int unshown;
        private int count = 1;

        Row(Judgement judgement, String kind, String name, List<Integer> notes, int unshown) {
            this.verdict = judgement.verdict();
            this.namespace = judgement.namespace();
            this.kind = kind;
            this.name = name;
            this.first = judgement.name();
            this.file = judgement.file();
            this.line = judgement.places().start().line();
            this.notes = notes;
            this.unshown = unshown;
        }
    }

    private final Texts texts;
    private final Map<Key, Row> rows = new HashMap<>();
    private final Map<String, Integer> nodeNumbers = new HashMap<>();
    private final List<String> nodes = new ArrayList<>();
    private long used;
    private int left;

    WorkloadRows(Texts texts) {
        this.texts = texts;
    }

    /** Adds a workload, if there is something to say of it and room for it. */
    void add(Judgement judgement, History history) {
        List<Finding> all = judgement.decision().findings();
        List<Drift> drifts = history.drifts().stream().limit(MOST_FINDINGS).toList();
        if (all.isEmpty() && drifts.isEmpty() && judgement.decision().notes().isEmpty()) {
            return;
        }
        List<Finding> findings = all.size() > MOST_FINDINGS ? worst(all) : all;
        Optional<ObjectOwner> controller = history.controller()
                .filter(owner -> judgement.kind().equals(WorkloadKind.POD.kindName())
                        && !owner.name().isEmpty());
        String kind = controller.map(ObjectOwner::kind).orElse(judgement.kind());
        String name = controller.map(ObjectOwner::name).orElse(judgement.name());
        Key key = new Key(
                judgement.namespace(),
                kind,
                name,
                judgement.isLive() ? "" : judgement.file() + "#" + judgement.document(),
                findings.stream()
                        .map(finding -> Likeness.of(judgement, finding))
                        .toList(),
                drifts.stream()
                        .map(drift -> drift.kind().reportName() + " "
                                + drift.container().name())
                        .toList());
        Row known = rows.get(key);
        if (known != null) {
            known.count++;
            for (int i = 0; i < findings.size(); i++) {
                mark(findings.get(i), known.findings.get(i).nodes());
            }
            return;
        }
        if (used + texts.size() > (judgement.verdict() == Verdict.DENIED ? BUDGET : BUDGET / 2)) {
            left++;
            return;
        }
        List<Integer> notes = Stream.concat(
                        judgement.decision().notes().stream(), drifts.stream().map(WorkloadRows::told))
                .map(texts::of)
                .toList();
        rows.put(key, row(judgement, kind, name, findings, notes, all.size() - findings.size()));
    }

    private static String told(Drift drift) {
        return "Drift: container " + Quoted.of(drift.container().name()) + " ("
                + drift.container().path() + "): " + drift.message() + " ["
                + drift.kind().reportName() + "]";
    }

    private static List<Finding> worst(List<Finding> findings) {
        return findings.stream()
                .sorted(Comparator.comparing(Finding::action).reversed())
                .limit(MOST_FINDINGS)
                .toList();
    }

    private Row row(
            Judgement judgement, String kind, String name, List<Finding> findings, List<Integer> notes, int unshown) {
        Row row = new Row(judgement, kind, name, notes, unshown);
        List.of(row.namespace, row.kind, row.name, row.first, row.file).forEach(texts::of);
        for (Finding finding : findings) {
            BitSet on = new BitSet();
            mark(finding, on);
            row.findings.add(new Shown(
                    finding,
                    judgement.isKnown(finding),
                    judgement.place(finding),
                    texts.of(finding.path()),
                    texts.of(finding.message()),
                    texts.of(finding.fix()),
                    on));
            texts.of(finding.container());
            texts.of(finding.policy());
        }
        used += OF_A_ROW + (long) findings.size() * OF_A_FINDING;
        return row;
    }

    private void mark(Finding finding, BitSet on) {
        for (String node : finding.nodes()) {
            on.set(nodeNumbers.computeIfAbsent(node, name -> {
                nodes.add(name);
                return nodes.size() - 1;
            }));
        }
    }

    /** How many workloads have no row for want of room. */
    int left() {
        return left;
    }

    /** Writes them, the worst first. */
    void write(JsonGenerator json) throws IOException {
        List<Row> sorted = new ArrayList<>(rows.values());
        sorted.sort(Comparator.comparing((Row row) -> row.verdict)
                .reversed()
                .thenComparing(row -> row.namespace)
                .thenComparing(row -> row.kind)
                .thenComparing(row -> row.name)
                .thenComparing(row -> row.file)
                .thenComparingInt(row -> row.line)
                .thenComparing(row -> row.first));
        json.writeArrayFieldStart("rows");
        for (Row row : sorted) {
            json.writeStartArray();
            json.writeString(row.verdict.name());
            json.writeNumber(texts.of(row.namespace));
            json.writeNumber(texts.of(row.kind));
            json.writeNumber(texts.of(row.name));
            json.writeNumber(row.count);
            json.writeNumber(texts.of(row.first));
            json.writeNumber(texts.of(row.file));
            json.writeNumber(row.line);
            json.writeStartArray();
            for (Shown shown : row.findings) {
                write(shown, json);
            }
            json.writeEndArray();
            json.writeStartArray();
            for (int note : row.notes) {
                json.writeNumber(note);
            }
            json.writeEndArray();
            json.writeNumber(row.unshown);
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeNumberField("left", left);
    }

    private void write(Shown shown, JsonGenerator json) throws IOException {
        Finding finding = shown.finding();
        json.writeStartArray();
        json.writeString(finding.rule().id());
        json.writeString(shown.known() ? "Known" : finding.action().policyName());
        json.writeNumber(texts.of(finding.container()));
        json.writeNumber(shown.path());
        json.writeNumber(texts.of(finding.policy()));
        json.writeNumber(shown.message());
        json.writeNumber(shown.fix());
        json.writeNumber(shown.place().line());
        json.writeNumber(shown.nodes().cardinality());
        json.writeStartArray();
        if (used + texts.size() < ROOM_FOR_NODES) {
            for (String node : shown.nodes().stream()
                    .mapToObj(nodes::get)
                    .sorted()
                    .limit(MOST_NODES)
                    .toList()) {
                json.writeNumber(texts.of(node));
            }
        }
        json.writeEndArray();
        json.writeEndArray();
    }
}
