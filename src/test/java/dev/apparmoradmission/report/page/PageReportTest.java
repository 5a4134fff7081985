package dev.apparmoradmission.report.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.apparmoradmission.check.CheckRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page as {@code check} makes it. What a browser does with it is tested in {@code e2e}. */
class PageReportTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String POLICY = """
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorPolicy
            metadata: {name: strict}
            spec:
              defaultProfile: {type: RuntimeDefault}
              localhost: {maxAge: 24h}
            ---
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorException
            metadata: {name: old}
            spec:
              namespaces: [lab]
              containers: ["*"]
              permits: [unconfined]
              reason: needed for the summer of last year
              owner: team-lab
              expires: "2026-08-31"
            """;

    private static final String INVENTORY = """
            kind: ConfigMap
            apiVersion: v1
            metadata: {name: i}
            data:
              n1: "k8s-web (enforce)\\nbusybox (unconfined)"
              n2: "k8s-web (enforce)\\nbusybox (unconfined)"
              n3: "# observed-at: 2026-11-20T19:00:00Z\\nk8s-web (enforce)"
              n4: "# apparmor: disabled"
            """;

    @TempDir
    Path dir;

    private Path policy;
    private Path inventory;

    @BeforeEach
    void writeFiles() throws IOException {
        policy = Files.writeString(dir.resolve("policy.yaml"), POLICY);
        inventory = Files.writeString(dir.resolve("inventory.yaml"), INVENTORY);
    }

    private static String pod(String namespace, String name, String profile, String annotations) {
        return """
                apiVersion: v1
                kind: Pod
                metadata: {namespace: %s, name: %s, annotations: {%s}}
                spec: {containers: [{name: app, securityContext: {appArmorProfile: %s}}]}
                ---
                """.formatted(namespace, name, annotations, profile);
    }

    private static String claim(String expires) {
        return "apparmor-admission.dev/unconfined: app, apparmor-admission.dev/reason: needed for this test, "
                + "apparmor-admission.dev/owner: team-a, apparmor-admission.dev/expires: \"" + expires + "\"";
    }

    private static final String UNCONFINED = "{type: Unconfined}";
    private static final String DEFAULT = "{type: RuntimeDefault}";
    private static final String WEB = "{type: Localhost, localhostProfile: k8s-web}";

    private String page(String manifests, String... more) throws IOException {
        Path file = Files.writeString(dir.resolve("app.yaml"), manifests);
        List<String> arguments = new ArrayList<>(List.of(
                file.toString(),
                "--policy",
                policy.toString(),
                "--output",
                "html",
                "--inventory",
                inventory.toString()));
        arguments.addAll(List.of(more));
        return CheckRun.of(arguments.toArray(String[]::new)).out();
    }

    private static String only(String regex, String text) {
        Matcher matcher = Pattern.compile(regex, Pattern.DOTALL).matcher(text);
        assertThat(matcher.find()).as("the page has " + regex).isTrue();
        return matcher.group(1);
    }

    private static JsonNode data(String page) throws IOException {
        return JSON.readTree(only("<script type=\"application/json\" id=\"data\">(.*?)</script>", page));
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static String text(JsonNode data, JsonNode number) {
        return data.path("texts").path(number.asInt()).asText();
    }

    @Test
    void each_namespace_has_a_row_and_all_workloads_count_also_those_of_which_there_is_nothing_to_say()
            throws Exception {
        Files.writeString(inventory, """
                kind: ConfigMap
                apiVersion: v1
                metadata: {name: i}
                data: {n1: cri-containerd.apparmor.d (enforce)}
                """);
        String page = page(pod("shop", "good", DEFAULT, "")
                + pod("shop", "bad", UNCONFINED, "")
                + pod("bank", "fine", DEFAULT, ""));

        String rows = only("<tbody>\n(.*?)</tbody>", page);
        assertThat(rows.lines()
                        .map(row -> row.replaceAll("<svg.*?</svg>", "|")
                                .replaceAll("<[^>]*>", " ")
                                .strip()
                                .replaceAll(" +", " ")))
                .containsExactly("shop 2 | 1 0 1 0 0 0 0 1 0", "bank 1 | 1 0 0 0 0 0 0 0 0");
        assertThat(data(page).at("/findings/rows")).hasSize(1);
    }

    @Test
    void what_is_worst_comes_first_with_message_fix_file_and_line() throws Exception {
        JsonNode data = data(
                page(pod("shop", "excused", UNCONFINED, claim("2026-12-01")) + pod("shop", "denied", UNCONFINED, "")));

        List<JsonNode> rows = list(data.at("/findings/rows"));
        assertThat(rows)
                .extracting(row -> row.path(0).asText() + " " + text(data, row.path(3)))
                .containsExactly("DENIED denied", "WARN excused");
        JsonNode finding = rows.get(0).path(8).path(0);
        assertThat(finding.path(0).asText()).isEqualTo("unconfined");
        assertThat(text(data, finding.path(5))).isEqualTo("type Unconfined needs an exception");
        assertThat(text(data, finding.path(6))).startsWith("use RuntimeDefault or a loaded Localhost profile");
        assertThat(text(data, rows.get(0).path(6))).endsWith("app.yaml");
        assertThat(finding.path(7).asInt()).isEqualTo(9);
    }

    @Test
    void nodes_that_hold_the_same_are_one_kind_and_profiles_that_are_used_come_first() throws Exception {
        JsonNode data = data(page(pod("shop", "web", WEB, "")));

        JsonNode nodes = data.path("nodes");
        assertThat(list(nodes.path("profiles")))
                .extracting(profile -> text(data, profile.path(0)) + " " + profile.path(1))
                .containsExactly("k8s-web 1", "busybox 0");
        assertThat(list(nodes.path("kinds")))
                .extracting(kind -> kind.path(0).asText() + " " + kind.path(1) + " "
                        + kind.path(3).asText())
                .containsExactly("ENABLED 2 EU", "STALE 1 --", "DISABLED 1 --");
        assertThat(nodes.path("maxAge").asInt()).isEqualTo(24 * 60 * 60);
    }

    @Test
    void a_profile_that_is_used_and_loaded_nowhere_has_a_row_too() throws Exception {
        JsonNode data = data(page(pod("shop", "web", "{type: Localhost, localhostProfile: k8s-wbe}", "")));

        assertThat(text(data, data.at("/nodes/profiles/0/0"))).isEqualTo("k8s-wbe");
        assertThat(data.at("/nodes/kinds/0/3").asText()).isEqualTo("-UE");
    }

    @Test
    void without_an_inventory_nothing_is_said_of_nodes() throws Exception {
        Path file = Files.writeString(dir.resolve("app.yaml"), pod("shop", "web", WEB, ""));
        String page = CheckRun.of(file.toString(), "--policy", policy.toString(), "--output", "html")
                .out();

        assertThat(data(page).at("/nodes/known").asBoolean()).isFalse();
        assertThat(page).doesNotContain("without AppArmor");
    }

    @Test
    void grants_and_annotations_stand_in_the_order_in_which_they_end() throws Exception {
        JsonNode data = data(
                page(
                        pod("shop", "soon", UNCONFINED, claim("2026-12-01"))
                                + pod("shop", "later", UNCONFINED, claim("2027-10-01"))
                                + pod("shop", "over", UNCONFINED, claim("2026-11-01"))
                                + pod(
                                        "shop",
                                        "ever",
                                        UNCONFINED,
                                        "apparmor-admission.dev/unconfined: app, apparmor-admission.dev/reason: needed for this test")));

        assertThat(list(data.at("/exceptions/bars")))
                .extracting(bar -> bar.path(0).asText() + " " + text(data, bar.path(2)) + " " + bar.path(3))
                .containsExactly(
                        "EXPIRED old 0", "EXPIRED over 1", "ENDING soon 1", "RUNNING later 1", "ENDLESS ever 1");
    }

    @Test
    void what_is_known_from_before_is_no_denial() throws Exception {
        Path known = dir.resolve("known.json");
        String manifests = pod("shop", "web", UNCONFINED, "");
        page(manifests, "--write-baseline", known.toString());
        JsonNode data = data(page(manifests, "--baseline", known.toString()));

        assertThat(data.at("/findings/rows/0/0").asText()).isEqualTo("KNOWN");
        assertThat(data.at("/findings/rows/0/8/0/1").asText()).isEqualTo("Known");
    }

    @Test
    void a_page_that_is_not_all_says_so_first() throws Exception {
        String page = page(pod("shop", "web", WEB, "") + "kind: Pod\nspec: [\n");

        assertThat(only("(<div class=\"partial\".*?</div>)", page)).contains("This is not all.", "app.yaml");
        assertThat(page("")).doesNotContain("class=\"partial\"");
    }

    @Test
    void the_same_input_gives_the_same_bytes() throws Exception {
        String manifests = IntStream.range(0, 300)
                .mapToObj(i -> pod(
                        "ns" + i % 7,
                        "p" + i,
                        i % 3 == 0 ? UNCONFINED : WEB,
                        i % 2 == 0 ? claim("2026-12-0" + (1 + i % 9)) : ""))
                .reduce("", String::concat);

        assertThat(page(manifests)).isEqualTo(page(manifests));
    }

    @Test
    void nothing_foreign_can_become_markup_or_hide() throws Exception {
        String foreign = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>\\u2028\\u202e'&\\\"";
        String page = page(pod(
                "\"" + foreign + "\"",
                "\"" + foreign + "\"",
                "{type: Localhost, localhostProfile: \"" + foreign + "\"}",
                ""));

        assertThat(page).doesNotContain("<img", "<script>alert", "onerror=alert(1)>", "\u2028", "\u202e");
        assertThat(page.split("<script", -1)).hasSize(3);
        assertThat(page.split("</script", -1)).hasSize(3);
        String data = only("id=\"data\">(.*?)</script>", page);
        assertThat(data.chars()).allMatch(c -> c >= ' ' && c < 0x7f && "<>&'".indexOf(c) < 0);
    }

    @Test
    void the_browser_is_told_to_load_nothing_and_to_run_what_we_wrote_alone() throws Exception {
        String page = page(pod("shop", "web", WEB, ""));

        String policyOfContent = only("Content-Security-Policy\" content=\"(.*?)\"", page);
        assertThat(policyOfContent)
                .startsWith("default-src 'none'; ")
                .contains("script-src '" + hash(only("</script>\n<script>(.*?)</script>", page)) + "'")
                .contains("style-src '" + hash(only("<style>(.*?)</style>", page)) + "'")
                .doesNotContain("unsafe", "http", "*", "self");
        assertThat(page).doesNotContain("style=\"", "http-equiv=\"refresh", "<link", "<iframe", "url(", "@import");
        assertThat(page).doesNotContainPattern("\\s(src|on[a-z]+)=\"").doesNotContainPattern("\\shref=\"[^#]");
    }

    private static String hash(String text) throws Exception {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(hash);
    }

    @Test
    void however_much_there_is_to_say_it_stays_small_and_says_what_it_left_out() throws Exception {
        String longName = "n".repeat(3000);
        StringBuilder manifests = new StringBuilder();
        for (int i = 0; i < 2500; i++) {
            manifests.append(pod(
                    "ns" + i,
                    longName + i,
                    "{type: Localhost, localhostProfile: \"" + i + "x".repeat(4000) + "\"}",
                    claim("2027-01-01")));
        }
        String page = page(manifests.toString());

        assertThat(page.length()).isLessThan(5_000_000);
        JsonNode data = data(page);
        assertThat(data.at("/findings/rows").size() + data.at("/findings/left").asInt())
                .isEqualTo(2500);
        assertThat(data.at("/findings/left").asInt()).isPositive();
        assertThat(data.at("/nodes/profilesLeft").asInt()).isPositive();
        assertThat(only("<tbody>\n(.*?)</tbody>", page)).contains("and 2,100 more");
    }
}
