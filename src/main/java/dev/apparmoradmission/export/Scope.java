package dev.apparmoradmission.export;

import dev.apparmoradmission.export.AdmissionPolicy.Named;
import dev.apparmoradmission.policy.AppArmorPolicy.Match;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.LabelSelector;
import dev.apparmoradmission.policy.LabelSelector.Expression;
import dev.apparmoradmission.policy.LabelSelector.Operator;
import dev.apparmoradmission.policy.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Where an exported policy holds: by selector where a selector can say it, for then the API server does not even evaluate it
 * elsewhere; by condition where names are globs.
 *
 * @param selector the labels of namespaces
 * @param conditions what else must be true of the namespace
 */
record Scope(LabelSelector selector, List<Named> conditions) {

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    /** The same namespaces as a policy matches, but for those that are exempt. */
    static Scope of(Match match, Set<String> exempt) {
        List<Expression> expressions = new ArrayList<>(match.namespaceSelector().matchExpressions());
        List<Named> conditions = new ArrayList<>();
        if (areNames(match.namespaces())) {
            expressions.add(new Expression(Namespaces.NAME_LABEL, Operator.IN, patterns(match.namespaces())));
        } else if (!Cel.matchesEverything(match.namespaces())) {
            conditions.add(new Named("namespaces", Cel.matchesAny("request.namespace", match.namespaces())));
        }
        Set<String> excluded = new TreeSet<>(exempt);
        if (areNames(match.excludeNamespaces())) {
            excluded.addAll(patterns(match.excludeNamespaces()));
        } else if (!match.excludeNamespaces().isEmpty()) {
            conditions.add(new Named(
                    "not-excluded", "!(" + Cel.matchesAny("request.namespace", match.excludeNamespaces()) + ")"));
        }
        if (!excluded.isEmpty()) {
            expressions.add(new Expression(Namespaces.NAME_LABEL, Operator.NOT_IN, List.copyOf(excluded)));
        }
        return new Scope(new LabelSelector(match.namespaceSelector().matchLabels(), expressions), conditions);
    }

    /** Whether they are names that a namespace can have: others are no values of labels, and make a selector invalid. */
    private static boolean areNames(List<Glob> globs) {
        return !globs.isEmpty()
                && globs.stream().allMatch(glob -> NAME.matcher(glob.pattern()).matches());
    }

    private static List<String> patterns(List<Glob> globs) {
        return globs.stream().map(Glob::pattern).sorted().toList();
    }
}
