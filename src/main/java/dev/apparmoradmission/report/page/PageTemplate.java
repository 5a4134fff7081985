package dev.apparmoradmission.report.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page without what is judged: markup, style and script, each a file of its own. The browser is told the hashes of style and
 * script, and runs, draws and loads nothing else.
 */
final class PageTemplate {

    private static final Pattern SLOT = Pattern.compile("\\{\\{([a-zA-Z]+)}}");

    private PageTemplate() {}

    /** The page with its slots filled. What is put into a slot is not looked at again. */
    static String filled(Map<String, String> slots) {
        String style = resource("page.css");
        String script = resource("page.js");
        Matcher matcher = SLOT.matcher(resource("page.html"));
        return matcher.replaceAll(slot -> Matcher.quoteReplacement(
                switch (slot.group(1)) {
                    case "style" -> style;
                    case "script" -> script;
                    case "styleHash" -> hash(style);
                    case "scriptHash" -> hash(script);
                    default -> content(slots, slot.group(1));
                }));
    }

    private static String content(Map<String, String> slots, String name) {
        String content = slots.get(name);
        if (content == null) {
            throw new IllegalStateException("the page has a slot that nothing is for: " + name);
        }
        return content;
    }

    /** As Content-Security-Policy wants it. */
    private static String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "sha256-" + Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private static String resource(String name) {
        try (InputStream file = PageTemplate.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new IllegalStateException("the artifact lacks " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
