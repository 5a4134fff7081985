package dev.apparmoradmission.ledger;

import static dev.apparmoradmission.decision.PodBuilder.RUNTIME_DEFAULT;
import static dev.apparmoradmission.decision.PodBuilder.UNCONFINED;
import static dev.apparmoradmission.decision.PodBuilder.pod;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.ExceptionKeys;
import dev.apparmoradmission.decision.PodBuilder;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.World;
import dev.apparmoradmission.ledger.ExceptionTally.Figures;
import dev.apparmoradmission.ledger.ExceptionTally.Group;
import dev.apparmoradmission.ledger.ExceptionTally.Source;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorException.Documentation;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionTerms;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.LabelSelector;
import dev.apparmoradmission.policy.Rule;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the gauges of exceptions are counted from. */
class ExceptionTallyTest {

    private static final Duration SOON = Duration.ofDays(14);

    private static PodBuilder claiming(String namespace, String expires) {
        return pod().namespace(namespace)
                .container("a", UNCONFINED)
                .annotation(ExceptionKeys.UNCONFINED, "a")
                .annotation(ExceptionKeys.REASON, "needs raw sockets")
                .annotation(ExceptionKeys.EXPIRES, expires);
    }

    private static void count(ExceptionTally tally, Snapshot snapshot, PodBuilder... pods) {
        for (PodBuilder pod : pods) {
            var workload = pod.build();
            tally.add(workload.namespace(), World.create(workload, snapshot));
        }
    }

    private static ExceptionTally tally(Snapshot snapshot) {
        return new ExceptionTally(snapshot.policies(), World.NOW, SOON);
    }

    @Test
    void annotations_are_counted_by_state_and_each_namespace_has_its_next_end() {
        Snapshot snapshot = World.fixed().under(World.strict());
        ExceptionTally tally = tally(snapshot);

        count(
                tally,
                snapshot,
                claiming("shop", "2027-03-01"),
                claiming("shop", "2026-12-01"),
                claiming("shop", "2026-11-01"),
                claiming("bank", "2027-01-31T12:00:00Z"),
                claiming("bank", "never"),
                pod().namespace("bank").container("a", RUNTIME_DEFAULT),
                claiming("idle", "2027-02-01").annotation(ExceptionKeys.UNCONFINED, "other"));

        Figures figures = tally.figures(true, 200);
        assertThat(figures.exceptions())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        new Group(Source.ANNOTATION, State.VALID), 3,
                        new Group(Source.ANNOTATION, State.EXPIRING), 1,
                        new Group(Source.ANNOTATION, State.EXPIRED), 1,
                        new Group(Source.ANNOTATION, State.REFUSED), 1));
        assertThat(figures.unneeded()).isEqualTo(1);
        assertThat(figures.nextEnds())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "shop", Instant.parse("2026-12-02T00:00:00Z"),
                        "bank", Instant.parse("2027-01-31T12:00:00Z"),
                        "idle", Instant.parse("2027-02-02T00:00:00Z")));
        assertThat(tally.figures(true, 1).nextEnds()).containsOnlyKeys("shop");
    }

    @Test
    void a_grant_that_excuses_nothing_is_unused_unless_not_everything_was_seen() {
        Snapshot snapshot = World.fixed()
                .withGrants(granting(), grant("used", "shop"), grant("unused", "shop"), grant("elsewhere", "bank"));
        ExceptionTally tally = tally(snapshot);

        count(tally, snapshot, pod().container("a", UNCONFINED).annotation(ExceptionKeys.EXCEPTION, "used"));
        count(tally, snapshot, pod().container("a", UNCONFINED).annotation(ExceptionKeys.EXCEPTION, "elsewhere"));

        Figures figures = tally.figures(true, 200);
        assertThat(figures.exceptions())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of(new Group(Source.GRANT, State.VALID), 1, new Group(Source.GRANT, State.REFUSED), 1));
        assertThat(figures.unusedGrants()).hasValue(2);
        assertThat(figures.nextEnds()).isEmpty();
        assertThat(tally.figures(false, 200).unusedGrants()).isEmpty();
    }

    @Test
    void a_grant_in_whose_stead_another_holds_is_none_of_the_pods_business() {
        AppArmorException expired = grant("a-old", "shop", false, "2026-01-01");
        AppArmorException valid = grant("b-new", "shop", false, "2027-03-01");
        Snapshot snapshot = World.fixed().withGrants(granting(), expired, valid);
        ExceptionTally tally = tally(snapshot);

        count(tally, snapshot, pod().container("a", UNCONFINED));

        assertThat(tally.figures(true, 200).exceptions()).containsOnlyKeys(new Group(Source.GRANT, State.VALID));
    }

    private static AppArmorPolicy granting() {
        AppArmorPolicy strict = World.strict();
        return new AppArmorPolicy(
                strict.name(),
                Action.ENFORCE,
                strict.match(),
                strict.defaultProfile(),
                strict.rules(),
                strict.localhost(),
                new ExceptionTerms(ExceptionSource.GRANT, Set.of(), Optional.empty(), Set.of()),
                Action.WARN);
    }

    private static AppArmorException grant(String name, String namespace) {
        return grant(name, namespace, true, "2027-03-01");
    }

    private static AppArmorException grant(String name, String namespace, boolean claimRequired, String expires) {
        return new AppArmorException(
                name,
                List.of(new Glob(namespace)),
                LabelSelector.EVERYTHING,
                Set.of(),
                List.of(new Glob("*")),
                List.of(),
                Set.of(Rule.UNCONFINED),
                claimRequired,
                new Documentation(
                        Optional.of("reads the host's /proc"),
                        Optional.of("team"),
                        Optional.empty(),
                        Optional.of(expires)),
                Set.of());
    }
}
