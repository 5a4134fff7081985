package dev.apparmoradmission.wire.edit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.apparmoradmission.wire.Document;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.SourceNode;
import dev.apparmoradmission.wire.edit.DocumentEditor.Plan;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Edits the documents of a file. Before anything is given back, the edited text is read again, and each edited document must
 * hold what was intended and nothing else: what is written in a way that cannot be edited, such as behind an anchor that
 * another part of the document shares, is refused and stays as it is.
 */
public final class FileEdits {

    private static final String SHARED =
            "the change would show elsewhere too, as where an anchor is shared: write it by hand";

    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final byte[] content;
    private final List<Request> requests;

    /** The places of requests in their list, by document. */
    private final Map<Integer, List<Integer>> byDocument = new TreeMap<>();

    private final Map<Integer, String> refused = new TreeMap<>();
    private final Map<Integer, Plan> plans = new HashMap<>();
    private final Map<Integer, JsonNode> before = new HashMap<>();

    /**
     * What is wanted of one document. All of its edits are made, or none.
     *
     * @param document the document, counted as {@link Document#number} is
     * @param edits the edits, each of another place
     */
    public record Request(int document, List<Edit> edits) {
        /** Copies the list. */
        public Request {
            edits = List.copyOf(edits);
        }
    }

    /**
     * What came of it.
     *
     * @param mark the byte order mark that the file begins with; mostly empty
     * @param before the text behind it, as it was
     * @param splices what was changed, in the order of the text
     * @param refused the requests that could not be fulfilled, by their place in the list, and why
     */
    public record Edited(String mark, String before, List<Splice> splices, Map<Integer, String> refused) {

        /** Nothing. */
        public static final Edited NOTHING = new Edited("", "", List.of(), Map.of());

        /** Copies the collections. */
        public Edited {
            splices = List.copyOf(splices);
            refused = Map.copyOf(refused);
        }

        /** The file as it is now. */
        public byte[] content() {
            return (mark + Splice.applied(before, 0, before.length(), splices)).getBytes(StandardCharsets.UTF_8);
        }

        /**
         * What was changed, as {@code git apply} and {@code patch -p1} take it; empty where nothing was.
         *
         * @param path the file's path, relative to where the patch is applied
         */
        public String diff(String path) {
            int shift = mark.length();
            List<Splice> inFile = splices.stream()
                    .map(splice ->
                            new Splice(splice.start() + shift, splice.end() + shift, splice.text(), splice.depth()))
                    .toList();
            return UnifiedDiff.of(path, mark + before, inFile);
        }
    }

    private FileEdits(byte[] content, List<Request> requests) {
        this.content = content;
        this.requests = requests;
        for (int i = 0; i < requests.size(); i++) {
            byDocument
                    .computeIfAbsent(requests.get(i).document(), document -> new ArrayList<>())
                    .add(i);
        }
    }

    /**
     * Makes the edits.
     *
     * @param content the file
     * @param requests what is wanted
     * @throws MalformedDocumentException where the file is too large to be edited
     */
    public static Edited of(byte[] content, List<Request> requests) throws MalformedDocumentException {
        return new FileEdits(content, requests).edited();
    }

    private Edited edited() throws MalformedDocumentException {
        Documents documents = Documents.of(content, DocumentLimits.EDITED);
        String text = documents.text();
        plan(documents, text);
        // Once more without what was wrong; then it must be right.
        for (int attempt = 0; attempt < 2; attempt++) {
            List<Splice> all = combined();
            Set<Integer> wrong = wrong(Splice.applied(text, 0, text.length(), all));
            if (wrong.isEmpty()) {
                return new Edited(mark(), text, all, refused);
            }
            refuse(wrong);
        }
        refuse(before.keySet());
        return new Edited(mark(), text, List.of(), refused);
    }

    private String mark() {
        boolean marked = content.length >= MARK.length && Arrays.equals(content, 0, MARK.length, MARK, 0, MARK.length);
        return marked ? "\uFEFF" : "";
    }

    /** Reads each document that is to be edited, and works out its splices. */
    private void plan(Documents documents, String text) {
        while (true) {
            try {
                Optional<Document> document = documents.next();
                if (document.isEmpty()) {
                    return;
                }
                int number = document.get().number();
                if (byDocument.containsKey(number)) {
                    SourceNode root = document.get().source();
                    before.put(number, root.value());
                    plan(number, root, text);
                }
            } catch (MalformedDocumentException e) {
                // Nothing is wanted of what cannot be read; and what is too large is told below.
            }
        }
    }

    private void plan(int document, SourceNode root, String text) {
        for (int i : byDocument.getOrDefault(document, List.of())) {
            try {
                plans.put(i, DocumentEditor.plan(root, text, requests.get(i).edits()));
            } catch (UneditableException e) {
                refused.put(i, e.reason());
            }
        }
    }

    /** All splices; requests for a document in which two of them meet are refused. */
    private List<Splice> combined() {
        List<Splice> all = new ArrayList<>();
        byDocument.forEach((document, places) -> {
            List<Splice> made = new ArrayList<>();
            for (int i : places) {
                Plan plan = plans.get(i);
                if (plan != null) {
                    made.addAll(plan.splices());
                } else {
                    refused.putIfAbsent(i, "the document is too large to be edited: split it");
                }
            }
            try {
                all.addAll(Splice.ordered(made));
            } catch (UneditableException e) {
                refuse(Set.of(document));
            }
        });
        return all;
    }

    private void refuse(Set<Integer> documents) {
        for (int document : documents) {
            for (int i : byDocument.getOrDefault(document, List.of())) {
                if (plans.remove(i) != null) {
                    refused.put(i, SHARED);
                }
            }
        }
    }

    /** The documents that do not hold what was intended. */
    private Set<Integer> wrong(String edited) throws MalformedDocumentException {
        Set<Integer> unproved = new HashSet<>();
        plans.keySet().forEach(request -> unproved.add(requests.get(request).document()));
        Documents documents = Documents.of(edited.getBytes(StandardCharsets.UTF_8), DocumentLimits.EDITED);
        while (!unproved.isEmpty()) {
            try {
                Optional<Document> document = documents.next();
                if (document.isEmpty()) {
                    break;
                }
                int number = document.get().number();
                if (unproved.contains(number) && document.get().source().value().equals(intended(number))) {
                    unproved.remove(number);
                }
            } catch (MalformedDocumentException e) {
                // Either it was so before, or it stays unproved.
            }
        }
        return unproved;
    }

    private JsonNode intended(int document) {
        JsonNode tree = before.getOrDefault(document, NullNode.instance);
        for (int i : byDocument.getOrDefault(document, List.of())) {
            Plan plan = plans.get(i);
            tree = plan == null ? tree : plan.intended().apply(tree);
        }
        return tree;
    }
}
