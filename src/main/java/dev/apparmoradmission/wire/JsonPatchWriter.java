package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.decision.PatchOperation;
import dev.apparmoradmission.profile.Profile;
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
                if (operation instanceof PatchOperation.AddProfile add) {
                    out.writeStringField("op", "add");
                    out.writeStringField("path", add.pointer());
                    out.writeFieldName("value");
                    value(add, out);
                } else {
                    out.writeStringField("op", "remove");
                    out.writeStringField("path", operation.pointer());
                }
                out.writeEndObject();
            }
            out.writeEndArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory failed", impossible);
        }
        return bytes.toByteArray();
    }

    private static void value(PatchOperation.AddProfile add, JsonGenerator out) throws IOException {
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
