package dev.apparmoradmission.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.policy.LabelSelector.Expression;
import dev.apparmoradmission.policy.LabelSelector.Operator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LabelSelectorTest {

    private static LabelSelector selector(Expression... expressions) {
        return new LabelSelector(Map.of(), List.of(expressions));
    }

    @Test
    void anEmptySelectorMatchesEverything() {
        assertThat(LabelSelector.EVERYTHING.matches(Map.of())).isTrue();
        assertThat(LabelSelector.EVERYTHING.isEverything()).isTrue();
        assertThat(selector(new Expression("a", Operator.EXISTS, List.of())).isEverything())
                .isFalse();
    }

    @Test
    void allPartsMustHold() {
        LabelSelector selector = new LabelSelector(
                Map.of("app", "web"), List.of(new Expression("tier", Operator.IN, List.of("front", "back"))));

        assertThat(selector.matches(Map.of("app", "web", "tier", "back"))).isTrue();
        assertThat(selector.matches(Map.of("app", "web"))).isFalse();
        assertThat(selector.matches(Map.of("app", "db", "tier", "back"))).isFalse();
        assertThat(selector.matches(Map.of("tier", "back"))).isFalse();
    }

    @Test
    void negativeOperatorsMatchWhereTheLabelIsAbsent() {
        Map<String, String> without = Map.of();
        Map<String, String> other = Map.of("a", "y");
        Map<String, String> same = Map.of("a", "x");
        LabelSelector notIn = selector(new Expression("a", Operator.NOT_IN, List.of("x")));
        LabelSelector absent = selector(new Expression("a", Operator.DOES_NOT_EXIST, List.of()));
        LabelSelector present = selector(new Expression("a", Operator.EXISTS, List.of()));

        assertThat(List.of(notIn.matches(without), notIn.matches(other), notIn.matches(same)))
                .containsExactly(true, true, false);
        assertThat(List.of(absent.matches(without), absent.matches(other))).containsExactly(true, false);
        assertThat(List.of(present.matches(without), present.matches(other))).containsExactly(false, true);
    }

    @Test
    void aPolicyHoldsForANamespaceWhoseLabelsAreNotKnown() {
        Namespaces known = new Namespaces(Map.of("shop", Map.of("team", "a")));
        LabelSelector teamA = new LabelSelector(Map.of("team", "a"), List.of());
        LabelSelector teamB = new LabelSelector(Map.of("team", "b"), List.of());

        assertThat(known.mayMatch(teamA, "shop")).isTrue();
        assertThat(known.mayMatch(teamB, "shop")).isFalse();
        assertThat(known.mayMatch(teamB, "brand-new")).isTrue();
    }

    @Test
    void aNamespacesOwnNameIsAlwaysKnown() {
        LabelSelector byName = new LabelSelector(Map.of(Namespaces.NAME_LABEL, "shop"), List.of());
        LabelSelector notByName =
                selector(new Expression(Namespaces.NAME_LABEL, Operator.NOT_IN, List.of("kube-system")));
        Namespaces forged = new Namespaces(Map.of("shop", Map.of(Namespaces.NAME_LABEL, "kube-system")));

        assertThat(Namespaces.UNKNOWN.mayMatch(byName, "shop")).isTrue();
        assertThat(Namespaces.UNKNOWN.mayMatch(byName, "other")).isFalse();
        assertThat(Namespaces.UNKNOWN.mayMatch(notByName, "kube-system")).isFalse();
        assertThat(forged.mayMatch(notByName, "shop")).isTrue();
    }

    @Test
    void whatCannotBeAtOnceIsFound() {
        Expression in = new Expression("a", Operator.IN, List.of("x", "y"));
        Expression other = new Expression("a", Operator.IN, List.of("z"));
        Expression notIn = new Expression("a", Operator.NOT_IN, List.of("x", "y"));
        Expression notX = new Expression("a", Operator.NOT_IN, List.of("x"));
        Expression exists = new Expression("a", Operator.EXISTS, List.of());
        Expression absent = new Expression("a", Operator.DOES_NOT_EXIST, List.of());
        Expression elsewhere = new Expression("b", Operator.DOES_NOT_EXIST, List.of());

        assertThat(List.of(
                        selector(in, notIn),
                        selector(in, other),
                        selector(exists, absent),
                        selector(in, absent),
                        selector(new Expression("a", Operator.IN, List.of())),
                        new LabelSelector(Map.of("a", "x"), List.of(notX))))
                .allSatisfy(selector -> assertThat(selector.contradiction()).contains("a"));
        assertThat(List.of(
                        LabelSelector.EVERYTHING,
                        selector(in, notX, exists, elsewhere),
                        selector(notIn, absent),
                        new LabelSelector(Map.of("a", "y"), List.of(in, notX))))
                .allSatisfy(selector -> assertThat(selector.contradiction()).isEmpty());
        assertThat(selector(in, notX).values("a")).contains(Set.of("y"));
        assertThat(selector(notX).values("a")).isEmpty();
    }
}
