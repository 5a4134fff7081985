package dev.apparmoradmission.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import dev.apparmoradmission.decision.Quoted;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The JSON Schemas that we ship, and what they say about a document, in words for whoever wrote it. */
public final class PolicySchemas {

    /** A kind of document and its schema. */
    public enum Kind {
        /** A policy. */
        POLICY("AppArmorPolicy"),
        /** A grant. */
        EXCEPTION("AppArmorException"),
        /** Cases for policies. */
        TEST("AppArmorPolicyTest");

        private final String name;

        Kind(String name) {
            this.name = name;
        }

        /** As in {@code kind}. */
        public String kindName() {
            return name;
        }

        private String file() {
            return name + ".schema.json";
        }

        private String id() {
            return "https://apparmor-admission.dev/schemas/v1alpha1/" + file();
        }
    }

    /** The version that every document must carry. */
    public static final String API_VERSION = "apparmor-admission.dev/v1alpha1";

    private final Map<String, JsonNode> texts = new HashMap<>();
    private final SchemaFit glance = new SchemaFit(this::text);
    private final Map<Kind, Schema> schemas = new TreeMap<>();
    private @Nullable SchemaRegistry registry;

    /** What is wrong with a document of this kind: in the order of the text, and nothing where it fits its schema. */
    public List<PolicyProblem> problems(Kind kind, Located document, String file) {
        return glance.surelyFits(kind.file(), document.value()) ? List.of() : judged(kind, document, file);
    }

    /** The same by the full validator alone. */
    List<PolicyProblem> judged(Kind kind, Located document, String file) {
        Schema schema = schemas.computeIfAbsent(kind, k -> registry().getSchema(SchemaLocation.of(k.id())));
        List<PolicyProblem> problems = new ArrayList<>();
        for (Error error : schema.validate(document.value())) {
            problems.add(problem(error, document, file));
        }
        problems.sort((a, b) -> a.place().compareTo(b.place()));
        return problems;
    }

    private SchemaRegistry registry() {
        SchemaRegistry made = registry;
        if (made == null) {
            made = SchemaRegistry.withDefaultDialect(
                    SpecificationVersion.DRAFT_2020_12,
                    builder -> builder.schemas(Stream.of(Kind.values())
                            .collect(Collectors.toMap(Kind::id, kind -> resource(kind.file())))));
            registry = made;
        }
        return made;
    }

    private JsonNode text(String file) {
        return texts.computeIfAbsent(file, name -> {
            try {
                return Documents.of(resource(name).getBytes(StandardCharsets.UTF_8), DocumentLimits.POLICIES)
                        .next()
                        .orElseThrow()
                        .tree()
                        .value();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private PolicyProblem problem(Error error, Located document, String file) {
        Located at = document;
        StringBuilder field = new StringBuilder();
        NodePath path = error.getInstanceLocation();
        for (int i = 0; i < path.getNameCount(); i++) {
            Object element = path.getElement(i);
            append(field, element);
            at = (element instanceof Integer index ? at.item(index) : at.field(String.valueOf(element))).orElse(at);
        }
        SchemaWording.Worded worded = SchemaWording.of(error, at, field.toString(), knownFields(error));
        worded.field().ifPresent(name -> append(field, name));
        return new PolicyProblem(file, worded.place(), field.toString(), worded.text());
    }

    /** The fields that stand beside {@code additionalProperties} in the schema. */
    private List<String> knownFields(Error error) {
        List<String> names = new ArrayList<>();
        if (error.getKeyword().equals("additionalProperties")) {
            String location = error.getSchemaLocation().toString();
            Schema siblings = registry().getSchema(SchemaLocation.of(location.substring(0, location.lastIndexOf('/'))));
            siblings.getSchemaNode().path("properties").fieldNames().forEachRemaining(names::add);
        }
        return names;
    }

    private static void append(StringBuilder field, Object element) {
        if (element instanceof Integer index) {
            field.append('[').append(index).append(']');
        } else {
            String name = String.valueOf(element);
            boolean plain = name.matches("[A-Za-z0-9_-]{1,64}");
            String shown = plain ? name : Quoted.of(name);
            field.append(field.isEmpty() ? "" : ".").append(shown);
        }
    }

    private static String resource(String file) {
        try (InputStream stream = PolicySchemas.class.getResourceAsStream("/schemas/" + file)) {
            if (stream == null) {
                throw new IllegalStateException("the schema " + file + " is not in this build");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
