package dev.apparmoradmission.explain;

import dev.apparmoradmission.decision.Confinement;
import dev.apparmoradmission.decision.Derivation;
import dev.apparmoradmission.decision.Derivation.ContainerStanding;
import dev.apparmoradmission.decision.Derivation.NodeStanding;
import dev.apparmoradmission.decision.Derivation.OnNodes;
import dev.apparmoradmission.decision.Derivation.PolicyStanding;
import dev.apparmoradmission.decision.ExceptionStanding;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.PatchOperation;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.Report;
import dev.apparmoradmission.report.TextReport.Style;
import dev.apparmoradmission.wire.Places;
import dev.apparmoradmission.workload.ProfileSource;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The way to a decision for people, on one screen: from policies over sources and nodes to what each kernel will do. */
final class TextExplanation implements Explanation {

    private static final int NODES_SHOWN = 5;
    private static final int LABEL_WIDTH = 16;

    private static final String RED = "31";
    private static final String GREEN = "32";
    private static final String YELLOW = "33";
    private static final String BOLD = "1";
    private static final String DIM = "2";

    private final Writer out;
    private final Style style;
    private final Report.Header header;
    private boolean first = true;

    TextExplanation(Writer out, Style style, Report.Header header) {
        this.out = out;
        this.style = style;
        this.header = header;
    }

    @Override
    public void add(Judgement judgement, Optional<Derivation> derivation) throws IOException {
        if (!first) {
            out.append('\n');
        }
        first = false;
        String place = judgement.isLive()
                ? ""
                : " (" + Printable.of(judgement.file()) + ":"
                        + judgement.places().start().line() + ")";
        out.append(colour(BOLD, judgement.subject()))
                .append(place)
                .append(": ")
                .append(verdict(judgement))
                .append('\n');
        row("judged", "as of " + header.now() + ", policies " + header.policyHash());
        for (String note : judgement.decision().notes()) {
            row("", note);
        }
        if (derivation.isPresent()) {
            explain(judgement, derivation.get());
        } else {
            findings(judgement.decision().findings());
        }
        out.flush();
    }

    private void explain(Judgement judgement, Derivation derivation) throws IOException {
        String label = "policies";
        for (PolicyStanding standing : derivation.policies()) {
            String name = Quoted.bare(standing.policy().name());
            row(
                    label,
                    standing.holds()
                            ? name + ": holds, " + Wording.of(standing)
                            : quiet(name + ": " + Wording.of(standing)));
            label = "";
        }
        if (derivation.policies().stream().noneMatch(PolicyStanding::holds)) {
            row(label, "None holds: allowed as it is.");
        }
        if (derivation.defaulting().isPresent()) {
            row("default", Wording.of(derivation.defaulting().get()));
        }
        label = "webhook";
        for (PatchOperation change : derivation.changes()) {
            row(label, Wording.of(change));
            label = "";
        }
        nodes(derivation);
        exceptions(
                "exception",
                judgement.decision().exceptions().stream()
                        .filter(exception -> exception.need().isEmpty())
                        .toList());
        List<Finding> podLevel = judgement.decision().findings().stream()
                .filter(finding -> derivation.containers().stream()
                        .noneMatch(container -> container.verdict().path().equals(finding.path())))
                .toList();
        if (!podLevel.isEmpty()) {
            out.append("pod\n");
            exceptions(
                    "  exception",
                    judgement.decision().exceptions().stream()
                            .filter(exception -> exception
                                    .need()
                                    .filter(need -> need.container().isEmpty())
                                    .isPresent())
                            .toList());
            findings(podLevel);
        }
        for (ContainerStanding container : derivation.containers()) {
            container(judgement, container);
        }
        if (!derivation.quiet().isEmpty()) {
            wrapped("nothing to say", Wording.ids(derivation.quiet()));
        }
        if (!derivation.ignored().isEmpty()) {
            wrapped("ignored", Wording.ids(derivation.ignored()));
        }
    }

    private void nodes(Derivation derivation) throws IOException {
        boolean noPart = derivation.containers().stream()
                .anyMatch(container -> container.verdict().confinement().equals(Confinement.NOT_APPLICABLE));
        if (noPart) {
            row("nodes", "of no matter: AppArmor has no part in this pod");
            return;
        }
        if (derivation.nodes().isEmpty()) {
            row("nodes", "none known: give --inventory, and --nodes, to judge by them");
            return;
        }
        long eligible =
                derivation.nodes().stream().filter(NodeStanding::isEligible).count();
        row("nodes", eligible + " of " + derivation.nodes().size() + " can take the pod");
        grouped(derivation, true, NodeStanding::isEligible);
        grouped(derivation, false, node -> !node.isEligible());
    }

    private void grouped(Derivation derivation, boolean can, java.util.function.Predicate<NodeStanding> wanted)
            throws IOException {
        Map<String, List<String>> alike = new LinkedHashMap<>();
        derivation.nodes().stream()
                .filter(wanted)
                .forEach(node -> alike.computeIfAbsent(
                                node.standing().barrier().map(Wording::of).orElseGet(() -> Wording.of(node.appArmor())),
                                what -> new ArrayList<>())
                        .add(node.standing().member().node().name()));
        for (Map.Entry<String, List<String>> group : alike.entrySet()) {
            String text = (can ? "" : "not ") + shown(group.getValue()) + ": " + group.getKey();
            row("", can ? text : quiet(text));
        }
    }

    private void container(Judgement judgement, ContainerStanding container) throws IOException {
        Places places = judgement.places();
        String path = container.verdict().path();
        out.append("container ")
                .append(colour(BOLD, Quoted.of(container.verdict().name())))
                .append(" (")
                .append(path)
                .append(judgement.isLive() ? "" : ", line " + places.of(path).line())
                .append(")\n");
        source(
                container,
                ProfileSource.CONTAINER_FIELD,
                "its field",
                container.field().declared());
        source(
                container,
                ProfileSource.ANNOTATION,
                "annotation",
                container.annotation().map(Quoted::of).orElse("None"));
        source(
                container,
                ProfileSource.POD_FIELD,
                "pod level",
                container.podLevel().declared());
        if (container.verdict().source() == ProfileSource.NONE) {
            row("  counts", "None: nothing is declared anywhere");
        }
        Map<String, List<String>> alike = new LinkedHashMap<>();
        for (OnNodes on : container.confinements()) {
            List<String> names = alike.computeIfAbsent(Wording.of(on.confinement()), what -> new ArrayList<>());
            on.nodes().members().forEach(member -> names.add(member.node().name()));
        }
        String label = "  kernel";
        for (Map.Entry<String, List<String>> group : alike.entrySet()) {
            group.getValue().sort(null);
            row(label, shown(group.getValue()) + ": " + group.getKey());
            label = "";
        }
        row("  confinement", coloured(container.verdict().confinement(), confinement(container)));
        exceptions(
                "  exception",
                judgement.decision().exceptions().stream()
                        .filter(exception -> exception
                                .need()
                                .filter(need -> need.path().equals(path))
                                .isPresent())
                        .toList());
        findings(judgement.decision().findings().stream()
                .filter(finding -> finding.path().equals(path))
                .toList());
    }

    /** What is told once though several rules or policies look at it: the exception itself; then what each made of it. */
    private void exceptions(String label, List<ExceptionStanding> exceptions) throws IOException {
        String told = "";
        for (ExceptionStanding exception : exceptions) {
            String text = exception.describe();
            if (!text.equals(told)) {
                row(label, text);
                row("", quiet(Wording.term(exception)));
                told = text;
            }
            row("", colour(exception.faults().isEmpty() ? GREEN : RED, Wording.outcome(exception)));
            if (!exception.controls().isEmpty()) {
                row("", Wording.controls(exception));
            }
        }
    }

    private void source(ContainerStanding container, ProfileSource source, String label, String declared)
            throws IOException {
        boolean counts = container.verdict().source() == source;
        String text = declared.equals(Profile.Undeclared.SHARED.declared()) ? "none" : Printable.of(declared);
        if (counts && container.defaulted()) {
            text += ", by default " + container.verdict().profile().declared();
        }
        row("  " + label, counts ? text + (style.symbols() ? "  \u2190 counts" : "  <- counts") : quiet(text));
    }

    private static String confinement(ContainerStanding container) {
        Confinement worst = container.verdict().confinement();
        String text = worst.level().reportName()
                + worst.cause().map(cause -> " (" + cause.reportName() + ")").orElse("");
        List<String> nodes = container.verdict().nodes();
        return nodes.isEmpty() || container.confinements().size() < 2 ? text : text + ", the worst: " + shown(nodes);
    }

    private void findings(List<Finding> findings) throws IOException {
        for (Finding finding : findings) {
            String label = switch (finding.action()) {
                case ENFORCE -> "denied";
                case WARN -> "warning";
                case AUDIT, IGNORE -> "audit";
            };
            String colour = finding.action() == Action.ENFORCE ? RED : finding.action() == Action.WARN ? YELLOW : DIM;
            out.append("  ")
                    .append(colour(colour, label))
                    .append(" ".repeat(LABEL_WIDTH - 2 - label.length()))
                    .append(finding.message())
                    .append(' ')
                    .append(quiet("[" + finding.rule().id() + ", policy " + Quoted.bare(finding.policy()) + "]"))
                    .append('\n');
            if (!finding.fix().isEmpty()) {
                row("    fix", finding.fix());
            }
        }
    }

    @Override
    public void end() throws IOException {
        out.flush();
    }

    private String verdict(Judgement judgement) {
        return switch (judgement.verdict()) {
            case OK -> colour(GREEN, "allowed");
            case WARN -> colour(YELLOW, "allowed, with warnings");
            case DENIED, KNOWN -> colour(RED, "denied");
        };
    }

    private String coloured(Confinement confinement, String text) {
        return switch (confinement.level()) {
            case ENFORCED, NOT_APPLICABLE -> colour(GREEN, text);
            case COMPLAIN, UNKNOWN -> colour(YELLOW, text);
            case UNCONFINED, WILL_NOT_START -> colour(RED, text);
        };
    }

    private void row(String label, String text) throws IOException {
        out.append(label)
                .append(" ".repeat(Math.max(1, LABEL_WIDTH - label.length())))
                .append(text)
                .append('\n');
    }

    private void wrapped(String label, List<String> words) throws IOException {
        StringBuilder line = new StringBuilder();
        String shownLabel = label;
        for (String word : words) {
            if (line.length() + word.length() > 100) {
                row(shownLabel, quiet(line.toString().strip()));
                line.setLength(0);
                shownLabel = "";
            }
            line.append(word).append(' ');
        }
        row(shownLabel, quiet(line.toString().strip()));
    }

    private static String shown(List<String> nodes) {
        String names = nodes.stream().limit(NODES_SHOWN).map(Quoted::bare).collect(Collectors.joining(", "));
        int more = nodes.size() - NODES_SHOWN;
        return more > 0 ? names + " and " + more + " more" : names;
    }

    private String quiet(String text) {
        return colour(DIM, text);
    }

    private String colour(String code, String text) {
        return style.colour(code, text);
    }
}
