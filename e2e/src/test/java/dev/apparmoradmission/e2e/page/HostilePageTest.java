package dev.apparmoradmission.e2e.page;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Names, reasons and messages are written by whoever may make a pod: they stay text, wherever they come to stand. */
@Tag("page")
@ExtendWith(Chromium.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostilePageTest {

    private static final List<String> TEXTS = List.of(
            "<script>window.ran = 1</script>",
            "</script><script>window.ran = 2</script>",
            "<!--<script>window.ran = 3",
            "\"><img src=https://example.invalid/a onerror=window.ran=4>",
            "'-window.ran=5-'",
            "javascript:window.ran=6",
            "</title></style></textarea><svg onload=window.ran=7>",
            "{{data}} ${window.ran=8} $1 \\",
            "]]>&lt;b&gt;&#60;",
            "a\u202eb\u200bc\u2028d\u2066e",
            "\u05d0\u05d1\u05d2 \u0627\u0644",
            "x".repeat(4095));

    private final Browser browser;
    private Path page = Path.of("page.html");

    HostilePageTest(Browser browser) {
        this.browser = browser;
    }

    @BeforeAll
    void scan(@TempDir Path directory) throws IOException {
        page = Product.scan(ExtremeClusters.hostile(TEXTS), directory);
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

    /** Opens, sorts, filters, shows and prints all that there is to. */
    private void useEverything() {
        browser.run("""
            document.querySelectorAll('.sort').forEach((one) => one.click());
            document.querySelector('#profile-all').click();
            for (let i = 0; i < 20; i += 1) document.querySelectorAll('.more:not([hidden])').forEach((one) => one.click());
            document.querySelectorAll('.pick').forEach((one) => one.click());
            for (const option of document.querySelectorAll('#filter-namespace option')) {
              option.parentNode.value = option.value;
              option.parentNode.dispatchEvent(new Event('input', {bubbles: true}));
            }
            document.querySelector('#filter-clear').click();
            """);
        browser.pdf();
    }

    @Test
    void no_script_of_theirs_runs_and_no_request_goes_out() {
        useEverything();
        assertThat(browser.text("window.ran")).isEqualTo("undefined");
        assertThat(browser.requests()).isEmpty();
        assertThat(browser.complaints())
                .as("nothing was tried, so nothing had to be refused")
                .isEmpty();
    }

    @Test
    void none_of_it_became_an_element_an_address_or_a_style() {
        useEverything();
        assertThat(browser.run("return [...new Set([...document.querySelectorAll('*')].map((one) =>"
                                + " one.localName))].sort()")
                        .toString())
                .doesNotContain(
                        "\"img\"", "\"iframe\"", "\"object\"", "\"form\",\"frame\"", "\"link\"", "\"textarea\"");
        assertThat(browser.run("return document.querySelectorAll('script').length")
                        .asInt())
                .isEqualTo(2);
        assertThat(browser.run("return [...document.querySelectorAll('a')].map((one) =>"
                                + " one.getAttribute('href')).filter((one) => !one.startsWith('#'))")
                        .toString())
                .isEqualTo("[]");
        assertThat(browser.run("return [...document.querySelectorAll('*')].flatMap((one) =>"
                                + " [...one.attributes]).filter((one) => one.name.startsWith('on') || one.name ==="
                                + " 'src').length")
                        .asInt())
                .isZero();
    }

    @Test
    void it_can_be_read_as_it_was_written_and_what_hides_is_made_visible() {
        String all = String.join("\n", browser.texts("bdi"));
        assertThat(all)
                .contains(
                        "<script>window.ran = 1</script>",
                        "javascript:window.ran=6",
                        "{{data}}",
                        "]]>&lt;b&gt;&#60;",
                        "\u05d0\u05d1\u05d2");
        assertThat(all).contains("a\\u202eb\\u200bc\\u2028d\\u2066e").doesNotContain("\u202e", "\u200b", "\u2028");
        assertThat(browser.texts(".partial")).singleElement().asString().contains("<script>window.ran = 1</script>");
    }

    @Test
    void a_namespace_with_such_a_name_can_be_chosen_and_passed_on() {
        browser.run(
                "[...document.querySelectorAll('.pick')].find((one) => one.textContent.includes('onerror')).click()");
        String address = browser.text("location.href");
        assertThat(browser.texts(".workloads > li")).isNotEmpty().allMatch(one -> one.contains("onerror"));
        browser.open("about:blank");
        browser.open(address);
        assertThat(browser.texts(".workloads > li")).isNotEmpty().allMatch(one -> one.contains("onerror"));
        assertThat(browser.text("window.ran")).isEqualTo("undefined");
    }

    @Test
    void what_an_address_asks_for_is_not_run_either() {
        browser.open(
                page.toUri()
                        + "#filter:text=%3Cscript%3Ewindow.ran%3D9%3C%2Fscript%3E&rule=%22%3E%3Cimg%20src%3Dx%3E&__proto__=x&constructor=y");
        assertThat(browser.text("document.querySelector('#filter-text').value"))
                .isEqualTo("<script>window.ran=9</script>");
        assertThat(browser.text("window.ran")).isEqualTo("undefined");
        assertThat(browser.complaints()).isEmpty();
    }

    @Test
    void names_as_long_as_the_kernel_takes_do_not_make_the_page_scroll_sideways() {
        for (int width : new int[] {360, 1280}) {
            browser.size(width, 800);
            assertThat(browser.run("return document.documentElement.scrollWidth")
                            .asInt())
                    .isLessThanOrEqualTo(width);
        }
    }
}
