package dev.apparmoradmission.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InventoryReaderTest {

    private static final Instant NOW = Instant.parse("2026-11-22T19:00:00Z");

    private final ProfileLists lists = new ProfileLists();
    private final InventoryReader reader = new InventoryReader(lists);

    @Test
    void headers_and_the_kernels_lines_are_read() {
        NodeInventory inventory = clean("""
                # apparmor: enabled
                # observed-at: 2026-11-22T19:00:00Z
                # boot-id: 0b9d7c0e-1111
                # kernel: 6.8.0-31-generic
                k8s-nginx (enforce)
                my-container-profile (complain)
                MongoDB Compass (unconfined)
                """);

        assertThat(inventory.enabled()).isTrue();
        assertThat(inventory.observedAt()).contains(NOW);
        assertThat(inventory.observedOn().bootId()).contains("0b9d7c0e-1111");
        assertThat(inventory.profiles().modes())
                .isEqualTo(Map.of(
                        "k8s-nginx", ProfileMode.ENFORCE,
                        "my-container-profile", ProfileMode.COMPLAIN,
                        "MongoDB Compass", ProfileMode.UNCONFINED));
    }

    @Test
    void headers_may_be_missing() {
        NodeInventory inventory = clean("a (enforce)");

        assertThat(inventory.enabled()).isTrue();
        assertThat(inventory.observedAt()).isEmpty();
        assertThat(inventory.observedOn().bootId()).isEmpty();
        assertThat(inventory.profiles().mode("a")).contains(ProfileMode.ENFORCE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n\r\n", "   \n", "# apparmor: enabled"})
    void an_empty_value_says_that_apparmor_is_on_and_nothing_is_loaded(String value) {
        NodeInventory inventory = clean(value);

        assertThat(inventory.enabled()).isTrue();
        assertThat(inventory.profiles()).isEqualTo(ProfileList.EMPTY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# apparmor: disabled",
                "#apparmor:disabled",
                "#  AppArmor :  Disabled  \r\n",
                "a (enforce)\n# apparmor: disabled\n"
            })
    void apparmor_can_be_reported_as_off(String value) {
        assertThat(clean(value).enabled()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "", "on", "enabled disabled"})
    void an_unreadable_state_counts_as_off_and_is_reported(String state) {
        InventoryPart part = part("# apparmor: " + state + "\na (enforce)\n");

        assertThat(part.nodes().get("n1").orElseThrow().enabled()).isFalse();
        assertThat(part.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.node()).isEqualTo("n1");
            assertThat(problem.line()).isEqualTo(1);
            assertThat(problem.describe())
                    .startsWith("inventory ConfigMap \"apparmor/inventory\", node \"n1\", line 1: apparmor \"" + state)
                    .contains("counts as disabled");
        });
    }

    @Test
    void once_reported_as_off_it_stays_off() {
        assertThat(clean("# apparmor: disabled\n# apparmor: enabled\n").enabled())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "yesterday",
                "",
                "2026-11-22",
                "2026-11-22 19:00:00",
                "+999999999-12-31T23:59:59Z",
                "-0001-01-01T00:00:00Z"
            })
    void an_unreadable_instant_counts_as_older_than_any_age_and_is_reported(String instant) {
        InventoryPart part = part("# apparmor: enabled\n# observed-at: " + instant + "\na (enforce)\n");

        assertThat(part.nodes().get("n1").orElseThrow().isStale(Duration.ofDays(10_000), NOW))
                .isTrue();
        assertThat(part.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.describe())
                        .contains("line 2: observed-at \"" + instant + "\" is not an RFC 3339 instant"));
    }

    @Test
    void an_instant_may_have_an_offset() {
        assertThat(clean("# observed-at: 2026-11-22T20:00:00+01:00\n").observedAt())
                .contains(NOW);
    }

    @Test
    void of_two_instants_the_older_counts() {
        assertThat(clean("# observed-at: 2026-11-22T19:00:00Z\n# observed-at: 2026-11-23T19:00:00Z\n")
                        .observedAt())
                .contains(NOW);
    }

    @Test
    void remarks_above_the_list_are_tolerated() {
        assertThat(clean("# kept by hand (see TICKET-1)\n# owner: team-a\n\n# apparmor: enabled\na (enforce)\n")
                        .profiles()
                        .modes())
                .containsOnlyKeys("a");
    }

    @Test
    void garbage_is_reported_by_line_and_the_rest_is_kept() {
        InventoryPart part =
                part("# apparmor: enabled\na (enforce)\ngarbage\n (enforce)\nb (enforce\nb (kill)\r\nx(enforce)\n");

        assertThat(part.nodes().get("n1").orElseThrow().profiles().modes())
                .isEqualTo(Map.of("a", ProfileMode.ENFORCE, "b", ProfileMode.KILL));
        assertThat(part.problems()).extracting(InventoryProblem::line).containsExactly(3, 4, 5, 7);
        assertThat(part.problems().get(0).problem()).isEqualTo("\"garbage\" is not NAME (MODE); the line is left out");
    }

    @Test
    void an_unknown_mode_is_reported_and_counts_as_restraining_nothing() {
        InventoryPart part = part("a (enforce)\nb (strict)\nc (Enforce)\nd ()\n");

        NodeInventory inventory = part.nodes().get("n1").orElseThrow();
        assertThat(inventory.profiles().mode("b")).contains(ProfileMode.UNKNOWN);
        assertThat(inventory.profiles().mode("c")).contains(ProfileMode.UNKNOWN);
        assertThat(part.problems()).extracting(InventoryProblem::line).containsExactly(2, 3, 4);
        assertThat(part.problems().get(0).problem())
                .isEqualTo("mode \"strict\" is not known; it counts as restraining nothing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MongoDB Compass (enforce)|MongoDB Compass",
                "a (b) (enforce)|a (b)",
                "/usr/bin/man//man_filter (enforce)|/usr/bin/man//man_filter",
                ":ns1:profile (enforce)|:ns1:profile",
                "prófil–ünï (enforce)|prófil–ünï",
                "#odd (enforce)|#odd",
                "a:b (enforce)|a:b"
            })
    void names_with_spaces_parentheses_hats_and_namespaces_are_kept_as_they_are(String line, String name) {
        assertThat(clean("first (enforce)\n" + line + "\n").profiles().modes()).containsOnlyKeys("first", name);
    }

    @Test
    void learning_artefacts_are_left_out_in_silence() {
        assertThat(clean("a (complain)\na//null-/usr/bin/id (complain)\n")
                        .profiles()
                        .modes())
                .containsOnlyKeys("a");
    }

    @Test
    void a_value_above_one_mebibyte_is_reported_and_the_node_has_no_inventory() {
        String lines = "profile-with-a-rather-long-name (enforce)\n".repeat(30_000);
        InventoryPart part = part(lines);

        assertThat(part.nodes()).containsOnlyKeys("n1");
        assertThat(part.nodes().get("n1")).isEmpty();
        assertThat(part.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.describe()).contains("node \"n1\": longer than 1 MiB"));
        Inventory inventory = Inventory.join(List.of(part));
        assertThat(inventory.nodes()).isEmpty();
        assertThat(inventory.unreadable()).containsExactly("n1");
    }

    @Test
    void a_value_of_exactly_one_mebibyte_is_read() {
        String value = "a (enforce)\n" + "#".repeat(InventoryReader.LONGEST_VALUE - 12);

        assertThat(part(value).nodes().get("n1")).isPresent();
    }

    @Test
    void endless_garbage_is_counted_and_told_in_part() {
        InventoryPart part = part("x\ny\n".repeat(50_000));

        assertThat(part.problems()).hasSize(11);
        assertThat(part.problems().get(10).describe()).endsWith("and 99990 more problems");
    }

    @Test
    void control_characters_cannot_forge_a_line_of_a_report() {
        InventoryPart part = reader.read(new InventoryConfigMap(
                "ns", "a\nb", "1", Map.of(), Map.of(), Map.of("n\u001b[31m1", "evil\u0007\u00a0\"line\n")));

        assertThat(part.problems())
                .singleElement()
                .satisfies(problem -> assertThat(problem.describe())
                        .isEqualTo("inventory ConfigMap \"ns/a\\nb\", node \"n\\u001b[31m1\", line 1:"
                                + " \"evil\\u0007\\u00a0\\\"line\" is not NAME (MODE); the line is left out"));
    }

    @Test
    void equal_lists_are_stored_once() {
        NodeInventory one = clean("a (enforce)\nb (kill)\n");
        NodeInventory other = clean("# observed-at: 2026-11-22T19:00:00Z\nb (kill)\na (enforce)\n");

        assertThat(one.profiles()).isSameAs(other.profiles());
    }

    @ParameterizedTest
    @CsvSource({
        // observed-at and resourceVersion of one, the same of the other, which one counts
        "2026-11-22T19:00:00Z, 1, 2026-11-22T18:00:00Z, 2, one",
        "2026-11-22T18:00:00Z, 2, 2026-11-22T19:00:00Z, 1, other",
        "2026-11-22T18:00:00Z, 1, , 2, one",
        ", 2, 2026-11-22T18:00:00Z, 1, other",
        ", 9, , 10, other",
        ", 10, , 9, one",
        ", 010, , 9, one",
        ", 184467440737095516150, , 184467440737095516149, one",
        ", b, , a, one",
        ", 1, , , one",
        ", , , , other",
        "2026-11-22T19:00:00Z, 7, 2026-11-22T19:00:00Z, 6, one",
    })
    void of_two_values_for_a_node_the_newer_counts(
            String oneAt, String oneVersion, String otherAt, String otherVersion, String counts) {
        InventoryPart one = dated("one", oneAt, oneVersion);
        InventoryPart other = dated("other", otherAt, otherVersion);

        assertThat(Inventory.join(List.of(one, other))
                        .nodes()
                        .get("n1")
                        .profiles()
                        .modes())
                .containsOnlyKeys(counts);
    }

    @Test
    void a_value_that_cannot_be_read_gives_way_to_one_that_can() {
        InventoryPart tooLong = part("x".repeat(InventoryReader.LONGEST_VALUE + 1));

        Inventory inventory = Inventory.join(List.of(part("a (enforce)\n"), tooLong));

        assertThat(inventory.nodes()).containsOnlyKeys("n1");
        assertThat(inventory.unreadable()).isEmpty();
    }

    @Test
    void config_maps_are_read_from_several_documents_and_lists() throws Exception {
        List<InventoryConfigMap> found = ConfigMapReader.read(utf8("""
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: one, namespace: apparmor, resourceVersion: "12"}
                data:
                  n1: |
                    # apparmor: enabled
                    a (enforce)
                  n2: ""
                  n3:
                ---
                # nothing here
                ---
                apiVersion: v1
                items:
                - apiVersion: v1
                  kind: ConfigMap
                  metadata: {name: two}
                  data: {n4: "b (enforce)"}
                - apiVersion: v1
                  kind: Secret
                  metadata: {name: other}
                kind: List
                ---
                {"apiVersion": "v1", "items": [{"metadata": {"name": "three"}, "data": {"n5": ""}}], "kind": "ConfigMapList"}
                """));

        assertThat(found).extracting(InventoryConfigMap::name).containsExactly("one", "two", "three");
        assertThat(found.get(0).resourceVersion()).isEqualTo("12");
        assertThat(found.get(0).data()).containsOnlyKeys("n1", "n2", "n3").containsEntry("n3", "");
    }

    @Test
    void a_file_whose_config_maps_carry_no_label_is_taken_as_it_is() throws Exception {
        assertThat(ConfigMapReader.read(utf8("{kind: ConfigMap, metadata: {name: hand-kept}, data: {n1: ''}}")))
                .hasSize(1);
    }

    @Test
    void where_some_config_maps_carry_the_label_only_those_count() throws Exception {
        List<InventoryConfigMap> found = ConfigMapReader.read(utf8("""
                kind: List
                items:
                - kind: ConfigMap
                  metadata: {name: kube-root-ca.crt}
                  data: {ca.crt: "-----BEGIN CERTIFICATE-----"}
                - kind: ConfigMap
                  metadata: {name: inventory, labels: {apparmor-admission.dev/inventory: "true"}}
                  data: {n1: ""}
                """));

        assertThat(found).extracting(InventoryConfigMap::name).containsExactly("inventory");
    }

    @Test
    void a_list_that_is_not_utf8_is_found_in_binary_data() throws Exception {
        byte[] kernel = "a (enforce)\nb? (enforce)\n".getBytes(StandardCharsets.ISO_8859_1);
        kernel[13] = (byte) 0xff;
        List<InventoryConfigMap> found =
                ConfigMapReader.read(utf8("{kind: ConfigMap, metadata: {name: i}, binaryData: {n1: "
                        + Base64.getEncoder().encodeToString(kernel) + "}}"));

        assertThat(reader.read(found.get(0))
                        .nodes()
                        .get("n1")
                        .orElseThrow()
                        .profiles()
                        .modes())
                .containsOnlyKeys("a", "b\ufffd");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{kind: ConfigMap, metadata: {name: i}, data: {n1: 7}}|1:51: data: n1 is not a string; put the value in quotes",
                "{kind: ConfigMap, metadata: {name: i}, data: [n1]}|1:46: data is not an object",
                "{kind: ConfigMap, metadata: i}|1:29: metadata is not an object",
                "{kind: Secret, metadata: {name: i}}|1:1: holds no ConfigMap and no list of them",
                "''|1:1: holds no ConfigMap and no list of them"
            })
    void a_wrong_file_is_refused_with_line_and_column(String text, String problem) {
        assertThatThrownBy(() -> ConfigMapReader.read(utf8(text)))
                .isInstanceOf(MalformedDocumentException.class)
                .hasMessage(problem);
    }

    @Test
    void an_empty_list_is_an_inventory_of_nothing() throws Exception {
        assertThat(ConfigMapReader.read(utf8("{kind: List, items: []}"))).isEmpty();
        assertThat(ConfigMapReader.read(utf8("{kind: ConfigMapList, items: []}")))
                .isEmpty();
    }

    @Test
    void joining_nothing_gives_nothing() {
        assertThat(Inventory.join(new ArrayList<>())).isEqualTo(Inventory.EMPTY);
    }

    private InventoryPart dated(String profile, String observedAt, String version) {
        String header = observedAt == null ? "" : "# observed-at: " + observedAt + "\n";
        return reader.read(new InventoryConfigMap(
                "apparmor",
                profile,
                version == null ? "" : version,
                Map.of(),
                Map.of(),
                Map.of("n1", header + profile + " (enforce)\n")));
    }

    private NodeInventory clean(String value) {
        InventoryPart part = part(value);
        assertThat(part.problems()).isEmpty();
        return part.nodes().get("n1").orElseThrow();
    }

    private InventoryPart part(String value) {
        return reader.read(
                new InventoryConfigMap("apparmor", "inventory", "1", Map.of(), Map.of(), Map.of("n1", value)));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
