package dev.apparmoradmission.e2e.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of a cluster with what goes wrong in clusters, as somebody at a browser meets it. */
@Tag("page")
@ExtendWith(Chromium.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageTest {

    private static final String TAB = "\ue004";
    private static final String ENTER = "\ue007";
    private static final String ESCAPE = "\ue00c";
    private static final String DOWN = "\ue015";
    private static final String END = "\ue010";

    /** Everything that a person at a keyboard has to reach. */
    private static final String FOCUSABLE =
            "[...document.querySelectorAll('a, button, input, select, [tabindex=\"0\"]')].filter((one) =>"
                    + " one.checkVisibility({visibilityProperty: true}))";

    private final Browser browser;
    private Path page = Path.of("page.html");

    PageTest(Browser browser) {
        this.browser = browser;
    }

    @BeforeAll
    void scan(@TempDir Path directory) throws IOException {
        page = Product.scan(SampleCluster.make(), directory);
    }

    @BeforeEach
    void open() {
        browser.size(1280, 900);
        browser.media("screen", "light");
        browser.open("about:blank");
        browser.complaints();
        browser.requests();
        browser.open(page);
    }

    private List<String> namespaces() {
        return browser.texts(".namespaces tbody th");
    }

    private String shown() {
        return browser.text("document.querySelector('#findings-count').textContent");
    }

    private List<String> workloads() {
        return browser.texts(".workloads > li > h3");
    }

    @Test
    void it_opens_without_a_complaint_and_asks_nobody_for_anything() {
        assertThat(browser.texts("section:not([hidden]) h2"))
                .containsExactly("Namespaces", "Nodes and profiles", "Exceptions", "Findings");
        assertThat(browser.complaints()).isEmpty();
        assertThat(browser.requests()).isEmpty();
    }

    @Test
    void whatever_somebody_puts_into_it_by_hand_is_not_run_and_asks_for_nothing() {
        browser.run("""
            const script = document.createElement('script');
            script.textContent = 'window.foreign = true';
            document.body.append(script);
            const image = document.createElement('img');
            image.src = 'https://example.invalid/x.png';
            document.body.append(image);
            """);
        assertThat(browser.text("window.foreign")).isEqualTo("undefined");
        assertThat(browser.complaints())
                .anyMatch(line -> line.contains("Content Security Policy"))
                .hasSize(2);
    }

    @Test
    void figures_and_namespaces_are_there_without_a_script() {
        browser.devTools(
                "Emulation.setScriptExecutionDisabled", Browser.parameters().put("value", true));
        try {
            browser.open(page);
            int root = browser.devTools("DOM.getDocument", Browser.parameters().put("depth", 0))
                    .at("/root/nodeId")
                    .asInt();
            int main = browser.devTools(
                            "DOM.querySelector",
                            Browser.parameters().put("nodeId", root).put("selector", "main"))
                    .path("nodeId")
                    .asInt();
            String html = browser.devTools(
                            "DOM.getOuterHTML", Browser.parameters().put("nodeId", main))
                    .path("outerHTML")
                    .asText();
            assertThat(html)
                    .contains("would be denied", "legacy-billing", "<p class=\"noscript\">")
                    .contains("<section id=\"findings\" aria-labelledby=\"findings-heading\" tabindex=\"-1\""
                            + " hidden=\"\">");
        } finally {
            browser.devTools(
                    "Emulation.setScriptExecutionDisabled", Browser.parameters().put("value", false));
        }
    }

    @Test
    void a_heading_sorts_the_namespaces_by_key_and_tells_so() {
        assertThat(namespaces()).startsWith("legacy-billing");
        browser.run("document.querySelectorAll('.namespaces .sort')[1].focus()");
        browser.press(ENTER);
        assertThat(namespaces()).startsWith("shop-web", "shop-api", "monitoring");
        assertThat(browser.text("document.querySelector('.namespaces [aria-sort]').textContent + ' ' +"
                        + " document.querySelector('.namespaces [aria-sort]').ariaSort"))
                .isEqualTo("Pods descending");
        browser.press(ENTER);
        assertThat(namespaces()).startsWith("edge").endsWith("shop-web");
        browser.run("document.querySelector('.namespaces .sort').click()");
        assertThat(namespaces()).isSorted();
    }

    @Test
    void arrow_keys_walk_the_namespaces_and_one_of_them_filters_the_findings() {
        browser.run("document.querySelector('.namespaces .pick').focus()");
        browser.press(DOWN, DOWN);
        assertThat(browser.text("document.activeElement.textContent")).isEqualTo("shop-api");
        browser.press(ENTER);
        assertThat(workloads()).isNotEmpty().allMatch(one -> one.contains("shop-api/"));
        assertThat(browser.text("location.hash")).isEqualTo("#filter:namespace=shop-api");
        assertThat(browser.text("document.activeElement.id")).isEqualTo("findings");
        browser.run("document.querySelector('.namespaces .pick').focus()");
        browser.press(END);
        assertThat(browser.text("document.activeElement.textContent"))
                .isEqualTo(namespaces().get(11));
    }

    @Test
    void a_slash_leads_to_the_filter_which_narrows_and_stands_in_the_address_and_escape_clears_it() {
        String all = shown();
        browser.press("/");
        browser.type("k8s-worker complain");
        assertThat(workloads()).hasSize(2).allMatch(one -> one.contains("shop-api/orders"));
        assertThat(browser.texts(".findings code")).containsOnly("localhost-mode");
        String address = browser.text("location.href");
        browser.open("about:blank");
        browser.open(address);
        assertThat(browser.text("document.querySelector('#filter-text').value")).isEqualTo("k8s-worker complain");
        assertThat(workloads()).hasSize(2);
        browser.press("/", ESCAPE);
        assertThat(shown()).isEqualTo(all);
    }

    @ParameterizedTest
    @CsvSource({"rule, privileged, 4", "action, Enforce, 9", "namespace, payments, 2"})
    void findings_are_filtered_by(String field, String value, int rows) {
        browser.run(
                "const field = document.querySelector('#filter-' + arguments[0]); field.value = arguments[1];"
                        + " field.dispatchEvent(new Event('input', {bubbles: true}))",
                field,
                value);
        assertThat(workloads()).hasSize(rows);
        assertThat(browser.text("location.hash")).isEqualTo("#filter:" + field + "=" + value);
    }

    @Test
    void a_filter_that_nothing_fits_says_so() {
        browser.press("/");
        browser.type("no such thing");
        assertThat(workloads()).isEmpty();
        assertThat(shown()).isEqualTo("Nothing fits the filter.");
    }

    @Test
    void tab_reaches_everything_in_its_order_and_the_focus_can_be_seen() {
        int all = browser.run("return " + FOCUSABLE + ".length").asInt();
        assertThat(all).isGreaterThan(60);
        List<Integer> reached = new ArrayList<>();
        for (int i = 0; i < all; i++) {
            browser.press(TAB);
            JsonNode at = browser.run(
                    "const at = document.activeElement; const style = getComputedStyle(at);" + "return [" + FOCUSABLE
                            + ".indexOf(at), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1]");
            reached.add(at.path(0).asInt());
            assertThat(at.path(1).asBoolean())
                    .as("the focus is seen on number " + at.path(0))
                    .isTrue();
        }
        assertThat(reached).isSorted().doesNotHaveDuplicates().hasSize(all);
    }

    @Test
    void nodes_alike_share_a_column_and_what_is_missing_or_weak_is_a_sign_and_words() {
        assertThat(browser.texts(".matrix thead .kind")).containsExactly("1×12", "2×5", "3×1", "4×1", "5×1");
        JsonNode worker = browser.run(
                "return [...[...document.querySelectorAll('.matrix tbody tr')].find((row) => row.cells[0].textContent"
                        + " === 'k8s-worker').cells].map((cell) => cell.textContent)");
        assertThat(StreamSupport.stream(worker.spliterator(), false).map(JsonNode::asText))
                .containsExactly(
                        "k8s-worker", "14", "complain on 1 of 18", "Eenforce", "Eenforce", "off", "Ccomplain", "?");
        assertThat(browser.texts(".kinds li"))
                .anyMatch(kind -> kind.contains("worker-14") && kind.contains("too old to be believed"));
    }

    @Test
    void profiles_are_filtered_and_those_that_nobody_uses_are_behind_a_switch() {
        assertThat(browser.texts(".matrix tbody tr")).hasSize(12);
        browser.run("document.querySelector('#profile-all').click()");
        assertThat(browser.text("document.querySelector('#nodes-matrix .more').textContent"))
                .isEqualTo("Show 1 more of 1");
        browser.run("document.querySelector('#nodes-matrix .more').click()");
        assertThat(browser.texts(".matrix tbody tr")).hasSize(41);
        browser.run("document.querySelector('#profile-filter').focus()");
        browser.type("EVINCE");
        assertThat(browser.texts(".matrix tbody th"))
                .containsExactly("/usr/bin/evince", "/usr/bin/evince//sanitized_helper");
    }

    @Test
    void exceptions_stand_by_their_end_with_owner_ticket_and_reason() {
        assertThat(browser.texts(".exceptions tbody th > bdi"))
                .containsExactly(
                        "billing-migration",
                        "reindex-6b8f7d5c9c",
                        "reconcile-29402880",
                        "continuous-profiler",
                        "load-test",
                        "node-exporter",
                        "csi-driver");
        assertThat(browser.texts(".exceptions .ends b"))
                .containsExactly(
                        "× expired",
                        "× expired",
                        "! ends in 4 days",
                        "! ends in 13 days",
                        "in 55 days",
                        "in 100 days",
                        "∞ no end");
        assertThat(browser.texts(".exceptions tbody tr").get(3))
                .contains("team-performance", "SEC-207", "perf events need what every profile of ours forbids");
        JsonNode bars =
                browser.run("return [...document.querySelectorAll('.exceptions .bar')].map((bar) => { const at ="
                        + " bar.getBoundingClientRect(); const now = bar.nextSibling.getBoundingClientRect(); return"
                        + " [at.left < now.left, at.right > now.left, at.width >= 4]; })");
        assertThat(bars.path(0).toString()).as("expired").isEqualTo("[true,false,true]");
        assertThat(bars.path(3).toString()).as("running").isEqualTo("[true,true,true]");
    }

    @Test
    void the_fix_is_copied() {
        String origin = browser.text("location.origin");
        browser.devTools("Browser.grantPermissions", grant(origin));
        browser.run("document.querySelector('.copy').click()");
        assertThat(browser.run("return navigator.clipboard.readText()").asText())
                .isEqualTo(browser.texts(".fix bdi").get(0));
        assertThat(browser.texts(".copy").get(0)).isEqualTo("Copied");
    }

    private static ObjectNode grant(String origin) {
        ObjectNode parameters = Browser.parameters();
        if (!origin.equals("null") && !origin.equals("file://")) {
            parameters.put("origin", origin);
        }
        parameters.putArray("permissions").add("clipboardReadWrite").add("clipboardSanitizedWrite");
        return parameters;
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void every_text_stands_out_from_its_ground(String scheme) {
        browser.media("screen", scheme);
        JsonNode found = browser.run(Scripts.CONTRAST);
        assertThat(found.path("texts").asInt()).isGreaterThan(300);
        assertThat(found.path("faint").toString())
                .as("texts with a contrast below 4.5")
                .isEqualTo("[]");
        assertThat(found.path("dark").asBoolean()).isEqualTo(scheme.equals("dark"));
    }

    @ParameterizedTest
    @ValueSource(ints = {360, 500, 768, 1024, 1920})
    void no_width_makes_the_page_itself_scroll_sideways(int width) {
        browser.size(width, 800);
        assertThat(browser.run("return document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(width);
    }

    @Test
    void nothing_is_cut_off_on_paper_of_a4() {
        browser.size(703, 900);
        browser.media("print", "light");
        assertThat(browser.run("return document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(703);
        assertThat(browser.run("return [...document.querySelectorAll('.scroll')].filter((one) => one.scrollWidth >"
                                + " one.clientWidth + 1).map((one) => one.ariaLabel)")
                        .toString())
                .isEqualTo("[]");
    }

    @Test
    void paper_has_every_finding_exception_and_profile_also_those_that_the_screen_shows_on_demand(
            @TempDir Path directory) throws IOException {
        browser.open(Product.scan(ExtremeClusters.denied(120), directory));
        assertThat(workloads()).hasSize(50);
        assertThat(browser.text("document.querySelector('#findings-list .more').textContent"))
                .isEqualTo("Show 50 more of 70");
        String printed = text(browser.pdf());
        for (int i = 0; i < 120; i++) {
            assertThat(printed).contains("service-%03d".formatted(i));
        }
        assertThat(printed).as("of the screen only").doesNotContain("Copy", "Show 50 more");
        assertThat(workloads()).as("afterwards").hasSize(50);
        browser.run("document.querySelector('#findings-list .more').click()");
        assertThat(workloads()).hasSize(100);
        assertThat(browser.text(
                        "document.activeElement.closest('li li').closest('ol > li').querySelector('h3').textContent"))
                .contains("service-050");
    }

    private static String text(byte[] pdf) throws IOException {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return new PDFTextStripper().getText(document);
        }
    }

    @Test
    void the_page_of_manifests_has_files_and_lines_and_no_word_of_pods_that_run(@TempDir Path directory)
            throws IOException {
        Path file = directory.resolve("check.html");
        Path samples = Product.E2E.resolve("samples");
        int code = Product.write(
                file,
                List.of(
                        "check",
                        "--policy",
                        Product.E2E
                                .resolveSibling("policies")
                                .resolve("restricted.yaml")
                                .toString(),
                        "--inventory",
                        samples.resolve("inventory.yaml").toString(),
                        "--nodes",
                        samples.resolve("nodes.yaml").toString(),
                        samples.resolve("restricted-nginx.yaml").toString()));
        assertThat(code).isEqualTo(1);
        browser.open(file);
        assertThat(workloads()).singleElement().asString().contains("Pod shop/restricted-nginx");
        assertThat(browser.texts(".workloads .detail"))
                .anyMatch(line -> line.endsWith("restricted-nginx.yaml:2"))
                .anyMatch(line -> line.contains(" · line 14 · policy restricted"));
        assertThat(browser.texts(".figure dt")).doesNotContain("drifted");
        assertThat(browser.complaints()).isEmpty();
    }

    /** For people: what the tests above have looked at. */
    @Test
    void pictures_are_taken() throws IOException {
        Path pictures = Files.createDirectories(Product.E2E.resolve("target").resolve("page"));
        List<String> taken = new ArrayList<>();
        for (String name : List.of("light", "dark", "narrow", "print")) {
            browser.size(name.equals("narrow") ? 360 : name.equals("print") ? 703 : 1280, 900);
            browser.media(name.equals("print") ? "print" : "screen", name.equals("dark") ? "dark" : "light");
            double width =
                    browser.run("return document.documentElement.clientWidth").asDouble();
            double height =
                    browser.run("return document.documentElement.scrollHeight").asDouble();
            byte[] picture = browser.picture(0, 0, width, height);
            Files.write(pictures.resolve(name + ".png"), picture);
            taken.add(name + " " + (int) width + "x" + (int) height);
            assertThat(picture.length).as(name).isGreaterThan(20_000);
        }
        browser.size(1120, 900);
        browser.media("screen", "light");
        double end = browser.run("return document.querySelector('#exceptions').getBoundingClientRect().top + scrollY")
                .asDouble();
        Files.write(pictures.resolve("readme.png"), browser.picture(0, 0, 1120, end - 24));
        Files.write(pictures.resolve("print.pdf"), browser.pdf());
        System.out.println("page: pictures in target/page: " + taken.stream().collect(Collectors.joining(", ")));
    }
}
