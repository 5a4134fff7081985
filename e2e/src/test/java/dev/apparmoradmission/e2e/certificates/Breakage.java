package dev.apparmoradmission.e2e.certificates;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What somebody does to the Secret, and what the webhooks say to that.
 *
 * @param name what the Secret has then
 * @param action does it
 * @param report a part of the line in the log
 * @param problem whether it is counted as a problem, rather than as the next step of a rotation
 */
record Breakage(String name, Consumer<Installed> action, String report, boolean problem) {
    private static final String GARBAGE = "\"Z2FyYmFnZQ==\"";
    private static final String NONE = "null";

    /**
     * The table.
     *
     * @param now what the Secret holds
     * @param before what it held when it was made; the serving certificate has expired, the CA been dropped
     */
    static List<Breakage> all(JsonNode now, JsonNode before) {
        return List.of(
                of("the key of another certificate", Map.of("tls.key", at(now, "ca.key")), "tls.key does not belong"),
                of(
                        "a CA as serving certificate",
                        Map.of("tls.crt", at(now, "ca.crt"), "tls.key", at(now, "ca.key")),
                        "the serving certificate is one of a CA"),
                of(
                        "an expired certificate and its key",
                        Map.of("tls.crt", at(before, "tls.crt"), "tls.key", at(before, "tls.key")),
                        "the serving certificate expired at"),
                of("another CA", Map.of("ca.crt", at(before, "ca.crt")), "signed by none of the trusted"),
                of("garbage as tls.crt", Map.of("tls.crt", GARBAGE), "tls.crt holds no certificate in PEM form"),
                of("no tls.crt", Map.of("tls.crt", NONE), "tls.crt is missing"),
                of("garbage as tls.key", Map.of("tls.key", GARBAGE), "tls.key holds no private key"),
                of("no tls.key", Map.of("tls.key", NONE), "tls.key is missing"),
                of("garbage as ca.crt", Map.of("ca.crt", GARBAGE), "ca.crt holds no certificate in PEM form"),
                of("no ca.crt", Map.of("ca.crt", NONE), "ca.crt is missing"),
                new Breakage("nothing in it", Installed::empty, "tls.crt is missing", true),
                new Breakage("a name only: it was deleted", Installed::delete, "it was deleted", true),
                of("garbage as ca.key", Map.of("ca.key", GARBAGE), "ca.key holds no private key"),
                new Breakage(
                        "no ca.key",
                        installed -> installed.put(Map.of("ca.key", NONE)),
                        "because the present one cannot sign",
                        false));
    }

    private static Breakage of(String name, Map<String, String> patch, String report) {
        return new Breakage(name, installed -> installed.put(patch), report, true);
    }

    private static String at(JsonNode data, String key) {
        return data.path(key).toString();
    }
}
