package dev.apparmoradmission.fix;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.decision.ApiServerModel;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Derivation;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.decision.Generated;
import dev.apparmoradmission.decision.PatchOperation;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.decision.World;
import dev.apparmoradmission.manifest.ManifestFiles.ManifestFile;
import dev.apparmoradmission.manifest.WorkloadsOfFiles;
import dev.apparmoradmission.manifest.WrittenWorkload;
import dev.apparmoradmission.manifest.WrittenWorkload.Understood;
import dev.apparmoradmission.policy.AppArmorPolicy.OnUnsupportedNode;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.statistics.Statistics;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What {@code fix} makes of whatever file: mended once and for all, and nothing else touched. */
class ClosedLoopTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ManifestFile FILE = new ManifestFile("generated.yaml", true);
    private static final String BETA = "container.apparmor.security.beta.kubernetes.io/";

    private static final Pattern SEPARATOR = Pattern.compile("(?m)^---\r?$");

    /** On a line that is taken away or changed there is one of these: what is mended, what is emptied by it, or braces. */
    private static final Pattern OF_MENDING = Pattern.compile(
            BETA + "|annotations['\"]?:|metadata['\"]?:|securityContext|appArmorProfile|localhostProfile|[{}]");

    @Provide
    Arbitrary<StyledText.File> files() {
        return WrittenFiles.files(false);
    }

    @Provide
    Arbitrary<StyledText.File> filesWithAnchors() {
        return WrittenFiles.files(true);
    }

    @Provide
    Arbitrary<Snapshot> snapshots() {
        return Generated.snapshots();
    }

    private static MendedFile mended(byte[] content, Snapshot snapshot, boolean renames) throws IOException {
        return MendedFile.of(FILE, content, snapshot, World.NOW, renames);
    }

    private static byte[] after(StyledText.File file, MendedFile mended) {
        return mended.isChanged() ? mended.edited().content() : file.content();
    }

    // ---- files without anchors: everything is mended

    @Property(tries = 3000)
    void whateverCanBeMendedIsMendedAtOnce(
            @ForAll("files") StyledText.File file, @ForAll("snapshots") Snapshot snapshot, @ForAll boolean renames)
            throws Exception {
        MendedFile mended = mended(file.content(), snapshot, renames);

        assertThat(mended.unreadable()).isEmpty();
        assertThat(mended.edited().refused()).isEmpty();
        byte[] after = after(file, mended);
        MendedFile again = mended(after, snapshot, renames);
        assertThat(again.isChanged()).isFalse();
        assertThat(again.left().stream().map(ClosedLoopTest::withoutLine))
                .isEqualTo(
                        mended.left().stream().map(ClosedLoopTest::withoutLine).toList());
    }

    @Property(tries = 3000)
    void nothingElseInTheFileIsTouched(@ForAll("files") StyledText.File file, @ForAll("snapshots") Snapshot snapshot)
            throws Exception {
        untouched(file, mended(file.content(), snapshot, false));
    }

    @Property(tries = 1500)
    void neitherIsItWhereNamesAreMendedToo(
            @ForAll("files") StyledText.File file, @ForAll("snapshots") Snapshot snapshot) throws Exception {
        untouched(file, mended(file.content(), snapshot, true));
    }

    @Property(tries = 3000)
    void theKernelDoesTheSameToEveryContainerAndCheckFindsNothingNew(
            @ForAll("files") StyledText.File file, @ForAll("snapshots") Snapshot snapshot) throws Exception {
        theSame(file, mended(file.content(), snapshot, false), snapshot);
    }

    @Property(tries = 2000)
    void theApiServerMakesTheSamePodsOfIt(@ForAll("files") StyledText.File file, @ForAll("snapshots") Snapshot snapshot)
            throws Exception {
        byte[] after = after(file, mended(file.content(), snapshot, false));
        List<Pod> before = pods(trees(file.content()));
        List<Pod> mended = pods(trees(after));
        for (int i = 0; i < before.size(); i++) {
            Pod was = before.get(i);
            Pod is = mended.get(i);
            assertThat(is.faults()).as("new faults").isSubsetOf(was.faults());
            if (was.faults().isEmpty()) {
                List<JsonNode> profiles = was.profiles();
                for (int c = 0; c < profiles.size(); c++) {
                    if (!profiles.get(c).isMissingNode() && !isPrefixed(profiles.get(c))) {
                        assertThat(is.profiles().get(c)).isEqualTo(profiles.get(c));
                    }
                }
            }
        }
    }

    // ---- files with anchors, aliases and merge keys: mended, or left as they are

    @Property(tries = 3000)
    void whatIsSharedIsMendedForAllOrLeftAlone(
            @ForAll("filesWithAnchors") StyledText.File file, @ForAll("snapshots") Snapshot snapshot) throws Exception {
        MendedFile mended = mended(file.content(), snapshot, false);

        assertThat(mended.unreadable()).isEmpty();
        untouched(file, mended);
        theSame(file, mended, snapshot);
        boolean refused = !mended.edited().refused().isEmpty();
        Statistics.collect(refused ? "left" : mended.isChanged() ? "mended" : "sound");
        Statistics.coverage(coverage -> {
            coverage.check("left").percentage(percentage -> percentage > 2);
            coverage.check("mended").percentage(percentage -> percentage > 20);
        });
        if (mended.edited().refused().isEmpty()) {
            assertThat(mended(after(file, mended), snapshot, false).isChanged()).isFalse();
        } else {
            assertThat(mended.left()).anyMatch(line -> line.contains(", not mended: "));
        }
    }

    // ---- what is compared

    private static void untouched(StyledText.File file, MendedFile mended) throws IOException {
        byte[] after = after(file, mended);
        assertThat(without(trees(after))).isEqualTo(without(trees(file.content())));
        String text = new String(after, StandardCharsets.UTF_8);
        int at = 0;
        for (String comment : file.comments()) {
            at = text.indexOf(comment, at);
            assertThat(at).as(comment + " in order").isNotNegative();
        }
        List<String> diff = mended.edited().diff("f").lines().skip(2).toList();
        Set<String> added = diff.stream()
                .filter(line -> line.startsWith("+"))
                .map(ClosedLoopTest::withoutEnd)
                .collect(Collectors.toSet());
        assertThat(diff)
                .filteredOn(line ->
                        line.startsWith("-") && !OF_MENDING.matcher(line).find() && !added.contains(withoutEnd(line)))
                .isEmpty();
    }

    /** A line without its mark and what ends it: behind the last field of JSON a comma is put in, or taken away. */
    private static String withoutEnd(String line) {
        return line.substring(1).replaceFirst(",?( +# note .*)?$", "");
    }

    private static void theSame(StyledText.File file, MendedFile mended, Snapshot snapshot) throws IOException {
        List<WrittenWorkload> before = workloads(file.content());
        List<WrittenWorkload> after = workloads(after(file, mended));
        assertThat(after).hasSameSizeAs(before);
        for (int i = 0; i < before.size(); i++) {
            Workload written = ((Understood) before.get(i).content()).workload();
            Workload is = ((Understood) after.get(i).content()).workload();
            Derivation was = Derivation.of(written, snapshot, World.NOW);
            Derivation now = Derivation.of(is, snapshot, World.NOW);
            sameConfinement(was.decision(), now.decision());
            assertThat(found(now.decision())).isSubsetOf(found(was.decision()));
            if (mended.edited().refused().isEmpty()) {
                assertThat(unmended(was, now)).isEmpty();
                boolean pins =
                        snapshot.policies().policies().get(0).defaultProfile().onUnsupportedNode()
                                == OnUnsupportedNode.PIN;
                assertThat(now.changes().stream().anyMatch(PatchOperation.AddProfile.class::isInstance) && !pins)
                        .as("the default is still to be given")
                        .isFalse();
            }
        }
    }

    private static void sameConfinement(Decision was, Decision is) {
        // Another name may lead the whole pod to other nodes.
        boolean sameNames = true;
        for (int c = 0; c < was.containers().size(); c++) {
            sameNames &= was.containers()
                    .get(c)
                    .profile()
                    .equals(is.containers().get(c).profile());
        }
        for (int c = 0; c < was.containers().size(); c++) {
            ContainerVerdict before = was.containers().get(c);
            ContainerVerdict after = is.containers().get(c);
            if (before.profile() instanceof Profile.Localhost localhost
                    && localhost.name().startsWith("localhost/")
                    && !after.profile().equals(before.profile())) {
                assertThat(after.profile().declared())
                        .isEqualTo(localhost.name().replaceFirst("^l", "L"));
                continue;
            }
            assertThat(after.profile()).isEqualTo(before.profile());
            assertThat(after.confinement().isWorseThan(before.confinement())).isFalse();
            if (sameNames) {
                assertThat(after.confinement()).isEqualTo(before.confinement());
                assertThat(after.nodes()).isEqualTo(before.nodes());
            }
        }
    }

    /** Containers whose annotation could have been mended, and is deprecated still. */
    private static List<Finding> unmended(Derivation was, Derivation is) {
        Set<String> malformed = was.decision().findings().stream()
                .filter(finding -> finding.rule() == Rule.ANNOTATION_MALFORMED)
                .map(Finding::path)
                .collect(Collectors.toSet());
        return is.decision().findings().stream()
                .filter(finding -> finding.rule() == Rule.ANNOTATION_DEPRECATED && !malformed.contains(finding.path()))
                .filter(finding -> !isMalformed(is, finding))
                .toList();
    }

    /** Policies may ignore that rule; the annotation is left to a person all the same. */
    private static boolean isMalformed(Derivation derivation, Finding finding) {
        return derivation.containers().stream()
                .filter(container -> container.verdict().path().equals(finding.path()))
                .anyMatch(container -> container.annotation().orElse("").matches("localhost/|localhost/ x")
                        || container.podLevel().isDeclared()
                                && !container
                                        .podLevel()
                                        .equals(container.verdict().profile())
                                && finding.path().contains("template"));
    }

    private static Set<String> found(Decision decision) {
        return decision.findings().stream()
                .map(finding -> finding.action() + " " + finding.rule() + " " + finding.path())
                .collect(Collectors.toSet());
    }

    private static String withoutLine(String line) {
        return line.replaceFirst(":[0-9]+: ", ": ");
    }

    private static boolean isPrefixed(JsonNode profile) {
        return profile.path("localhostProfile").asText("").startsWith("localhost/");
    }

    private static List<WrittenWorkload> workloads(byte[] content) throws IOException {
        List<WrittenWorkload> found = new ArrayList<>();
        WorkloadsOfFiles.read(FILE, content, new WorkloadsOfFiles.Reader<WrittenWorkload>() {
            @Override
            public void workload(WrittenWorkload workload) {
                found.add(workload);
            }

            @Override
            public void problem(String line) {
                throw new AssertionError(line);
            }

            @Override
            public void note(String line) {}
        });
        return found;
    }

    // ---- the files, by another parser

    private static List<JsonNode> trees(byte[] content) throws IOException {
        String text = new String(content, StandardCharsets.UTF_8).replace("\uFEFF", "");
        List<JsonNode> trees = new ArrayList<>();
        if (text.startsWith("{")) {
            try {
                for (String part : SEPARATOR.splitAsStream(text).toList()) {
                    try (MappingIterator<JsonNode> values =
                            JSON.readerFor(JsonNode.class).readValues(part)) {
                        values.forEachRemaining(trees::add);
                    }
                }
                return trees;
            } catch (JsonProcessingException | RuntimeException yamlInBraces) {
                trees.clear();
            }
        }
        LoaderOptions options = new LoaderOptions();
        options.setMaxAliasesForCollections(1000);
        for (Object document : new Yaml(new SafeConstructor(options)).loadAll(text)) {
            trees.add(JSON.valueToTree(document));
        }
        return trees;
    }

    /** The trees without anything of AppArmor, and without what holds nothing then. */
    private static List<JsonNode> without(List<JsonNode> trees) {
        List<JsonNode> bare = new ArrayList<>();
        for (JsonNode tree : trees) {
            bare.add(bare(tree.deepCopy()));
        }
        return bare;
    }

    private static JsonNode bare(JsonNode node) {
        node.forEach(ClosedLoopTest::bare);
        if (node instanceof ObjectNode object) {
            object.remove("appArmorProfile");
            List.copyOf(object.properties()).stream()
                    .filter(field -> field.getKey().startsWith(BETA))
                    .forEach(field -> object.remove(field.getKey()));
            for (String emptied : List.of("securityContext", "annotations", "metadata")) {
                JsonNode value = object.path(emptied);
                if (value.isNull() || value.isEmpty() && value.isObject()) {
                    object.remove(emptied);
                }
            }
        }
        return node;
    }

    /** A pod or a template, as an API server takes it. */
    private record Pod(JsonNode tree, List<String> faults) {

        /** What the kubelet reads for each container; missing where nothing is declared. */
        List<JsonNode> profiles() {
            List<JsonNode> profiles = new ArrayList<>();
            JsonNode spec = tree.path("spec");
            for (String list : List.of("initContainers", "containers")) {
                for (JsonNode container : spec.path(list)) {
                    JsonNode own = container.path("securityContext").path("appArmorProfile");
                    profiles.add(
                            own.isObject() ? own : spec.path("securityContext").path("appArmorProfile"));
                }
            }
            return profiles;
        }
    }

    private static List<Pod> pods(List<JsonNode> trees) {
        List<Pod> pods = new ArrayList<>();
        trees.forEach(tree -> pods(tree, pods));
        return pods;
    }

    private static void pods(JsonNode object, List<Pod> pods) {
        object.path("items").forEach(item -> pods(item, pods));
        if (object.path("kind").asText().equals("Pod")) {
            JsonNode synced = ApiServerModel.synced(ApiServerModel.withDefaults(withoutNulls(object.deepCopy())));
            pods.add(new Pod(synced, ApiServerModel.podFaults(synced)));
            return;
        }
        Optional.of(object)
                .map(tree -> tree.findPath("template"))
                .filter(JsonNode::isObject)
                .map(template -> ApiServerModel.withDefaults(withoutNulls(template.deepCopy())))
                .ifPresent(template ->
                        pods.add(new Pod(ApiServerModel.synced(template), ApiServerModel.templateFaults(template))));
    }

    private static JsonNode withoutNulls(JsonNode node) {
        node.forEach(ClosedLoopTest::withoutNulls);
        if (node instanceof ObjectNode object) {
            List.copyOf(object.properties()).stream()
                    .filter(field -> field.getValue().isNull())
                    .forEach(field -> object.remove(field.getKey()));
        }
        return node;
    }
}
