package dev.apparmoradmission.e2e.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.rollout.Found.Named;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The guide, from the first look to the last denial, by its own commands and with the figures that it shows. At each step the same
 * pods give the same findings at every door: audit annotations, metrics, decision log, {@code check}, {@code scan}, warnings, and
 * in the end denials. Nothing is compared loosely; {@link Expected} has what differs by design.
 */
@ExtendWith(RealApiServer.class)
class RollOutTest {
    private static final String FINDINGS = "apparmor_admission_findings_total";
    private static final String DRY_RUN_FINDINGS = "apparmor_admission_dry_run_findings_total";
    private static final String DRY_RUN_REQUESTS = "apparmor_admission_dry_run_requests_total";
    private static final int SHOWN = 5;
    private static final String DRY = "?dryRun=All";

    private final Estate estate = new Estate();
    private final Set<Named> all =
            estate.objects().stream().map(Named::of).collect(Collectors.toCollection(TreeSet::new));
    private final List<String> disagreements = new ArrayList<>();
    private Set<Named> refused = Set.of();

    @TempDir
    private Path directory;

    private ApiServer api;

    @BeforeEach
    void settle(Stage stage) throws IOException {
        api = ApiServer.of(stage.cluster().kubeconfig());
        for (String namespace : Estate.NAMESPACES) {
            stage.namespace(api, namespace, "{}");
        }
        clear();
    }

    @AfterEach
    void leave() {
        clear();
        Estate.NAMESPACES.forEach(namespace -> api.delete("/api/v1/namespaces/" + namespace));
        api.close();
    }

    @Test
    void theSamePodsGiveTheSameFindingsAtEachStepOfTheGuideAndInTheEndDenials(Stage stage) throws IOException {
        Optional<Path> kubectl = Settings.ofProcess().executable("kubectl");
        assumeTrue(kubectl.isPresent(), "could not run: kubectl is not on the PATH");
        Path project = stage.directory().toRealPath().getParent();
        Guide guide = Guide.read(project.resolve("deploy").resolve("ROLLOUT.md"));
        Walk walk = new Walk(
                guide,
                project,
                Files.createDirectories(directory.resolve("walk")),
                kubectl.get(),
                stage.cluster().kubeconfig());
        estate.write(walk.file("manifests"));

        // Audit mode changes nothing, so that what is stored below it is what is there before a webhook is.
        Installation installation =
                new Installation(stage, walk.file("in-force"), walk.run(kubectl.get() + " kustomize rollout"));
        assertThat(installation.isDryRun()).isTrue();
        Round dry = Round.of(installation.scene(), estate.objects(), "");
        refused = dry.refused();
        Expected expected = Expected.of(dry);
        Set<Found> checked = recorded(walk, installation, dry, expected);

        walk.to(Walk.APPLY);
        defaulted(walk, installation, expected, checked);

        walk.to(Walk.APPLY);
        installation.apply(applied(walk));
        Set<Found> warned = warned("3: warn", walk, installation, expected);
        same("3: check", warned, Expected.atMost(Found.WARN, checked));

        walk.to(Walk.APPLY);
        installation.apply(applied(walk));
        Set<Found> granted = warned("4: a grant", walk, installation, expected);
        assertThat(granted).isNotEqualTo(warned);

        enforcedByNamespace(walk, installation, expected, granted);
        Set<Named> spared = dry.with("would-deny");
        spared.removeAll(enforced(walk, installation, expected));
        assertThat(spared)
                .as("what step 1 said would be denied, and is not in the end, was granted an exception in between")
                .isNotEmpty()
                .allMatch(pod ->
                        pod.namespace().equals("monitoring") && pod.name().startsWith("granted-"));

        walk.toTheEnd();
        walk.differences().forEach(System.out::println);
        assertThat(disagreements).isEmpty();
        assertThat(walk.differences()).as("what the guide shows otherwise").isEmpty();
    }

    /** Steps 0 and 1: nothing happens, and all of it is told. */
    private Set<Found> recorded(Walk walk, Installation installation, Round dry, Expected expected) throws IOException {
        assertThat(dry.answers().values()).allMatch(answer -> answer.code() == 201 || answer.code() == 422);
        Set<Found> checked = check(walk, installation);
        Set<Found> meant = expected.atTheWebhook(checked);
        Set<Found> recorded = Expected.atMost(Found.AUDIT, meant);
        Set<Found> scanned = scan(walk);

        same("1: the client", dry.told(), Set.of());
        same("1: audit annotations", dry.annotated(), recorded);
        same("1: would-deny", dry.with("would-deny"), objects(meant, Found.ENFORCE));
        same("1: decision log", Doors.dryRunLog(dry.decisions(), this::isOurs), meant);
        same("1: " + FINDINGS, moved(FINDINGS, dry), Expected.counted(recorded));
        same("1: " + DRY_RUN_FINDINGS, moved(DRY_RUN_FINDINGS, dry), Expected.counted(meant));
        assertThat(moved(DRY_RUN_REQUESTS, dry).entrySet().stream()
                        .filter(sample -> sample.getKey().get("outcome").equals("deny"))
                        .mapToInt(Map.Entry::getValue)
                        .sum())
                .isEqualTo(objects(meant, Found.ENFORCE).size());
        same("1: scan", scanned, expected.asWritten(checked));

        walk.scraped(dry.before(), dry.after());
        Files.writeString(walk.file("audit.log"), dry.audit());
        Files.writeString(walk.file("log"), dry.log());
        walk.to(Walk.APPLY);
        installation.apply(applied(walk));
        assertThat(installation.isDryRun()).isTrue();
        Map<String, Set<Found>> doors = new LinkedHashMap<>();
        doors.put("annotations", dry.annotated());
        doors.put("log", Doors.dryRunLog(dry.decisions(), this::isOurs));
        doors.put("check", checked);
        doors.put("scan", scanned);
        print("1: record", dry, doors);
        return checked;
    }

    /** Step 2: the default is written, and nothing else happens. */
    private void defaulted(Walk walk, Installation installation, Expected expected, Set<Found> before)
            throws IOException {
        clear();
        installation.apply(applied(walk));
        assertThat(installation.isDryRun()).isFalse();
        Set<Found> checked = check(walk, installation);
        same("2: check", checked, Expected.atMost(Found.AUDIT, before));
        Round round = Round.of(installation.scene(), estate.objects(), "");
        Set<Found> recorded = expected.atTheWebhook(checked);

        agree("2", round, recorded, Set.of());
        same("2: scan", scan(walk), expected.afterDefaults(checked));
        walk.scraped(round.before(), round.after());
        print("2: give the default", round, Map.of("annotations", round.annotated(), "check", checked));
    }

    /** Under policies that warn: users see what is found. Nothing is stored. */
    private Set<Found> warned(String step, Walk walk, Installation installation, Expected expected) throws IOException {
        clear();
        Set<Found> checked = check(walk, installation);
        Round round = Round.of(installation.scene(), estate.objects(), DRY);
        Set<Found> meant = expected.atTheWebhook(checked);
        agree(step, round, meant, meant);
        assertThat(round.denied()).isEmpty();
        walk.scraped(round.before(), round.after());
        print(step, round, Map.of("warnings", round.told(), "check", checked));
        return checked;
    }

    /** Step 5: one namespace, and back in a minute, and all. */
    private void enforcedByNamespace(Walk walk, Installation installation, Expected expected, Set<Found> before)
            throws IOException {
        walk.to(Walk.APPLY);
        installation.apply(applied(walk));
        same("5: check, while nothing is labelled", check(walk, installation), before);

        walk.to("kubectl label namespace shop apparmor=enforced");
        awaitDenied(installation, true);
        Set<Found> checked = check(walk, installation);
        Round round = Round.of(installation.scene(), estate.objects(), DRY);
        Set<Found> meant = expected.atTheWebhook(checked);
        agree("5: shop", round, meant, meant);
        assertThat(round.denied()).isNotEmpty().allMatch(pod -> pod.namespace().equals("shop") && pod.isPod());
        walk.scraped(round.before(), round.after());
        print("5: shop", round, Map.of("answers", round.told(), "check", checked));

        walk.to("kubectl label namespace shop apparmor-");
        awaitDenied(installation, false);
    }

    /** The end: exactly those are denied of which it was said from the first step on. */
    private Set<Named> enforced(Walk walk, Installation installation, Expected expected) throws IOException {
        walk.to(Walk.APPLY);
        installation.apply(applied(walk));
        Set<Found> checked = check(walk, installation);
        Round round = Round.of(installation.scene(), estate.objects(), "");
        Set<Found> meant = expected.atTheWebhook(checked);
        agree("5: all", round, meant, meant);
        Set<Found> scanned = scan(walk);
        same(
                "5: scan",
                scanned,
                expected.afterDefaults(checked).stream()
                        .filter(found -> !round.denied().contains(found.object()))
                        .toList());
        assertThat(scanned)
                .noneMatch(found -> found.object().isPod() && found.action().equals(Found.ENFORCE));
        walk.scraped(round.before(), round.after());
        print("5: all", round, Map.of("answers", round.told(), "check", checked, "scan", scanned));
        return round.denied();
    }

    /** The log, the annotations and the metrics hold what has to be found, of each object all of it, and the client is told. */
    private void agree(String step, Round round, Set<Found> meant, Set<Found> told) {
        same(step + ": refused by the API server", round.refused(), refused);
        same(step + ": the client", round.told(), told);
        same(step + ": denied", round.denied(), objects(meant, Found.ENFORCE));
        same(step + ": audit annotations", round.annotated(), meant);
        same(step + ": " + FINDINGS, moved(FINDINGS, round), Expected.counted(meant));
        same(step + ": decision log", Doors.log(round.decisions(), this::isOurs), Doors.asLogged(meant));
    }

    private void same(String door, Map<?, ?> actual, Map<?, ?> expected) {
        same(door, actual.entrySet(), expected.entrySet());
    }

    /** Notes what differs, so that one walk shows it all. */
    private void same(String door, Collection<?> actual, Collection<?> expected) {
        Set<Object> more = new LinkedHashSet<>(actual);
        more.removeAll(Set.copyOf(expected));
        Set<Object> less = new LinkedHashSet<>(expected);
        less.removeAll(Set.copyOf(actual));
        if (!more.isEmpty() || !less.isEmpty()) {
            disagreements.add("%s: %d more: %s, %d less: %s"
                    .formatted(
                            door,
                            more.size(),
                            more.stream().limit(SHOWN).toList(),
                            less.size(),
                            less.stream().limit(SHOWN).toList()));
        }
    }

    private Set<Found> check(Walk walk, Installation installation) throws IOException {
        String report = walk.run("""
                kubectl get nodes -o yaml > nodes.yaml
                kubectl get namespaces -o yaml > namespaces.yaml
                kubectl get configmaps -n apparmor-admission -l apparmor-admission.dev/inventory=true -o yaml > inventory.yaml
                bin/apparmor-admission check --policy in-force --inventory inventory.yaml --nodes nodes.yaml \
                    --namespaces namespaces.yaml --output json --fail-on never manifests
                """);
        installation.awaitPolicies(Manifest.json(report).path("policyHash").asText());
        return Doors.report(report, this::isOurs);
    }

    private Set<Found> scan(Walk walk) throws IOException {
        String where =
                Estate.NAMESPACES.stream().map(name -> " --namespace " + name).collect(Collectors.joining());
        return Doors.report(
                walk.run("bin/apparmor-admission scan --policy in-force --output json --fail-on never" + where),
                this::isOurs);
    }

    /** Whether it is one of those that are compared: not such as the API server takes for none of its kind. */
    private boolean isOurs(Named object) {
        return all.contains(object) && !refused.contains(object);
    }

    private static Set<Named> objects(Set<Found> findings, String action) {
        return findings.stream()
                .filter(found -> found.action().equals(action))
                .map(Found::object)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Map<Map<String, String>, Integer> moved(String family, Round round) {
        Map<Map<String, String>, Integer> moved = Doors.moved(family, round.before(), round.after());
        moved.keySet().removeIf(labels -> !Estate.NAMESPACES.contains(labels.get("namespace")));
        return moved;
    }

    private static String applied(Walk walk) throws IOException {
        return Files.readString(walk.file("applied.yaml"));
    }

    /** Labels of namespaces come to the webhook by a watch. */
    private void awaitDenied(Installation installation, boolean denied) {
        ObjectNode pod = estate.pods().stream()
                .filter(candidate -> Named.of(candidate).namespace().equals("shop")
                        && Named.of(candidate).name().startsWith("unconfined-"))
                .findFirst()
                .orElseThrow();
        Scene.await("denied: " + denied, () -> {
            Answer answer = installation.scene().api().create("shop", pod, DRY);
            return (answer.code() == 403) == denied;
        });
    }

    /** Whatever was stored. */
    private void clear() {
        Set<String> collections = estate.objects().stream()
                .map(object -> Manifest.collection(object, Named.of(object).namespace()))
                .collect(Collectors.toCollection(TreeSet::new));
        collections.forEach(api::delete);
        Scene.await(
                "all of it gone",
                () -> collections.stream()
                        .allMatch(collection ->
                                api.get(collection + "?limit=1").at("/items").isEmpty()));
    }

    /** How often each rule was broken, by door. */
    private void print(String step, Round round, Map<String, Set<Found>> doors) {
        System.out.printf(
                Locale.ROOT,
                "roll-out %s: %d objects, %d refused by API validation, %d denied%n",
                step,
                all.size(),
                round.refused().size(),
                round.denied().size());
        Set<String> rules = new TreeSet<>();
        doors.values().forEach(found -> found.forEach(one -> rules.add(one.rule() + " " + one.action())));
        System.out.printf(Locale.ROOT, "  %-36s", "");
        doors.keySet().forEach(door -> System.out.printf(Locale.ROOT, " %12s", door));
        System.out.println();
        for (String rule : rules) {
            System.out.printf(Locale.ROOT, "  %-36s", rule);
            doors.values()
                    .forEach(found -> System.out.printf(
                            Locale.ROOT,
                            " %12d",
                            found.stream()
                                    .filter(one -> (one.rule() + " " + one.action()).equals(rule))
                                    .count()));
            System.out.println();
        }
    }
}
