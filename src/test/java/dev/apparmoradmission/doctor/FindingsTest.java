package dev.apparmoradmission.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.report.TextReport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A sound installation, one fault put into it, and what is said of it: {@code src/test/resources/doctor/findings.yaml}. */
class FindingsTest {

    private static final Path TABLE = Path.of("src/test/resources/doctor/findings.yaml");

    /** A row of the table; shown by its name. */
    record Case(String name, JsonNode row) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return SoundInstallation.documents(TABLE).stream()
                .map(row -> new Case(row.path("case").asText(), row));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void a_fault_is_told_with_its_consequence_and_its_fix(Case row) throws Exception {
        assertThat(text(spoilt(row))).isEqualTo(row.row().path("says").asText());
    }

    @Test
    void a_sound_installation_has_no_findings_and_nothing_is_left_unchecked() throws Exception {
        Facts facts = new SoundInstallation().facts();
        Diagnosis diagnosis = Examination.in(SoundInstallation.NAMESPACE).of(facts);

        assertThat(diagnosis.findings()).isEmpty();
        assertThat(diagnosis.unchecked()).isEmpty();
        assertThat(whole(diagnosis, facts))
                .isEqualTo("https://cluster.example:6443, Kubernetes v1.35.4: no findings.\n");
    }

    @Test
    void each_kind_of_finding_that_the_checks_know_stands_in_the_table() throws Exception {
        Set<String> known = new TreeSet<>();
        try (Stream<Path> checks = Files.list(Path.of("src/main/java/dev/apparmoradmission/doctor"))) {
            for (Path check : checks.filter(file -> file.toString().endsWith("Check.java"))
                    .toList()) {
                // The id is the first text that is handed to the sheet.
                Pattern.compile(
                                "sheet\\s*\\.(?:error|warning|note|add)\\([^\"]*?\"([a-z-]+)\"(?:\\s*:\\s*\"([a-z-]+)\")?")
                        .matcher(Files.readString(check))
                        .results()
                        .forEach(found -> {
                            known.add(found.group(1));
                            if (found.group(2) != null) {
                                known.add(found.group(2));
                            }
                        });
            }
        }
        known.remove("nodes-");
        String told = cases().map(row -> row.row().path("says").asText()).collect(Collectors.joining());

        assertThat(known).hasSizeGreaterThan(50);
        assertThat(known).allSatisfy(id -> assertThat(told).contains("[" + id + "]"));
    }

    @Test
    void programs_get_the_same() throws Exception {
        Facts facts = spoilt(cases().filter(row -> row.name().contains("timeout"))
                .findFirst()
                .orElseThrow());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new DoctorJson(out).write(Examination.in(SoundInstallation.NAMESPACE).of(facts), facts);

        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo(Files.readString(Path.of("src/test/resources/doctor/diagnosis.json")));
    }

    @Test
    void whatever_may_not_be_read_is_not_checked_and_never_sound() throws Exception {
        for (Source source : Source.values()) {
            SoundInstallation installation = new SoundInstallation();
            installation.instead.put(
                    source, new Reading.Unread("needs: " + source.right("apparmor-admission", "NAME")));
            Diagnosis diagnosis = Examination.in(SoundInstallation.NAMESPACE).of(installation.facts());

            assertThat(diagnosis.findings()).as(source.name()).isEmpty();
            assertThat(diagnosis.unchecked())
                    .as(source.name())
                    .anySatisfy(unchecked -> assertThat(unchecked.what()).isEqualTo(source.tells()));
        }
    }

    @Test
    void the_guide_to_installing_shows_what_is_printed() throws Exception {
        SoundInstallation installation = new SoundInstallation();
        installation.object("Deployment", Shipped.NAME).withObject("/spec").put("replicas", 1);
        installation.object("Deployment", Shipped.NAME).withObject("/status").put("readyReplicas", 1);
        installation.objects.remove(installation.object("Pod", "apparmor-admission-7d4-bbbbb"));
        installation.health.remove("apparmor-admission-7d4-bbbbb");
        installation.objects.remove(installation.object("ConfigMap", "apparmor-inventory-node-2"));
        installation
                .object("ValidatingWebhookConfiguration", Shipped.NAME)
                .withObject("/webhooks/0/clientConfig")
                .put("caBundle", "");
        installation.instead.put(
                Source.SECRET,
                new Reading.Unread(
                        "needs: " + Source.SECRET.right(SoundInstallation.NAMESPACE, "apparmor-admission-tls")));
        Facts facts = installation.facts();
        String block = Pattern.compile("(?s)```text\n(Certificates\n.*?)```")
                .matcher(Files.readString(Path.of("deploy/README.md")))
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElseThrow();

        assertThat(whole(Examination.in(SoundInstallation.NAMESPACE).of(facts), facts))
                .isEqualTo(block);
    }

    private static Facts spoilt(Case row) throws Exception {
        SoundInstallation installation = new SoundInstallation();
        for (JsonNode change : row.row().path("with")) {
            change(installation, change);
        }
        return installation.facts();
    }

    private static void change(SoundInstallation installation, JsonNode change) {
        if (change.has("new")) {
            installation.objects.add((ObjectNode) change.path("new"));
        } else if (change.has("probe")) {
            JsonNode said = change.path("probe");
            List<String> warnings = new ArrayList<>();
            said.path("warnings").forEach(text -> warnings.add(text.asText()));
            installation.probe(new Probe(
                    Probe.Kind.valueOf(said.path("kind").asText()),
                    "default",
                    said.path("code").asInt(),
                    said.path("message").asText(),
                    warnings,
                    said.path("profile").asText()));
        } else if (change.has("probesUnread")) {
            installation.probesUnread = change.path("probesUnread").asText();
        } else if (change.has("nodesUnread")) {
            installation.nodesUnread = change.path("nodesUnread").asText();
        } else if (change.has("rightsUnread")) {
            installation.rightsUnread = change.path("rightsUnread").asText();
        } else if (change.has("right")) {
            String words = change.path("right").asText();
            Right right = installation.rights.keySet().stream()
                    .filter(one -> one.words().equals(words))
                    .findFirst()
                    .orElseThrow();
            installation.rights.put(right, change.path("allowed").asBoolean());
        } else if (change.has("placementRights")) {
            Shipped.in(SoundInstallation.NAMESPACE).placement().forEach(right -> installation.rights.put(right, true));
        } else if (change.has("unread")) {
            installation.instead.put(
                    Source.valueOf(change.path("unread").asText()),
                    new Reading.Unread(change.path("reason").asText()));
        } else if (change.has("replica")) {
            Map<String, String> data =
                    installation.health.get(change.path("replica").asText());
            change.path("says")
                    .properties()
                    .forEach(field -> data.put(field.getKey(), field.getValue().asText()));
        } else {
            ObjectNode object = installation.object(
                    change.path("kind").asText(), change.path("name").asText(Shipped.NAME));
            if (change.path("gone").asBoolean()) {
                installation.objects.remove(object);
            } else {
                set(object, JsonPointer.compile(change.path("at").asText()), change.get("to"));
            }
        }
    }

    /** Without a value the field goes. */
    private static void set(ObjectNode object, JsonPointer at, JsonNode value) {
        JsonNode parent = object.at(at.head());
        String last = at.last().getMatchingProperty();
        if (parent instanceof ArrayNode list) {
            int index = Integer.parseInt(last);
            if (value == null) {
                list.remove(index);
            } else {
                list.set(index, value);
            }
        } else if (value == null) {
            assertThat(((ObjectNode) parent).remove(last)).isNotNull();
        } else {
            ((ObjectNode) parent).set(last, value);
        }
    }

    /** Findings and what was not checked, without the sentence in the end. */
    private static String text(Facts facts) throws IOException {
        String whole = whole(Examination.in(SoundInstallation.NAMESPACE).of(facts), facts);
        return whole.substring(0, whole.stripTrailing().lastIndexOf('\n')).stripTrailing() + "\n";
    }

    static String whole(Diagnosis diagnosis, Facts facts) throws IOException {
        StringBuilder out = new StringBuilder();
        new DoctorText(out, TextReport.Style.PLAIN).write(diagnosis, facts);
        return out.toString();
    }
}
