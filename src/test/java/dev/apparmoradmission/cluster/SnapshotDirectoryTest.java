package dev.apparmoradmission.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apparmoradmission.wire.InventoryReader;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.ProfileLists;
import dev.apparmoradmission.workload.WorkloadKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A snapshot that is not what its maker wrote is refused, or told to be not all. */
class SnapshotDirectoryTest {

    private static final String DESCRIPTION = """
            {"apiVersion": "apparmor-admission.dev/v1alpha1", "kind": "ClusterSnapshot",
             "server": "https://c", "takenAt": "2026-11-22T19:00:00Z", "namespaces": [],
             "lists": {"nodes": {"pages": 1, "objects": 1}, "inventory": {"pages": 1, "objects": 0},
               "pods": {"pages": 2, "objects": 3}},
             "notRead": []}
            """;

    @TempDir
    Path dir;

    @TempDir
    Path elsewhere;

    @BeforeEach
    void write() throws IOException {
        write("snapshot.json", DESCRIPTION);
        write("nodes/00001.json", "{\"kind\": \"NodeList\", \"items\": [{\"metadata\": {\"name\": \"n1\"}}]}");
        write("inventory/00001.json", "{\"kind\": \"ConfigMapList\", \"items\": []}");
        write("workloads/pods-00001.json", pods("a", "b"));
        write("workloads/pods-00002.json", pods("c"));
    }

    private void write(String name, String text) throws IOException {
        Path file = dir.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static String pods(String... names) {
        List<String> items = Arrays.stream(names)
                .map(name -> "{\"metadata\": {\"namespace\": \"shop\", \"name\": \"" + name + "\"}}")
                .toList();
        return "{\"kind\": \"PodList\", \"apiVersion\": \"v1\", \"items\": [" + String.join(",", items) + "]}";
    }

    @Test
    void a_sound_one_is_read_in_the_order_of_its_pages() throws Exception {
        assertThat(read()).containsExactly("a", "b", "c");
    }

    @Test
    void an_inventory_without_objects_is_one_that_reports_nothing_and_not_none() throws Exception {
        assertThat(SnapshotDirectory.open(dir)
                        .view(new InventoryReader(new ProfileLists()), any -> {})
                        .nodes()
                        .isInventoried())
                .isTrue();
    }

    @Test
    void a_page_that_was_cut_short_makes_it_partial_and_the_others_are_read() throws Exception {
        write("workloads/pods-00001.json", pods("a", "b").substring(0, 60));

        assertThat(read())
                .containsExactly(
                        "unread: " + dir
                                + "/workloads/pods-00001.json: is not JSON, or is cut short; take the snapshot again",
                        "c");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''", "[]", "{\"kind\": \"SecretList\", \"items\": []}", "{\"kind\": \"Pod\"}", "kind: PodList"})
    void a_page_of_something_else_makes_it_partial(String content) throws Exception {
        write("workloads/pods-00002.json", content);

        assertThat(read()).startsWith("a", "b").hasSize(3).last().asString().startsWith("unread: ");
    }

    @Test
    void a_page_that_lost_an_object_makes_it_partial() throws Exception {
        write("workloads/pods-00001.json", pods("a"));

        assertThat(read())
                .containsExactly(
                        "a",
                        "c",
                        "unread: " + dir + ": holds 2 pods, and its snapshot.json says 3; take the snapshot again");
    }

    @Test
    void nodes_that_are_not_all_there_are_refused() throws Exception {
        write("nodes/00001.json", "{\"kind\": \"NodeList\", \"items\": []}");

        refused(
                () -> SnapshotDirectory.open(dir).view(new InventoryReader(new ProfileLists()), any -> {}),
                "holds 0 nodes, and its snapshot.json says 1");
    }

    @Test
    void a_missing_page_is_refused() throws Exception {
        Files.delete(dir.resolve("workloads/pods-00001.json"));

        refused("workloads/pods-00001.json: is missing, or is no plain file");
    }

    @ParameterizedTest
    @CsvSource({"workloads/pods-00003.json", "workloads/x.json", "nodes/00002.json", "notes.txt", "workloads/sub/x.json"
    })
    void a_file_that_it_does_not_name_is_refused(String name) throws Exception {
        write(name, pods("z"));

        refused("is no part of the snapshot");
    }

    @ParameterizedTest
    @CsvSource({"workloads/pods-00001.json", "nodes/00001.json", "snapshot.json", "workloads"})
    void a_link_is_refused_wherever_it_leads(String name) throws Exception {
        Path target = elsewhere.resolve("target");
        Files.move(dir.resolve(name), target);
        Files.createSymbolicLink(dir.resolve(name), target);

        refused(name.equals("snapshot.json") ? "is no snapshot: it has no snapshot.json" : "");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ClusterSnapshot | OtherKind | is no ClusterSnapshot",
                "v1alpha1 | v2 | is of another version than apparmor-admission.dev/v1alpha1",
                "\"server\" | \"servers\" | there is no field servers",
                "\"server\" | \"admissionSince\": \"today\", \"server\" | admissionSince is not an RFC 3339 instant",
                "2026-11-22T19:00:00Z | yesterday | takenAt is not an RFC 3339 instant",
                "\"pods\" | \"secrets\" | a list has a name that we know",
                "\"pods\" | \"../../etc\" | a list has a name that we know",
                "\"pages\": 2 | \"pages\": 0 | a list has one page at least",
                "\"pages\": 2 | \"pages\": 100000 | pages is not a number from 0 to 99999",
                "\"pages\": 2 | \"pages\": \"2\" | pages is not a number",
                "\"objects\": 3 | \"objects\": -1 | objects is not a number",
                "\"objects\": 3 | \"objects\": 3, \"more\": 1 | pages and objects, and nothing else",
                "\"inventory\": {\"pages\": 1, \"objects\": 0}, | '' | has no list inventory",
                "\"namespaces\": [] | \"namespaces\": \"shop\" | namespaces is not a list of strings",
                "\"notRead\": [] | \"notRead\": [7] | notRead is not a list of strings",
                "\"takenAt\": | \"takenAt\" | 2:",
            })
    void a_description_that_is_not_ours_is_refused(String before, String after, String message) throws Exception {
        assertThat(DESCRIPTION).contains(before);
        write("snapshot.json", DESCRIPTION.replace(before, after));

        refused(message);
    }

    @Test
    void an_empty_description_or_an_empty_directory_is_refused() throws Exception {
        write("snapshot.json", "");
        refused("is empty");
        refused(() -> SnapshotDirectory.open(dir.resolve("nodes")), "is no snapshot: it has no snapshot.json");
    }

    private void refused(String message) {
        refused(() -> SnapshotDirectory.open(dir), message);
    }

    private static void refused(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOf(UnreadableInputException.class)
                .hasMessageContaining(message)
                .hasMessageNotContaining("\n");
    }

    private List<String> read() throws IOException {
        List<String> seen = new ArrayList<>();
        SnapshotDirectory.open(dir).workloads(List.of(), List.of(WorkloadKind.values()), new ListedWorkloads.Reader() {
            @Override
            public void workload(WorkloadKind kind, ManifestObject object) {
                seen.add(object.name());
            }

            @Override
            public void unread(String line) {
                seen.add("unread: " + line);
            }
        });
        return seen;
    }
}
