package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.decision.PatchOperation;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Placement.AffinityDepth;
import dev.apparmoradmission.workload.Placement.Requirement;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Writes a JSON Patch (RFC 6902). Thread-safe. */
public final class JsonPatchWriter {

    private final JsonFactory json = new JsonFactory();

    /** The patch as JSON, in UTF-8. */
    public byte[] write(List<PatchOperation> patch) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(160);
        try (JsonGenerator out = json.createGenerator(bytes)) {
            out.writeStartArray();
            for (PatchOperation operation : patch) {
                out.writeStartObject();
                boolean removes = operation instanceof PatchOperation.RemoveAnnotation;
                out.writeStringField("op", removes ? "remove" : "add");
                out.writeStringField("path", operation.pointer());
                if (!removes) {
                    out.writeFieldName("value");
                    value(operation, out);
                }
                out.writeEndObject();
            }
            out.writeEndArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory failed", impossible);
        }
        return bytes.toByteArray();
    }

    private static void value(PatchOperation operation, JsonGenerator out) throws IOException {
        if (operation instanceof PatchOperation.AddProfile add) {
            profile(add, out);
        } else if (operation instanceof PatchOperation.AddAffinity add) {
            affinity(add, out);
        } else if (operation instanceof PatchOperation.AddExpressions add) {
            requirements(add.requirements(), out);
        } else if (operation instanceof PatchOperation.AppendExpression append) {
            requirement(append.requirement(), out);
        } else if (operation instanceof PatchOperation.AddGate add) {
            gate(add, out);
        }
    }

    /** Whatever of {@code affinity.nodeAffinity.required…} is not there yet, around the one term. */
    private static void affinity(PatchOperation.AddAffinity add, JsonGenerator out) throws IOException {
        out.writeStartObject();
        if (add.existing() == AffinityDepth.NONE) {
            out.writeObjectFieldStart("nodeAffinity");
        }
        if (add.existing() != AffinityDepth.NODE_AFFINITY) {
            out.writeObjectFieldStart("requiredDuringSchedulingIgnoredDuringExecution");
        }
        out.writeArrayFieldStart("nodeSelectorTerms");
        out.writeStartObject();
        out.writeFieldName("matchExpressions");
        requirements(add.requirements(), out);
        out.writeEndObject();
        out.writeEndArray();
        if (add.existing() != AffinityDepth.NODE_AFFINITY) {
            out.writeEndObject();
        }
        if (add.existing() == AffinityDepth.NONE) {
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private static void requirements(List<Requirement> requirements, JsonGenerator out) throws IOException {
        out.writeStartArray();
        for (Requirement requirement : requirements) {
            requirement(requirement, out);
        }
        out.writeEndArray();
    }

    private static void requirement(Requirement requirement, JsonGenerator out) throws IOException {
        out.writeStartObject();
        out.writeStringField("key", requirement.key());
        out.writeStringField("operator", requirement.operator());
        out.writeArrayFieldStart("values");
        for (String value : requirement.values()) {
            out.writeString(value);
        }
        out.writeEndArray();
        out.writeEndObject();
    }

    private static void gate(PatchOperation.AddGate add, JsonGenerator out) throws IOException {
        if (add.first()) {
            out.writeStartArray();
        }
        out.writeStartObject();
        out.writeStringField("name", add.gate());
        out.writeEndObject();
        if (add.first()) {
            out.writeEndArray();
        }
    }

    private static void profile(PatchOperation.AddProfile add, JsonGenerator out) throws IOException {
        out.writeStartObject();
        if (add.inSecurityContext()) {
            out.writeObjectFieldStart("appArmorProfile");
        }
        if (add.profile() instanceof Profile.Localhost localhost) {
            out.writeStringField("type", "Localhost");
            out.writeStringField("localhostProfile", localhost.name());
        } else {
            // Never an empty localhostProfile beside another type: the API server refuses it.
            out.writeStringField("type", add.profile().declared());
        }
        if (add.inSecurityContext()) {
            out.writeEndObject();
        }
        out.writeEndObject();
    }
}
