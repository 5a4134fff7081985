package dev.apparmoradmission.exceptions;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.ledger.ExceptionUse;
import dev.apparmoradmission.ledger.GrantUse;
import dev.apparmoradmission.ledger.Purpose;
import dev.apparmoradmission.ledger.State;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorException.Documentation;
import dev.apparmoradmission.policy.Expiry;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.report.TextTable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A ledger for people: a table of grants and one of workloads, within 120 columns, and below a row what there is to do about it. */
final class LedgerText {

    private static final String NONE = "-";
    /** Longest text of a reason and its like that is shown, in characters. */
    private static final int SENTENCE = 200;

    private final LedgerReport report;
    private final boolean wide;

    LedgerText(LedgerReport report, boolean wide) {
        this.report = report;
        this.wide = wide;
    }

    void write(Appendable out) throws IOException {
        List<GrantUse> grants = report.ledger().grants();
        List<ExceptionUse> uses = report.ledger().uses();
        if (!grants.isEmpty()) {
            TextTable table = new TextTable();
            table.row("GRANT", "STATE", "UNTIL", "OWNER", "USED BY", "SINCE");
            grants.forEach(grant -> add(grant, table));
            table.write(out);
            out.append('\n');
        }
        if (!uses.isEmpty()) {
            TextTable table = new TextTable();
            table.row("WORKLOAD", "EXCEPTION", "STATE", "UNTIL", "OWNER", "PODS", "SINCE");
            uses.forEach(use -> add(use, table));
            table.write(out);
            out.append('\n');
        }
        for (String line : report.unread()) {
            out.append("- not all: ").append(Printable.of(line)).append('\n');
        }
        boolean unused = grants.stream().anyMatch(grant -> !grant.isUsed());
        if (unused && !report.within().isEmpty()) {
            out.append("- only ")
                    .append(Printable.of(report.within()))
                    .append(" looked at: a grant that is unused there may be used elsewhere\n");
        }
        out.append(summary(
                        "grant", "grants", grants.stream().map(GrantUse::state).toList()))
                .append(count(grants.stream().filter(grant -> !grant.isUsed()).count(), "; %d unused"))
                .append(". ")
                .append(summary(
                        "exception of a workload",
                        "exceptions of workloads",
                        uses.stream().map(ExceptionUse::state).toList()))
                .append(count(uses.stream().filter(use -> !use.needed()).count(), "; %d needed for nothing"))
                .append(".\n");
    }

    private void add(GrantUse use, TextTable table) {
        AppArmorException grant = use.grant();
        Documentation documentation = grant.documentation();
        table.row(
                cut(grant.name(), 24),
                state(use.state(), documentation),
                until(documentation),
                cut(documentation.owner().orElse(NONE), 20),
                usedBy(use),
                use.since().map(LedgerText::day).orElse(NONE));
        use.faults().forEach(fault -> table.heading("    " + fault));
        if (wide) {
            detail("permits", grant.permits().stream().sorted().map(Rule::id), table);
            detail("namespaces", patterns(grant.namespaces()), table);
            detail("containers", patterns(grant.containers()), table);
            detail("images", patterns(grant.images()), table);
            detail("accounts", grant.serviceAccounts().stream().sorted().map(Quoted::bare), table);
            detail(
                    "controls",
                    grant.controls().stream()
                            .map(control -> control.policyName())
                            .sorted(),
                    table);
            detail("used in", use.namespaces().stream().map(Printable::of), table);
            documentation(documentation, table);
        }
    }

    private void add(ExceptionUse use, TextTable table) {
        Documentation documentation = use.documentation();
        table.row(
                cut(
                        use.holder().kind() + " " + use.holder().namespace() + "/"
                                + use.holder().name(),
                        34),
                cut(use.grant().map(name -> "grant " + name).orElse("annotation"), 22),
                state(use.state(), documentation),
                until(documentation),
                cut(documentation.owner().orElse(NONE), 14),
                use.pods() == 0 ? NONE : Integer.toString(use.pods()),
                use.since().map(LedgerText::day).orElse(NONE));
        use.place().ifPresent(place -> table.heading("    " + Printable.of(place)));
        for (Purpose purpose : use.purposes()) {
            if (wide || !purpose.isAccepted()) {
                table.heading("    " + text(purpose));
            }
            if (wide && !purpose.controls().isEmpty()) {
                table.heading("      " + controls(purpose));
            }
        }
        if (wide) {
            detail("accounts", use.serviceAccounts().stream().map(Quoted::bare), table);
            documentation(documentation, table);
        }
    }

    /** What it is for and what came of it. */
    private static String text(Purpose purpose) {
        String faults = String.join(", ", purpose.faults());
        String policy = " (policy " + Quoted.bare(purpose.policy()) + ")";
        if (purpose.rule().isEmpty()) {
            return "nothing needs it: take it out" + (faults.isEmpty() ? "" : "; " + faults) + policy;
        }
        return purpose.rule().get().id() + " of "
                + (purpose.container().isEmpty() ? "the pod" : "container " + Quoted.of(purpose.container()))
                + (faults.isEmpty() ? ": accepted" : ": refused: " + faults) + policy;
    }

    private static String controls(Purpose purpose) {
        return purpose.controls().stream()
                .map(control -> control + (purpose.unmet().contains(control) ? " is lacking" : " is met"))
                .collect(Collectors.joining(", "));
    }

    private static void documentation(Documentation documentation, TextTable table) {
        detail("reason", documentation.reason().stream().map(text -> Quoted.of(text, SENTENCE)), table);
        detail("ticket", documentation.ticket().stream().map(text -> Quoted.of(text, SENTENCE)), table);
        detail("expires", documentation.expires().stream().map(Quoted::bare), table);
    }

    private static void detail(String label, Stream<String> values, TextTable table) {
        String text = values.collect(Collectors.joining(", "));
        if (!text.isEmpty()) {
            table.heading("    " + label + " ".repeat(12 - label.length()) + text);
        }
    }

    private static Stream<String> patterns(Collection<Glob> globs) {
        return globs.stream().map(glob -> Quoted.bare(glob.pattern()));
    }

    private String usedBy(GrantUse use) {
        if (!use.isUsed()) {
            return "unused";
        }
        String text = counted(use.uses().size(), "workload") + ", " + counted(use.pods(), "pod");
        return wide ? text + ", " + counted(use.containers(), "container") : text;
    }

    private String state(State state, Documentation documentation) {
        if (state != State.EXPIRING) {
            return state.word();
        }
        Instant end = documentation.end().orElseThrow().end();
        Duration left = Duration.between(report.ledger().now(), end);
        return state.word() + ", " + (left.toDays() > 0 ? left.toDays() + " d" : left.toHours() + " h");
    }

    /** The day on which it ends, in UTC: the last one that it holds. */
    private static String until(Documentation documentation) {
        Optional<Expiry> end = documentation.end();
        return end.map(expiry -> expiry.wholeDay() ? expiry.text() : day(expiry.end()))
                .orElseGet(() -> documentation.expires().isPresent() ? "?" : NONE);
    }

    private static String day(Instant instant) {
        return instant.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }

    private String cut(String text, int width) {
        String shown = Printable.of(text);
        if (wide || shown.codePointCount(0, shown.length()) <= width) {
            return shown;
        }
        return shown.substring(0, shown.offsetByCodePoints(0, width - 3)) + "...";
    }

    private static String summary(String one, String many, List<State> states) {
        Map<State, Integer> counts = new EnumMap<>(State.class);
        states.forEach(state -> counts.merge(state, 1, Integer::sum));
        List<String> parts = new ArrayList<>();
        counts.forEach((state, count) -> parts.add(count + " " + state.word()));
        return states.size() + " " + (states.size() == 1 ? one : many)
                + (parts.isEmpty() ? "" : ": " + String.join(", ", parts));
    }

    private static String count(long count, String text) {
        return count == 0 ? "" : String.format(text, count);
    }

    private static String counted(int count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }
}
