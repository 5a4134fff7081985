package dev.apparmoradmission.report.page;

import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.decision.Drift;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.report.NamespaceTally;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Namespaces by state: rows of HTML that say what they say without a script, which only sorts them. */
final class NamespaceTable {

    /** Namespaces that get a row, the worst first; the others share one. */
    private static final int MOST = 400;

    private static final int LONGEST_NAME = 120;

    /** The width of a bar, in its own unit. */
    private static final int WIDTH = 1000;

    /** As they stand beside each other in a bar: from good to bad, and what says nothing in the end. */
    static final List<Level> ORDER = List.of(
            Level.ENFORCED,
            Level.COMPLAIN,
            Level.UNCONFINED,
            Level.WILL_NOT_START,
            Level.UNKNOWN,
            Level.NOT_APPLICABLE);

    private final Map<String, NamespaceTally> tallies = new TreeMap<>();
    private final NamespaceTally total = new NamespaceTally();

    void add(Judgement judgement, List<Drift> drifts) {
        tallies.computeIfAbsent(judgement.namespace(), any -> new NamespaceTally())
                .add(judgement, drifts);
        total.add(judgement, drifts);
    }

    /** All namespaces together. */
    NamespaceTally total() {
        return total;
    }

    /** How many namespaces there are. */
    int size() {
        return tallies.size();
    }

    /** The rows of the body. */
    String rows() {
        List<Map.Entry<String, NamespaceTally>> sorted = tallies.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, NamespaceTally> entry) ->
                                -entry.getValue().denied())
                        .thenComparingInt(entry -> -entry.getValue().containers(Level.UNCONFINED))
                        .thenComparing(Map.Entry::getKey))
                .toList();
        StringBuilder html = new StringBuilder();
        for (Map.Entry<String, NamespaceTally> entry :
                sorted.stream().limit(MOST).toList()) {
            String name = Html.of(entry.getKey(), LONGEST_NAME);
            String heading = "<button type=\"button\" class=\"pick\" data-namespace=\"" + Html.of(entry.getKey())
                    + "\"><bdi>" + (name.isEmpty() ? "(none)" : name) + "</bdi></button>";
            row(html, "<tr>", heading, entry.getValue());
        }
        if (sorted.size() > MOST) {
            NamespaceTally others = new NamespaceTally();
            sorted.stream().skip(MOST).map(Map.Entry::getValue).forEach(others::add);
            row(html, "<tr class=\"others\">", "and " + number(sorted.size() - MOST) + " more", others);
        }
        return html.toString();
    }

    /** The row at the foot. */
    String totals() {
        StringBuilder html = new StringBuilder();
        row(html, "<tr>", "All", total);
        return html.toString();
    }

    private static void row(StringBuilder html, String begin, String heading, NamespaceTally tally) {
        html.append(begin).append("<th scope=\"row\">").append(heading).append("</th>");
        cell(html, "pods", tally.pods());
        html.append("<td class=\"bar\">").append(bar(tally)).append("</td>");
        for (Level level : ORDER) {
            cell(html, style(level), tally.containers(level));
        }
        cell(html, "drifted", tally.drifted());
        cell(html, "denied", tally.denied());
        cell(html, "warned", tally.warned());
        html.append("</tr>\n");
    }

    private static void cell(StringBuilder html, String style, int number) {
        html.append("<td class=\"").append(number == 0 ? "none" : style).append("\">");
        html.append(number(number)).append("</td>");
    }

    /** The share of each state. Nobody needs it who cannot see it: the numbers stand beside it. */
    static String bar(NamespaceTally tally) {
        int all = tally.containers();
        StringBuilder svg = new StringBuilder("<svg class=\"share\" viewBox=\"0 0 ")
                .append(WIDTH)
                .append(" 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
        long before = 0;
        for (Level level : ORDER) {
            long until = before + tally.containers(level);
            if (until > before) {
                long x = before * WIDTH / all;
                svg.append("<rect class=\"")
                        .append(style(level))
                        .append("\" x=\"")
                        .append(x)
                        .append("\" width=\"")
                        .append(Math.max(until * WIDTH / all - x, 1))
                        .append("\" height=\"10\"/>");
            }
            before = until;
        }
        return svg.append("</svg>").toString();
    }

    /** The class of a state in the style sheet. */
    static String style(Level level) {
        return level.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** A number as people write it. */
    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
