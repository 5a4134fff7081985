package dev.apparmoradmission.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;

/**
 * Identifies what a set of documents says: the order of files, documents and fields, comments and formatting make no
 * difference, and neither does {@code metadata} besides the name, which nothing here reads.
 */
final class ContentHash {

    /** 48 bits: enough to tell the generations of one cluster apart, short enough for a log line. */
    private static final int SHOWN_BYTES = 6;

    private ContentHash() {}

    /** 12 hexadecimal digits. */
    static String of(List<JsonNode> documents) {
        List<String> canonical = new ArrayList<>();
        for (JsonNode document : documents) {
            StringBuilder out = new StringBuilder();
            write(document.path("kind"), out);
            write(document.path("metadata").path("name"), out);
            write(document.path("spec"), out);
            canonical.add(out.toString());
        }
        Collections.sort(canonical);
        MessageDigest sha = sha256();
        for (String document : canonical) {
            sha.update(document.getBytes(StandardCharsets.UTF_8));
            sha.update((byte) '\n');
        }
        return HexFormat.of().formatHex(sha.digest(), 0, SHOWN_BYTES);
    }

    /** JSON with sorted fields and without those that are null, which say the same as absent ones. */
    private static void write(JsonNode node, StringBuilder out) {
        if (node.isObject()) {
            List<String> names = new ArrayList<>();
            node.fieldNames().forEachRemaining(names::add);
            Collections.sort(names);
            out.append('{');
            for (String name : names) {
                if (!node.path(name).isNull()) {
                    text(name, out);
                    out.append(':');
                    write(node.path(name), out);
                    out.append(',');
                }
            }
            out.append('}');
        } else if (node.isArray()) {
            out.append('[');
            for (JsonNode item : node) {
                write(item, out);
                out.append(',');
            }
            out.append(']');
        } else if (node.isNumber()) {
            out.append(node.decimalValue().stripTrailingZeros().toPlainString());
        } else if (node.isTextual()) {
            text(node.textValue(), out);
        } else {
            out.append(node.asText());
        }
    }

    /** With its length in front, no text can imitate the structure around it. */
    private static void text(String text, StringBuilder out) {
        out.append('"').append(text.length()).append(':').append(text).append('"');
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
