package dev.apparmoradmission.report;

import dev.apparmoradmission.decision.Drift;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.Action;
import java.io.IOException;
import java.io.Writer;
import java.util.List;
import java.util.stream.Collectors;

/** What a developer reads in a terminal: a line a workload, below it what is wrong and the way out, and a sentence in the end. */
public final class TextReport implements Report {

    /** A message names as many itself. */
    private static final int NODES_IN_MESSAGE = 3;

    private static final int NODES_SHOWN = 20;

    private static final String RED = "31";
    private static final String GREEN = "32";
    private static final String YELLOW = "33";
    private static final String DIM = "2";

    private final Writer out;
    private final Style style;

    /**
     * What the output can show.
     *
     * @param colours whether colours are wanted
     * @param symbols whether signs beyond ASCII can be shown; words otherwise
     */
    public record Style(boolean colours, boolean symbols) {
        /** Words only, as in a file. */
        public static final Style PLAIN = new Style(false, false);

        /** The text in red, where colours are wanted. */
        public String red(String text) {
            return colour(RED, text);
        }

        /** The text in green, where colours are wanted. */
        public String green(String text) {
            return colour(GREEN, text);
        }

        /** The text in yellow, where colours are wanted. */
        public String yellow(String text) {
            return colour(YELLOW, text);
        }

        /** The text set back, where colours are wanted. */
        public String dim(String text) {
            return colour(DIM, text);
        }

        /** The text in this colour, as ECMA-48 numbers it, where colours are wanted. */
        public String colour(String code, String text) {
            return colours ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
        }
    }

    /** Writes to this. */
    public TextReport(Writer out, Style style) {
        this.out = out;
        this.style = style;
    }

    @Override
    public void begin(Header header) {
        // A person wants the verdicts at once.
    }

    @Override
    public void add(Judgement judgement) throws IOException {
        out.append(mark(judgement.verdict())).append(' ');
        if (!judgement.isLive()) {
            out.append(Printable.of(judgement.file()))
                    .append(':')
                    .append(Integer.toString(judgement.places().start().line()))
                    .append("  ");
        }
        out.append(judgement.subject()).append('\n');
        for (String note : judgement.decision().notes()) {
            out.append("    ").append(note).append('\n');
        }
        for (Finding finding : judgement.decision().findings()) {
            add(judgement, finding);
        }
    }

    @Override
    public void add(Judgement judgement, History history) throws IOException {
        add(judgement);
        for (Drift drift : history.drifts()) {
            out.append("    ")
                    .append(colour(YELLOW, "drift:"))
                    .append(" container ")
                    .append(Quoted.of(drift.container().name()))
                    .append(" (" + drift.container().path() + "): ")
                    .append(drift.message())
                    .append(' ')
                    .append(colour(DIM, "[" + drift.kind().reportName() + "]"))
                    .append('\n');
        }
    }

    private void add(Judgement judgement, Finding finding) throws IOException {
        out.append("    ")
                .append(judgement.isKnown(finding) ? colour(DIM, "known:") : word(finding.action()))
                .append(' ')
                .append(finding.subject())
                .append(
                        judgement.isLive()
                                ? ""
                                : ", line " + judgement.place(finding).line())
                .append(": ")
                .append(finding.message())
                .append(' ')
                .append(colour(DIM, "[" + finding.rule().id() + ", policy " + Quoted.bare(finding.policy()) + "]"))
                .append('\n');
        if (!finding.fix().isEmpty()) {
            out.append("      fix: ").append(finding.fix()).append('\n');
        }
        if (finding.nodes().size() > NODES_IN_MESSAGE) {
            out.append("      nodes: ").append(nodes(finding.nodes())).append('\n');
        }
    }

    private static String nodes(List<String> nodes) {
        String shown = nodes.stream().limit(NODES_SHOWN).map(Printable::of).collect(Collectors.joining(", "));
        int more = nodes.size() - NODES_SHOWN;
        return more > 0 ? shown + " and " + more + " more" : shown;
    }

    @Override
    public void note(String line) throws IOException {
        out.append(colour(DIM, "- " + line)).append('\n');
    }

    @Override
    public void end(Summary summary) throws IOException {
        if (summary.workloads() == 0) {
            out.append("No workloads found.\n");
            out.flush();
            return;
        }
        out.append(summary.workloads() == 1 ? "1 workload: " : summary.workloads() + " workloads: ")
                .append(count(summary.allowed(), "allowed", GREEN))
                .append(", ")
                .append(count(summary.denied(), "denied", RED))
                .append(", ")
                .append(count(summary.warned(), "with warnings", YELLOW))
                .append(summary.known() == 0 ? "" : "; " + summary.known() + " of those denied as known")
                .append(".\n");
        out.flush();
    }

    private String count(int count, String what, String colour) {
        String text = count + " " + what;
        return count == 0 ? text : colour(colour, text);
    }

    private String mark(Judgement.Verdict verdict) {
        return switch (verdict) {
            case OK -> colour(GREEN, style.symbols() ? "✔" : "OK    ");
            case WARN -> colour(YELLOW, style.symbols() ? "!" : "WARN  ");
            case KNOWN -> colour(DIM, style.symbols() ? "✖" : "KNOWN ");
            case DENIED -> colour(RED, style.symbols() ? "✖" : "DENIED");
        };
    }

    private String word(Action action) {
        return switch (action) {
            case ENFORCE -> colour(RED, "denied:");
            case WARN -> colour(YELLOW, "warning:");
            case AUDIT, IGNORE -> colour(DIM, "audit:");
        };
    }

    private String colour(String code, String text) {
        return style.colour(code, text);
    }
}
