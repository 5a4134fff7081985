package dev.apparmoradmission.deploy;

import static dev.apparmoradmission.deploy.DeployFiles.DEPLOY;
import static dev.apparmoradmission.deploy.DeployFiles.documents;
import static dev.apparmoradmission.deploy.DeployFiles.texts;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every right that {@code deploy/} grants is argued in {@code deploy/SECURITY.md}, and none that is not granted. The chart
 * grants the same as the files: {@code ChartAgreesTest} of {@code e2e}.
 */
class RbacArguedTest {

    private static final Path PAGE = DEPLOY.resolve("SECURITY.md");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final int CELLS = 5;
    /** What leads from one right to all: of a verb, a resource or a group. */
    private static final Set<String> NEVER = Set.of(
            "*",
            "escalate",
            "bind",
            "impersonate",
            "deletecollection",
            "serviceaccounts/token",
            "pods/exec",
            "pods/attach",
            "pods/portforward",
            "pods/ephemeralcontainers",
            "nodes/proxy",
            "nodes/status",
            "certificatesigningrequests",
            "roles",
            "rolebindings",
            "clusterroles",
            "clusterrolebindings",
            "validatingadmissionpolicies",
            "mutatingadmissionpolicies");

    /** One rule of one role, in the words of the page. */
    private record Right(String role, String verbs, String resources) {}

    private static List<JsonNode> objects(String... kinds) throws IOException {
        List<JsonNode> objects = new ArrayList<>();
        try (Stream<Path> files = Files.walk(DEPLOY)) {
            // Templates of the chart are no YAML.
            for (Path file : files.filter(file -> file.toString().endsWith(".yaml") && !file.startsWith("deploy/helm"))
                    .sorted()
                    .toList()) {
                documents(file).stream()
                        .filter(document ->
                                List.of(kinds).contains(document.path("kind").asText()))
                        .forEach(objects::add);
            }
        }
        return objects;
    }

    private static String name(JsonNode object) {
        return object.path("kind").asText() + " " + object.at("/metadata/name").asText();
    }

    private static List<Right> granted() throws IOException {
        List<Right> rights = new ArrayList<>();
        for (JsonNode role : objects("Role", "ClusterRole")) {
            assertThat(role.has("aggregationRule")).as(name(role)).isFalse();
            for (JsonNode rule : role.path("rules")) {
                assertThat(rule.has("nonResourceURLs")).as(name(role)).isFalse();
                rights.add(new Right(
                        name(role), String.join(", ", texts(rule.path("verbs"))), String.join(", ", resources(rule))));
            }
        }
        return rights;
    }

    private static List<String> resources(JsonNode rule) {
        List<String> resources = new ArrayList<>();
        for (String group : texts(rule.path("apiGroups"))) {
            for (String resource : texts(rule.path("resources"))) {
                String full = group.isEmpty() ? resource : resource + "." + group;
                List<String> names = texts(rule.path("resourceNames"));
                if (names.isEmpty()) {
                    resources.add(full);
                }
                names.forEach(name -> resources.add(full + "/" + name));
            }
        }
        return resources;
    }

    private static List<List<String>> rows() throws IOException {
        return Files.readAllLines(PAGE).stream()
                .filter(line -> line.matches("\\| `(Cluster)?Role .*"))
                .map(line -> List.of(line.substring(1, line.length() - 1).split("\\|")))
                .map(cells -> cells.stream().map(String::strip).toList())
                .toList();
    }

    private static Right argued(List<String> row) {
        Matcher code = CODE.matcher(row.get(0) + row.get(1));
        List<String> spans = code.results().map(result -> result.group(1)).toList();
        assertThat(spans).as(row.toString()).hasSize(3);
        return new Right(spans.get(0), spans.get(1), spans.get(2));
    }

    @Test
    void every_right_stands_in_the_table_and_the_table_has_no_other() throws IOException {
        List<Right> argued = rows().stream().map(RbacArguedTest::argued).toList();

        assertThat(granted()).hasSizeGreaterThan(10);
        assertThat(argued)
                .as("the table of " + PAGE + ": one row for each rule of each role in deploy/")
                .containsExactlyInAnyOrderElementsOf(granted());
    }

    @Test
    void every_right_has_a_reason_and_says_what_it_is_worth_to_somebody_else() throws IOException {
        assertThat(rows()).allSatisfy(row -> {
            assertThat(row).hasSize(CELLS);
            assertThat(row.subList(2, CELLS))
                    .allSatisfy(cell -> assertThat(cell).hasSizeGreaterThan(12));
        });
    }

    @Test
    void nothing_is_granted_that_leads_to_everything() throws IOException {
        for (JsonNode role : objects("Role", "ClusterRole")) {
            for (JsonNode rule : role.path("rules")) {
                Set<String> words = Stream.of("verbs", "resources", "apiGroups")
                        .flatMap(part -> texts(rule.path(part)).stream())
                        .collect(Collectors.toSet());
                // To see which there are leads nowhere; only those who examine an installation do.
                boolean looks = name(role).equals("ClusterRole apparmor-admission-doctor")
                        && texts(rule.path("verbs")).equals(List.of("list"));
                if (looks) {
                    words.remove("validatingadmissionpolicies");
                }
                assertThat(words).as(name(role)).doesNotContainAnyElementsOf(NEVER);
                assertThat(rule.path("verbs")).as(name(role)).isNotEmpty();
                assertThat(rule.path("resources")).as(name(role)).isNotEmpty();
            }
        }
    }

    @Test
    void a_secret_can_be_read_by_one_name_in_one_namespace_only() throws IOException {
        for (Right right : granted()) {
            if (right.resources().contains("secrets")) {
                assertThat(right.role()).startsWith("Role ");
                assertThat(right.verbs().equals("create") || right.resources().equals("secrets/apparmor-admission-tls"))
                        .as(right.toString())
                        .isTrue();
            }
        }
    }

    @Test
    void roles_are_bound_to_our_own_accounts_or_to_those_who_examine_and_no_cluster_wide_one_to_the_agents()
            throws IOException {
        Set<String> roles = objects("Role", "ClusterRole").stream()
                .map(RbacArguedTest::name)
                .collect(Collectors.toSet());
        Set<String> bound = objects("RoleBinding", "ClusterRoleBinding").stream()
                .map(binding -> {
                    assertThat(binding.path("subjects")).as(name(binding)).hasSize(1);
                    JsonNode subject = binding.at("/subjects/0");
                    String role = binding.at("/roleRef/kind").asText() + " "
                            + binding.at("/roleRef/name").asText();
                    assertThat(role).startsWith(name(binding).replaceFirst("Binding .*", " "));
                    if (role.contains(" apparmor-admission-doctor")) {
                        // For people, and not for what is installed.
                        assertThat(subject.path("kind").asText()).isEqualTo("Group");
                        assertThat(subject.path("name").asText()).isEqualTo("apparmor-admission-doctors");
                        return role;
                    }
                    assertThat(subject.path("kind").asText()).isEqualTo("ServiceAccount");
                    assertThat(subject.path("namespace").asText()).isEqualTo("apparmor-admission");
                    assertThat(subject.path("name").asText()).as(name(binding)).isEqualTo(account(role));
                    return role;
                })
                .collect(Collectors.toSet());

        assertThat(bound).isEqualTo(roles);
    }

    private static String account(String role) {
        return role.equals("Role apparmor-admission-agent")
                ? "apparmor-admission-agent"
                : role.endsWith("Role apparmor-admission-scan") ? "apparmor-admission-scan" : "apparmor-admission";
    }
}
