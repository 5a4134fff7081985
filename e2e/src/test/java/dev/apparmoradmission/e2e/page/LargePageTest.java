package dev.apparmoradmission.e2e.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A cluster of 20,000 pods, three in four of which have something against them, and 99 nodes that are hardly alike. */
@Tag("page")
@ExtendWith(Chromium.class)
class LargePageTest {

    private static final int PODS = 20_000;
    private static final int OPENINGS = 5;

    @ParameterizedTest
    @ValueSource(ints = {10, 1})
    void it_is_small_and_opens_with_few_elements(int each, Browser browser, @TempDir Path directory)
            throws IOException {
        Path page = Product.scan(ExtremeClusters.large(PODS, each), directory);
        long size = Files.size(page);
        assertThat(size).isLessThan(5_000_000);
        browser.size(1280, 900);
        browser.media("screen", "light");
        StringBuilder times = new StringBuilder();
        for (int i = 0; i < OPENINGS; i++) {
            browser.open("about:blank");
            browser.complaints();
            browser.open(page);
            JsonNode load = browser.run(
                    "const times = performance.getEntriesByType('navigation')[0]; return [times.domInteractive,"
                            + " times.loadEventEnd]");
            times.append(String.format(Locale.ROOT, " %.2f", load.path(1).asDouble() / 1000));
        }
        int elements =
                browser.run("return document.getElementsByTagName('*').length").asInt();
        System.out.printf(
                Locale.ROOT,
                "page: %,d pods, %d a controller: %.2f MB, %,d elements, loaded after%s s%n",
                PODS,
                each,
                size / 1e6,
                elements,
                times);
        assertThat(elements).isLessThan(15_000);
        assertThat(browser.text("document.querySelector('.figures').textContent"))
                .contains("of 20,000 workloads");
        int listed = browser.run(
                        "return JSON.parse(document.querySelector('#data').textContent).findings.rows.reduce((sum,"
                                + " row) => sum + row[4], 0)")
                .asInt();
        int left = browser.run("return JSON.parse(document.querySelector('#data').textContent).findings.left")
                .asInt();
        assertThat(listed).isGreaterThan(5_000);
        assertThat(listed + left).isGreaterThan(10_000);
        assertThat(left > 0).as("some are left out where each is its own").isEqualTo(each == 1);
        assertThat(browser.texts(".left").stream().anyMatch(line -> line.contains("not listed for want of room")))
                .isEqualTo(each == 1);
        assertThat(browser.texts(".namespaces tbody tr")).hasSize(60);
        assertThat(browser.complaints()).isEmpty();
    }
}
