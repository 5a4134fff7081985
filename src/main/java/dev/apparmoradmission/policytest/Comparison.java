package dev.apparmoradmission.policytest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.decision.AcceptedException;
import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policytest.Expectation.ExpectedContainer;
import dev.apparmoradmission.policytest.Expectation.ExpectedFinding;
import dev.apparmoradmission.policytest.PolicyCase.Outcome;
import dev.apparmoradmission.report.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Compares what came of a case with what it expects. */
final class Comparison {

    private final Outcome outcome;
    private final List<Difference> differences = new ArrayList<>();

    private Comparison(Outcome outcome) {
        this.outcome = outcome;
    }

    /** All differences; none where the case holds. */
    static List<Difference> of(Expectation expected, Outcome outcome) {
        Comparison comparison = new Comparison(outcome);
        boolean allowed = outcome.decision().allowed();
        if (expected.allowed() != allowed) {
            comparison.differences.add(Difference.between("allowed", expected.allowed(), allowed));
        }
        expected.patch().ifPresent(comparison::patch);
        comparison.findings(expected.findings());
        expected.containers().forEach(comparison::container);
        return List.copyOf(comparison.differences);
    }

    private void patch(JsonNode expected) {
        JsonNode actual = outcome.patch();
        boolean holds = expected.isArray()
                ? expected.equals(actual)
                : actual.isEmpty() == expected.asText().equals("none");
        if (!holds) {
            differences.add(Difference.between(
                    "patch",
                    expected.isArray() ? Printable.of(expected.toString()) : expected.asText(),
                    actual.isEmpty() ? "none" : Printable.of(actual.toString())));
        }
    }

    private void findings(List<ExpectedFinding> expected) {
        List<Finding> left = new ArrayList<>(outcome.decision().findings());
        List<ExpectedFinding> open = new ArrayList<>();
        for (ExpectedFinding wanted : expected) {
            // Those that are right first, so that one that is wrong in a detail takes no other's place.
            Optional<Finding> found =
                    taken(left, finding -> details(wanted, finding).isEmpty());
            if (found.isEmpty()) {
                open.add(wanted);
            }
        }
        for (ExpectedFinding wanted : open) {
            Optional<Finding> found = taken(left, finding -> isSame(wanted, finding));
            if (found.isPresent()) {
                differences.addAll(details(wanted, found.get()));
            } else {
                differences.add(Difference.missing(subject(wanted.rule(), wanted.container()), wanted.action()));
            }
        }
        for (Finding finding : left) {
            differences.add(Difference.unexpected(
                    subject(finding.rule().id(), finding.container()),
                    finding.action().policyName() + ": " + finding.message() + " [policy "
                            + Quoted.bare(finding.policy()) + "]"));
        }
    }

    private static Optional<Finding> taken(List<Finding> findings, Predicate<Finding> wanted) {
        Optional<Finding> found = findings.stream().filter(wanted).findFirst();
        found.ifPresent(findings::remove);
        return found;
    }

    private static boolean isSame(ExpectedFinding wanted, Finding finding) {
        return wanted.rule().equals(finding.rule().id()) && wanted.container().equals(finding.container());
    }

    /** In what a finding differs from one that is expected. */
    private static List<Difference> details(ExpectedFinding wanted, Finding finding) {
        String subject = subject(wanted.rule(), wanted.container());
        if (!isSame(wanted, finding)) {
            return List.of(Difference.missing(subject, wanted.action()));
        }
        List<Difference> details = new ArrayList<>();
        String action = finding.action().policyName();
        if (!wanted.action().equals(action)) {
            details.add(Difference.between(subject + ", action", wanted.action(), action));
        }
        compare(subject + ", policy", wanted.policy(), finding.policy(), Quoted::of, details);
        compare(
                subject + ", nodes",
                wanted.nodes(),
                finding.nodes().stream().sorted().toList(),
                nodes -> nodes.stream().map(Quoted::bare).collect(Collectors.joining(", ", "[", "]")),
                details);
        wanted.messageContains()
                .filter(part -> !finding.message().contains(part))
                .ifPresent(part -> details.add(Difference.between(
                        subject + ", message", "one with " + Quoted.of(part, 200), finding.message())));
        compare(
                subject + ", grant",
                wanted.grant(),
                finding.exception().flatMap(AcceptedException::grant).orElse(""),
                grant -> grant.isEmpty() ? "none" : Quoted.of(grant),
                details);
        return details;
    }

    private void container(ExpectedContainer wanted) {
        String subject = "container " + Quoted.of(wanted.name());
        Optional<ContainerVerdict> found = outcome.decision().containers().stream()
                .filter(container -> container.name().equals(wanted.name()))
                .findFirst();
        if (found.isEmpty()) {
            differences.add(Difference.missing(subject, "to be judged"));
            return;
        }
        ContainerVerdict verdict = found.get();
        compare(subject + ", declared", wanted.declared(), verdict.profile().declared(), Quoted::bare, differences);
        compare(
                subject + ", confinement",
                wanted.confinement(),
                verdict.confinement().level().reportName(),
                Function.identity(),
                differences);
        compare(
                subject + ", cause",
                wanted.cause(),
                verdict.confinement().cause().map(Cause::reportName).orElse("none"),
                Function.identity(),
                differences);
    }

    private static <T> void compare(
            String subject, Optional<T> wanted, T actual, Function<T, String> shown, List<Difference> differences) {
        if (wanted.isPresent() && !wanted.get().equals(actual)) {
            differences.add(Difference.between(subject, shown.apply(wanted.get()), shown.apply(actual)));
        }
    }

    /** What a finding is about. */
    static String subject(String rule, String container) {
        return "finding " + rule + ", " + (container.isEmpty() ? "pod" : "container " + Quoted.of(container));
    }
}
