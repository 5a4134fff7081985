package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads the body of a webhook call in one pass, in whatever order its fields come. Thread-safe. */
public final class AdmissionReviewReader {

    /** Deeper than any object that the API server stores. */
    private static final int DEEPEST = 500;

    private static final int FEW_GROUPS = 4;

    private final JsonFactory json = new SkippingJsonFactory(DEEPEST);

    /**
     * Reads a review.
     *
     * @throws NotAnAdmissionReviewException if the body is not JSON, not an {@code admission.k8s.io/v1} AdmissionReview, or
     *     has no request with a uid
     */
    public AdmissionRequest read(byte[] body) throws NotAnAdmissionReviewException {
        return read(body, body.length);
    }

    /**
     * Reads a review from the beginning of a buffer, of which nothing is kept.
     *
     * @param length how many bytes of it are the review's
     * @throws NotAnAdmissionReviewException as {@link #read(byte[])}
     */
    public AdmissionRequest read(byte[] body, int length) throws NotAnAdmissionReviewException {
        if (length == 0) {
            throw new NotAnAdmissionReviewException("the body is empty");
        }
        try (JsonParser parser = json.createParser(body, 0, length)) {
            return review(parser);
        } catch (IOException notJson) {
            throw new NotAnAdmissionReviewException("the body is not valid JSON");
        }
    }

    private static AdmissionRequest review(JsonParser parser) throws IOException, NotAnAdmissionReviewException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new NotAnAdmissionReviewException("the body is not a JSON object");
        }
        String apiVersion = "";
        String kind = "";
        Optional<RequestDraft> request = Optional.empty();
        Problem problem = new Problem();
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            parser.nextToken();
            switch (field) {
                case "apiVersion" -> apiVersion = Json.text(parser, problem, field);
                case "kind" -> kind = Json.text(parser, problem, field);
                case "request" ->
                    request =
                            Json.startsObject(parser, problem, field) ? Optional.of(request(parser)) : Optional.empty();
                default -> parser.skipChildren();
            }
        }
        if (parser.nextToken() != null) {
            throw new NotAnAdmissionReviewException("something follows the JSON object in the body");
        }
        if (!kind.equals("AdmissionReview")) {
            throw new NotAnAdmissionReviewException("kind is not AdmissionReview");
        }
        if (!apiVersion.equals("admission.k8s.io/v1")) {
            throw new NotAnAdmissionReviewException("apiVersion is not admission.k8s.io/v1");
        }
        return request.orElseThrow(() -> new NotAnAdmissionReviewException("the review has no request"))
                .toRequest();
    }

    private static RequestDraft request(JsonParser parser) throws IOException {
        RequestDraft draft = new RequestDraft();
        Problem problem = draft.problem;
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            parser.nextToken();
            switch (field) {
                case "uid" -> draft.uid = Json.text(parser, problem, field);
                case "kind" -> kind(parser, draft);
                case "resource" ->
                    Json.within(
                            parser,
                            problem,
                            field,
                            "resource",
                            () -> draft.resource = Json.text(parser, problem, "resource.resource"));
                case "subResource" -> draft.subResource = Json.text(parser, problem, field);
                case "namespace" -> draft.namespace = Json.text(parser, problem, field);
                case "name" -> draft.name = Json.text(parser, problem, field);
                case "operation" -> draft.operation = Json.text(parser, problem, field);
                case "userInfo" -> user(parser, draft);
                case "dryRun" ->
                    draft.dryRun = Json.bool(parser, problem, field).orElse(false);
                case "object" -> draft.object = object(parser, problem, field);
                case "oldObject" -> draft.oldObject = object(parser, problem, field);
                default -> parser.skipChildren();
            }
        }
        return draft;
    }

    private static Optional<ManifestObject> object(JsonParser parser, Problem problem, String field)
            throws IOException {
        return Json.startsObject(parser, problem, field)
                ? Optional.of(WorkloadReader.readUnderReview(parser))
                : Optional.empty();
    }

    private static void kind(JsonParser parser, RequestDraft draft) throws IOException {
        if (Json.startsObject(parser, draft.problem, "kind")) {
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                switch (field) {
                    case "group" -> draft.group = Json.text(parser, draft.problem, "kind.group");
                    case "kind" -> draft.kind = Json.text(parser, draft.problem, "kind.kind");
                    default -> parser.skipChildren();
                }
            }
        }
    }

    private static void user(JsonParser parser, RequestDraft draft) throws IOException {
        if (Json.startsObject(parser, draft.problem, "userInfo")) {
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                switch (field) {
                    case "username" -> draft.username = Json.text(parser, draft.problem, "userInfo.username");
                    case "groups" -> groups(parser, draft);
                    default -> parser.skipChildren();
                }
            }
        }
    }

    private static void groups(JsonParser parser, RequestDraft draft) throws IOException {
        if (Json.startsList(parser, draft.problem, "userInfo.groups")) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                draft.groups.add(Json.text(parser, draft.problem, "userInfo.groups"));
            }
        }
    }

    /** {@link Set#copyOf} makes a hash table on the way; an API server sends each group once. */
    private static Set<String> distinct(List<String> groups) {
        for (int i = 1; i < groups.size(); i++) {
            if (i > FEW_GROUPS || groups.subList(0, i).contains(groups.get(i))) {
                return Set.copyOf(groups);
            }
        }
        return Set.of(groups.toArray(String[]::new));
    }

    private static final class RequestDraft {
        String uid = "";
        String group = "";
        String kind = "";
        String resource = "";
        String subResource = "";
        String namespace = "";
        String name = "";
        String operation = "";
        String username = "";
        final List<String> groups = new ArrayList<>(FEW_GROUPS);
        boolean dryRun;
        Optional<ManifestObject> object = Optional.empty();
        Optional<ManifestObject> oldObject = Optional.empty();
        final Problem problem = new Problem();

        AdmissionRequest toRequest() throws NotAnAdmissionReviewException {
            try {
                problem.failIfSet("request");
            } catch (UnreadableWorkloadException unreadable) {
                throw new NotAnAdmissionReviewException(unreadable.message());
            }
            if (uid.isEmpty()) {
                throw new NotAnAdmissionReviewException("request.uid is missing");
            }
            return new AdmissionRequest(
                    uid,
                    group,
                    kind,
                    resource,
                    subResource,
                    namespace,
                    name,
                    operation,
                    username,
                    distinct(groups),
                    dryRun,
                    object,
                    oldObject);
        }
    }
}
