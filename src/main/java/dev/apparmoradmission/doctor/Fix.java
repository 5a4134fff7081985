package dev.apparmoradmission.doctor;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.util.Locale;

/** Commands that mend something, for a shell. Names come from the API server, which keeps them to letters, digits, dots and dashes. */
final class Fix {

    private Fix() {}

    /** Gives a field of a webhook another value, unless the configuration has changed meanwhile. */
    static String set(Hook hook, String field, String json) {
        return patch(
                hook,
                "{\"op\":\"add\",\"path\":\"/webhooks/" + hook.index() + "/" + field + "\",\"value\":" + json + "}");
    }

    /** Takes a field from a webhook. */
    static String remove(Hook hook, String field) {
        return patch(hook, "{\"op\":\"remove\",\"path\":\"/webhooks/" + hook.index() + "/" + field + "\"}");
    }

    /** Leads a webhook that has a URL to a Service. */
    static String toService(Hook hook, String service) {
        String client = "/webhooks/" + hook.index() + "/clientConfig/";
        return patch(
                hook,
                "{\"op\":\"remove\",\"path\":\"" + client + "url\"},{\"op\":\"add\",\"path\":\"" + client
                        + "service\",\"value\":" + service + "}");
    }

    private static String patch(Hook hook, String operations) {
        // By place alone it could hit the neighbour, once somebody has put another one in front.
        String test = "{\"op\":\"test\",\"path\":\"/webhooks/" + hook.index() + "/name\",\"value\":"
                + string(hook.name()) + "}";
        return "kubectl patch " + hook.kind().toLowerCase(Locale.ROOT) + " " + hook.configuration() + " --type=json -p "
                + quoted("[" + test + "," + operations + "]");
    }

    /** A JSON string. */
    static String string(String text) {
        return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }

    /** One word for a shell. */
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** kubectl in a namespace. */
    static String kubectl(String namespace, String what) {
        return "kubectl -n " + namespace + " " + what;
    }
}
