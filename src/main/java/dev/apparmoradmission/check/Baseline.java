package dev.apparmoradmission.check;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import dev.apparmoradmission.cluster.InputFile;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.report.Fingerprint;
import dev.apparmoradmission.report.JsonReport;
import dev.apparmoradmission.wire.Document;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.wire.Located;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.Place;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Findings that are known and put up with for now, in a file that is kept beside the manifests: they are told, but only new
 * ones make the check fail.
 *
 * @param findings the findings
 */
record Baseline(Set<Fingerprint> findings) {

    private static final String FINDINGS = "findings";
    private static final List<String> FIELDS = List.of("kind", "namespace", "name", "container", "rule", "declared");

    /** Copies the set. */
    Baseline {
        findings = Set.copyOf(findings);
    }

    /**
     * Reads one.
     *
     * @throws UnreadableInputException where it cannot be read or is none; a finding that is misread would let another pass
     */
    static Baseline read(Path file) throws UnreadableInputException {
        byte[] content = InputFile.read(file);
        try {
            Optional<Document> document =
                    Documents.of(content, DocumentLimits.POLICIES).next();
            if (document.isEmpty()) {
                throw new UnreadableInputException(file.toString(), "is empty; make it with --write-baseline");
            }
            Located root = document.get().tree();
            Optional<Located> list = root.field(FINDINGS);
            if (list.isEmpty() || !list.get().value().isArray() || root.fields().size() != 1) {
                throw problem(
                        file,
                        root.place(),
                        "is no baseline, which is an object with the list findings; make it with --write-baseline");
            }
            List<Fingerprint> findings = new ArrayList<>();
            for (Located item : list.get().items()) {
                findings.add(fingerprint(file, item));
            }
            return new Baseline(new TreeSet<>(findings));
        } catch (MalformedDocumentException e) {
            throw problem(file, e.place(), e.problem());
        }
    }

    private static Fingerprint fingerprint(Path file, Located item) throws UnreadableInputException {
        List<String> values = new ArrayList<>();
        for (String field : FIELDS) {
            Optional<Located> value = item.field(field);
            if (value.isEmpty() || !value.get().value().isTextual()) {
                throw problem(
                        file, value.map(Located::place).orElse(item.place()), "a finding needs the string " + field);
            }
            values.add(value.get().value().textValue());
        }
        Optional<String> unknown = item.fields().keySet().stream()
                .filter(field -> !FIELDS.contains(field))
                .findFirst();
        if (unknown.isPresent()) {
            throw problem(file, item.place(), "a finding has no field " + unknown.get());
        }
        return new Fingerprint(
                values.get(0), values.get(1), values.get(2), values.get(3), values.get(4), values.get(5));
    }

    private static UnreadableInputException problem(Path file, Place place, String problem) {
        return new UnreadableInputException(file + ":" + place, problem);
    }

    /** It as a file, a finding a line, sorted, so that a review shows what came and went. */
    byte[] written() {
        return new TreeSet<>(findings)
                .stream()
                        .map(Baseline::line)
                        .collect(Collectors.joining(",\n  ", "{\"" + FINDINGS + "\": [\n  ", "\n]}\n"))
                        .getBytes(StandardCharsets.UTF_8);
    }

    private static String line(Fingerprint finding) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JsonReport.generator(bytes)) {
            json.setPrettyPrinter(new MinimalPrettyPrinter());
            json.writeStartObject();
            json.writeStringField("kind", finding.kind());
            json.writeStringField("namespace", finding.namespace());
            json.writeStringField("name", finding.name());
            json.writeStringField("container", finding.container());
            json.writeStringField("rule", finding.rule());
            json.writeStringField("declared", finding.declared());
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException("writing to memory failed", impossible);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
