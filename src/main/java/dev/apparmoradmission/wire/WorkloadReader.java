package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads Kubernetes objects from a stream of tokens, without a typed model and without keeping what is not looked at. Fields
 * may come in any order; unknown ones are tolerated; a key that comes twice keeps its last value.
 */
public final class WorkloadReader {

    private WorkloadReader() {}

    /**
     * Reads one object. The parser stands on its opening brace, and stands on its closing brace afterwards.
     *
     * @throws IOException if the stream is not JSON, or nests too deeply
     */
    public static ManifestObject read(JsonParser parser) throws IOException {
        return read(parser, true);
    }

    /**
     * The same for an object under review, whose decision asks neither who it is nor since when, nor who keeps it: these are
     * passed over, and absent in what is returned.
     */
    static ManifestObject readUnderReview(JsonParser parser) throws IOException {
        return read(parser, false);
    }

    private static ManifestObject read(JsonParser parser, boolean whole) throws IOException {
        String apiVersion = "";
        String kind = "";
        Optional<MetadataDraft> metadata = Optional.empty();
        Optional<SpecDraft> spec = Optional.empty();
        Optional<TemplateDraft> template = Optional.empty();
        Problem templateProblem = new Problem();
        List<ManifestObject> items = new ArrayList<>();
        Problem ignored = new Problem();
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            parser.nextToken();
            switch (field) {
                case "apiVersion" -> apiVersion = Json.text(parser, ignored, field);
                case "kind" -> kind = Json.text(parser, ignored, field);
                case "metadata" -> metadata = Optional.of(metadata(parser, whole));
                case "spec" -> spec = Optional.of(spec(parser));
                case "template" -> template = template(parser, templateProblem, field, false);
                case "items" -> items(parser, items);
                default -> parser.skipChildren();
            }
        }
        return new ManifestObject(
                apiVersion,
                kind,
                metadata.orElseGet(MetadataDraft::new),
                spec.orElseGet(SpecDraft::new),
                template,
                templateProblem,
                items);
    }

    private static void items(JsonParser parser, List<ManifestObject> items) throws IOException {
        if (Json.startsList(parser, new Problem(), "items")) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() == JsonToken.START_OBJECT) {
                    items.add(read(parser));
                } else {
                    parser.skipChildren();
                }
            }
        }
    }

    private static MetadataDraft metadata(JsonParser parser, boolean whole) throws IOException {
        MetadataDraft metadata = new MetadataDraft();
        Problem problem = metadata.problem;
        if (Json.startsObject(parser, problem, "")) {
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "name" -> metadata.name = Json.text(parser, problem, field);
                    case "generateName" -> metadata.generateName = Json.text(parser, problem, field);
                    case "namespace" -> metadata.namespace = Json.text(parser, problem, field);
                    case "labels" -> metadata.labels = Json.texts(parser, problem, field);
                    case "annotations" -> metadata.annotations = Json.texts(parser, problem, field);
                    case "deletionTimestamp" -> {
                        metadata.deleting = value != JsonToken.VALUE_NULL;
                        parser.skipChildren();
                    }
                    default -> {
                        if (!whole || !identity(field, parser, metadata)) {
                            parser.skipChildren();
                        }
                    }
                }
            }
        }
        return metadata;
    }

    /** Reads a field that stored objects have; of another form it says nothing, and is no fault of a manifest. */
    private static boolean identity(String field, JsonParser parser, MetadataDraft metadata) throws IOException {
        Problem ignored = new Problem();
        switch (field) {
            // A list's field: in a pod it is unknown to the API, and no fault of the pod.
            case "continue" -> metadata.nextPage = Json.text(parser, ignored, field);
            case "uid" -> metadata.uid = Json.text(parser, ignored, field);
            case "creationTimestamp" -> metadata.created = Json.text(parser, ignored, field);
            case "ownerReferences" -> metadata.controller = controller(parser);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** The owner that is the controller; what is of another form says nothing of that. */
    private static Optional<ObjectOwner> controller(JsonParser parser) throws IOException {
        Optional<ObjectOwner> controller = Optional.empty();
        if (Json.startsList(parser, new Problem(), "ownerReferences")) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (parser.currentToken() == JsonToken.START_OBJECT) {
                    Optional<ObjectOwner> owner = ifController(parser);
                    controller = owner.isPresent() ? owner : controller;
                } else {
                    parser.skipChildren();
                }
            }
        }
        return controller;
    }

    private static Optional<ObjectOwner> ifController(JsonParser parser) throws IOException {
        String kind = "";
        String name = "";
        boolean controls = false;
        Problem ignored = new Problem();
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            JsonToken value = parser.nextToken();
            switch (field) {
                case "kind" -> kind = Json.text(parser, ignored, field);
                case "name" -> name = Json.text(parser, ignored, field);
                case "controller" -> {
                    controls = value == JsonToken.VALUE_TRUE;
                    parser.skipChildren();
                }
                default -> parser.skipChildren();
            }
        }
        return controls ? Optional.of(new ObjectOwner(kind, name)) : Optional.empty();
    }

    private static SpecDraft spec(JsonParser parser) throws IOException {
        SpecDraft spec = new SpecDraft();
        if (!Json.startsObject(parser, spec.problem, "")) {
            return spec;
        }
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            parser.nextToken();
            switch (field) {
                case "template" -> spec.template = template(parser, spec.templateProblem, field, false);
                case "jobTemplate" -> spec.jobTemplate = template(parser, spec.templateProblem, field, true);
                default -> {
                    if (!PodSpecReader.field(field, parser, spec)) {
                        parser.skipChildren();
                    }
                }
            }
        }
        return spec;
    }

    /** A pod template, or the one inside a job template. */
    private static Optional<TemplateDraft> template(JsonParser parser, Problem problem, String path, boolean ofJob)
            throws IOException {
        if (!Json.startsObject(parser, problem, path)) {
            return Optional.empty();
        }
        MetadataDraft metadata = new MetadataDraft();
        SpecDraft spec = new SpecDraft();
        for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
            parser.nextToken();
            switch (field) {
                case "metadata" -> metadata = metadata(parser, false);
                case "spec" -> spec = spec(parser);
                default -> parser.skipChildren();
            }
        }
        problem.adopt(path + ".spec.", spec.templateProblem);
        // A job template is a template of a job, whose spec holds the template of the pod.
        return ofJob ? spec.template : Optional.of(new TemplateDraft(metadata, spec));
    }
}
