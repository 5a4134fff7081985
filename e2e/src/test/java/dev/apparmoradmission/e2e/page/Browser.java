package dev.apparmoradmission.e2e.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.cluster.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * A headless Chromium, driven through chromedriver by WebDriver (https://www.w3.org/TR/webdriver2/) and, for what that does not
 * have, by commands of the DevTools protocol that chromedriver passes on.
 */
final class Browser implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration BOUND = Duration.ofSeconds(120);
    private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
    /** Schemes of what comes from the page's own file, or from nowhere. */
    private static final List<String> LOCAL = List.of("file:", "data:", "about:", "blob:", "chrome:");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process driver;
    private final String session;

    private Browser(Process driver, String session) {
        this.driver = driver;
        this.session = session;
    }

    /**
     * Starts both.
     *
     * @param directory for the log and the browser's profile
     * @throws IllegalStateException where they do not start, with what they said
     */
    static Browser start(Path directory) throws IOException {
        Path log = directory.resolve("chromedriver.txt");
        Process driver = new ProcessBuilder(program("E2E_CHROMEDRIVER", "chromedriver"), "--port=0")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        String base = "http://127.0.0.1:" + port(driver, log);
        List<String> arguments = new ArrayList<>(List.of(
                "--headless=new",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--force-device-scale-factor=1",
                "--hide-scrollbars",
                "--disable-lcd-text",
                "--user-data-dir=" + Files.createDirectories(directory.resolve("chromium"))));
        if (System.getProperty("user.name").equals("root")) {
            arguments.add("--no-sandbox");
        }
        ObjectNode capabilities = JSON.createObjectNode();
        ObjectNode always = capabilities.putObject("capabilities").putObject("alwaysMatch");
        always.putObject("goog:loggingPrefs").put("browser", "ALL").put("performance", "ALL");
        ObjectNode options = always.putObject("goog:chromeOptions").put("binary", program("E2E_CHROMIUM", "chromium"));
        ArrayNode words = options.putArray("args");
        arguments.forEach(words::add);
        Browser starting = new Browser(driver, base + "/session");
        try {
            String id = starting.post("", capabilities).path("sessionId").asText();
            return new Browser(driver, base + "/session/" + id);
        } catch (RuntimeException failure) {
            driver.destroyForcibly();
            throw new IllegalStateException("Chromium does not start: " + failure.getMessage(), failure);
        }
    }

    private static String program(String variable, String name) {
        Settings settings = Settings.ofProcess();
        return settings.path(variable)
                .or(() -> settings.executable(name))
                .orElseThrow(() -> new IllegalStateException("no " + name
                        + " on the PATH: install the Debian packages chromium and chromium-driver, or name it in "
                        + variable))
                .toString();
    }

    private static String port(Process driver, Path log) throws IOException {
        long until = System.nanoTime() + BOUND.toNanos();
        while (System.nanoTime() < until && driver.isAlive()) {
            Matcher started = STARTED.matcher(Files.readString(log));
            if (started.find()) {
                return started.group(1);
            }
            pause(50);
        }
        driver.destroyForcibly();
        throw new IllegalStateException("chromedriver does not start: " + Files.readString(log));
    }

    /** Opens a page, and waits until it is loaded. */
    void open(Path page) {
        open(page.toUri().toString());
    }

    /** Opens an address. */
    void open(String address) {
        post("/url", JSON.createObjectNode().put("url", address));
    }

    /** Runs the body of a function in the page. */
    JsonNode run(String script, Object... arguments) {
        ObjectNode body = JSON.createObjectNode().put("script", script);
        body.set("args", JSON.valueToTree(Arrays.asList(arguments)));
        return post("/execute/sync", body);
    }

    /** What an expression of the page is as text. */
    String text(String expression) {
        return run("return String(" + expression + ")").asText();
    }

    /** The texts of all elements that a selector selects. */
    List<String> texts(String selector) {
        JsonNode found =
                run("return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)", selector);
        return StreamSupport.stream(found.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** A command of the DevTools protocol. */
    JsonNode devTools(String command, ObjectNode parameters) {
        ObjectNode body = JSON.createObjectNode().put("cmd", command);
        body.set("params", parameters);
        return post("/goog/cdp/execute", body);
    }

    static ObjectNode parameters() {
        return JSON.createObjectNode();
    }

    /** Makes the window so wide and high, also narrower than a real one can be. */
    void size(int width, int height) {
        devTools(
                "Emulation.setDeviceMetricsOverride",
                parameters()
                        .put("width", width)
                        .put("height", height)
                        .put("deviceScaleFactor", 1)
                        .put("mobile", false));
    }

    /**
     * Prefers a colour scheme, and no motion.
     *
     * @param medium {@code screen} or {@code print}
     * @param scheme {@code light} or {@code dark}
     */
    void media(String medium, String scheme) {
        ObjectNode parameters = parameters().put("media", medium);
        parameters
                .putArray("features")
                .addObject()
                .put("name", "prefers-color-scheme")
                .put("value", scheme);
        ((ArrayNode) parameters.path("features"))
                .addObject()
                .put("name", "prefers-reduced-motion")
                .put("value", "reduce");
        devTools("Emulation.setEmulatedMedia", parameters);
    }

    /** Presses keys one after the other; those without a letter by their code points (https://www.w3.org/TR/webdriver2/#keyboard-actions). */
    void press(String... keys) {
        ObjectNode body = JSON.createObjectNode();
        ObjectNode keyboard =
                body.putArray("actions").addObject().put("type", "key").put("id", "keyboard");
        ArrayNode actions = keyboard.putArray("actions");
        for (String key : keys) {
            actions.addObject().put("type", "keyDown").put("value", key);
            actions.addObject().put("type", "keyUp").put("value", key);
        }
        post("/actions", body);
    }

    /** Types a text, letter by letter. */
    void type(String text) {
        press(text.codePoints().mapToObj(Character::toString).toArray(String[]::new));
    }

    /** A picture of the page, however far it reaches beyond the window. */
    byte[] picture(double x, double y, double width, double height) {
        ObjectNode parameters = parameters().put("format", "png").put("captureBeyondViewport", true);
        parameters
                .putObject("clip")
                .put("x", x)
                .put("y", y)
                .put("width", width)
                .put("height", height)
                .put("scale", 1);
        return Base64.getDecoder()
                .decode(devTools("Page.captureScreenshot", parameters)
                        .path("data")
                        .asText());
    }

    /** The page as it is printed, on paper's own medium; afterwards it is light and on the screen. */
    byte[] pdf() {
        media("", "light");
        ObjectNode parameters = parameters()
                .put("printBackground", true)
                .put("preferCSSPageSize", true)
                .put("paperWidth", 8.27)
                .put("paperHeight", 11.69);
        String data = devTools("Page.printToPDF", parameters).path("data").asText();
        media("screen", "light");
        return Base64.getDecoder().decode(data);
    }

    /** What it has to complain of since the last time: errors, refused scripts, and the like; a line each. */
    List<String> complaints() {
        List<String> lines = new ArrayList<>();
        post("/se/log", JSON.createObjectNode().put("type", "browser"))
                .forEach(entry -> lines.add(entry.path("level").asText() + " "
                        + entry.path("message").asText()));
        return lines;
    }

    /** The addresses that were asked for since the last time, beyond files of this machine. */
    List<String> requests() {
        List<String> addresses = new ArrayList<>();
        for (JsonNode entry : post("/se/log", JSON.createObjectNode().put("type", "performance"))) {
            JsonNode message = parsed(entry.path("message").asText()).path("message");
            String address = message.at("/params/request/url").asText();
            if (message.path("method").asText().equals("Network.requestWillBeSent")
                    && LOCAL.stream().noneMatch(address::startsWith)) {
                addresses.add(address);
            }
        }
        return addresses;
    }

    private JsonNode post(String path, ObjectNode body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(session + path))
                .timeout(BOUND)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body.toString()))
                .build();
        try {
            JsonNode value =
                    parsed(http.send(request, BodyHandlers.ofString()).body()).path("value");
            if (value.has("error") && value.has("stacktrace")) {
                throw new IllegalStateException(
                        path + ": " + value.path("error").asText() + ": "
                                + value.path("message").asText());
            }
            return value;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    private static JsonNode parsed(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException noJson) {
            throw new UncheckedIOException(noJson);
        }
    }

    static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        }
    }

    /** What runs, for one line of a log. */
    String version() {
        JsonNode version = devTools("Browser.getVersion", parameters());
        return version.path("product")
                .asText()
                .replace("Headless", "")
                .toLowerCase(Locale.ROOT)
                .replace('/', ' ');
    }

    @Override
    public void close() {
        try {
            HttpRequest end = HttpRequest.newBuilder(URI.create(session))
                    .timeout(BOUND)
                    .DELETE()
                    .build();
            http.send(end, BodyHandlers.discarding());
            driver.destroy();
            if (!driver.waitFor(10, TimeUnit.SECONDS)) {
                driver.destroyForcibly();
            }
        } catch (IOException gone) {
            driver.destroyForcibly();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            driver.destroyForcibly();
        }
    }
}
