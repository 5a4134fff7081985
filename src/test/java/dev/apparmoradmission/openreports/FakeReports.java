package dev.apparmoradmission.openreports;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.observed.FakeCluster.Reply;
import dev.apparmoradmission.observed.FakeCluster.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The reports of a cluster, as an API server keeps them: with resource versions, preconditions and pages, and where a test wants it
 * with a refusal.
 */
public final class FakeReports implements Function<Request, Reply> {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String root;
    private final TreeMap<String, ObjectNode> objects = new TreeMap<>();
    private final List<Request> requests = new ArrayList<>();
    private Function<Request, Optional<Reply>> before = request -> Optional.empty();
    private int version = 100;

    /** @param root group and version, such as {@code /apis/openreports.io/v1alpha1} */
    public FakeReports(String root) {
        this.root = root;
    }

    /** What is answered, or done, in place of what would be. */
    public synchronized FakeReports before(Function<Request, Optional<Reply>> refusal) {
        before = refusal;
        return this;
    }

    /** Refuses a method with a code. */
    public FakeReports refuse(String method, int code, String message) {
        return before(request -> request.method().equals(method)
                ? Optional.of(new Reply(code, "{\"kind\": \"Status\", \"message\": \"" + message + "\"}"))
                : Optional.empty());
    }

    /** The requests that change something, as {@code METHOD path}, in order. */
    public synchronized List<String> writes() {
        return requests.stream()
                .filter(request -> !request.method().equals("GET"))
                .map(request -> request.method() + " " + request.path().substring(root.length()))
                .toList();
    }

    public synchronized void forget() {
        requests.clear();
    }

    /** The paths of what is there, below the root. */
    public synchronized List<String> there() {
        return objects.keySet().stream()
                .map(path -> path.substring(root.length()))
                .toList();
    }

    /** An object by its path below the root. */
    public synchronized JsonNode get(String path) {
        ObjectNode object = objects.get(root + path);
        if (object == null) {
            throw new AssertionError(path + " is not there, but " + there());
        }
        return object;
    }

    /** Puts an object there, as somebody else would. */
    public synchronized void put(String path, String json) {
        try {
            stored(root + path, (ObjectNode) JSON.readTree(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ObjectNode stored(String path, ObjectNode object) {
        ObjectNode metadata = object.withObjectProperty("metadata");
        if (!metadata.has("uid")) {
            metadata.put("uid", "uid-" + version);
        }
        metadata.put("resourceVersion", Integer.toString(version++));
        if (path.contains("/namespaces/")) {
            metadata.put("namespace", path.replaceAll(".*/namespaces/([^/]*)/.*", "$1"));
        }
        objects.put(path, object);
        return object;
    }

    @Override
    public synchronized Reply apply(Request request) {
        requests.add(request);
        try {
            Optional<Reply> refusal = before.apply(request);
            return refusal.isPresent() ? refusal.get() : answer(request);
        } catch (IOException e) {
            return Reply.refused(400);
        }
    }

    private Reply answer(Request request) throws IOException {
        ObjectNode there = objects.get(request.path());
        switch (request.method()) {
            case "POST" -> {
                ObjectNode object = (ObjectNode) JSON.readTree(request.body());
                String path = request.path() + "/" + object.at("/metadata/name").asText();
                return objects.containsKey(path) ? Reply.refused(409) : json(201, stored(path, object));
            }
            case "PUT" -> {
                ObjectNode object = (ObjectNode) JSON.readTree(request.body());
                if (there == null) {
                    return Reply.refused(404);
                }
                return isOther(there, object.path("metadata"))
                        ? Reply.refused(409)
                        : json(200, stored(request.path(), object));
            }
            case "DELETE" -> {
                if (there == null) {
                    return Reply.refused(404);
                }
                if (isOther(there, JSON.readTree(request.body()).path("preconditions"))) {
                    return Reply.refused(409);
                }
                objects.remove(request.path());
                return json(200, JSON.createObjectNode());
            }
            default -> {
                boolean one = request.path().endsWith("/" + ReportPlan.NAME);
                return one ? there == null ? Reply.refused(404) : json(200, there) : page(request);
            }
        }
    }

    private static boolean isOther(JsonNode there, JsonNode meant) {
        return !there.at("/metadata/resourceVersion").equals(meant.path("resourceVersion"))
                || !there.at("/metadata/uid").equals(meant.path("uid"));
    }

    /** Two to a page, so that there are several; those with the label, as the selector asks. */
    private Reply page(Request request) throws IOException {
        String plural = request.path().replaceAll(".*/", "");
        String within = request.path().contains("/namespaces/") ? request.path() : root + "/namespaces/";
        List<ObjectNode> all = objects.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(within)
                        && entry.getKey().contains("/" + plural + "/")
                        && entry.getValue().at("/metadata/labels").has(ReportPlan.LABEL))
                .map(java.util.Map.Entry::getValue)
                .toList();
        int from = request.query().contains("continue=")
                ? Integer.parseInt(request.query().replaceAll(".*continue=(\\d+).*", "$1"))
                : 0;
        int to = Math.min(all.size(), from + 2);
        ObjectNode list = JSON.createObjectNode();
        list.putObject("metadata").put("continue", to < all.size() ? Integer.toString(to) : "");
        all.subList(Math.min(from, to), to).forEach(list.withArrayProperty("items")::add);
        return json(200, list);
    }

    private static Reply json(int code, JsonNode body) throws IOException {
        return new Reply(code, JSON.writeValueAsString(body));
    }
}
