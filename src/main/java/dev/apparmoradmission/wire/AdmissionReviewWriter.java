package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Writes the answer to a webhook call, as semantics §7.1 and §8 ask for it. Thread-safe. */
public final class AdmissionReviewWriter {

    private static final int FORBIDDEN = 403;

    private final JsonFactory json = new JsonFactory();
    private final JsonPatchWriter patches = new JsonPatchWriter();
    private final FrequentAnswers frequent = new FrequentAnswers();

    /** The answer as an AdmissionReview, in UTF-8. */
    public byte[] write(AdmissionAnswer answer) {
        Optional<byte[]> known = frequent.find(answer);
        if (known.isPresent()) {
            return known.get();
        }
        byte[] written = written(answer);
        frequent.keep(answer, written);
        return written;
    }

    private byte[] written(AdmissionAnswer answer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator out = json.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("kind", "AdmissionReview");
            out.writeStringField("apiVersion", "admission.k8s.io/v1");
            out.writeObjectFieldStart("response");
            out.writeStringField("uid", answer.uid());
            out.writeBooleanField("allowed", answer.allowed());
            if (!answer.allowed()) {
                status(answer, out);
            }
            // patch and patchType go together, or the API server refuses the answer.
            if (answer.allowed() && !answer.patch().isEmpty()) {
                out.writeStringField("patchType", "JSONPatch");
                out.writeBinaryField("patch", patches.write(answer.patch()));
            }
            if (!answer.warnings().isEmpty()) {
                out.writeArrayFieldStart("warnings");
                for (String warning : answer.warnings()) {
                    out.writeString(warning);
                }
                out.writeEndArray();
            }
            if (!answer.auditAnnotations().isEmpty()) {
                out.writeObjectFieldStart("auditAnnotations");
                for (Map.Entry<String, String> entry : new TreeMap<>(answer.auditAnnotations()).entrySet()) {
                    out.writeStringField(entry.getKey(), entry.getValue());
                }
                out.writeEndObject();
            }
            out.writeEndObject();
            out.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory failed", impossible);
        }
        return bytes.toByteArray();
    }

    /** Reason Forbidden, not Invalid: with that one kubectl hides the message and the webhook's name (semantics §8.1). */
    private static void status(AdmissionAnswer answer, JsonGenerator out) throws IOException {
        out.writeObjectFieldStart("status");
        out.writeStringField("status", "Failure");
        out.writeNumberField("code", FORBIDDEN);
        out.writeStringField("reason", "Forbidden");
        out.writeStringField("message", answer.message());
        out.writeObjectFieldStart("details");
        out.writeArrayFieldStart("causes");
        for (AdmissionAnswer.Cause cause : answer.causes()) {
            out.writeStartObject();
            out.writeStringField("field", cause.field());
            out.writeStringField("reason", cause.reason());
            out.writeStringField("message", cause.message());
            out.writeEndObject();
        }
        out.writeEndArray();
        out.writeEndObject();
        out.writeEndObject();
    }
}
