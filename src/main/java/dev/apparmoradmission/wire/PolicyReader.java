package dev.apparmoradmission.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.PolicySet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads policy files to a {@link PolicySet}: all of them or, with every problem named, none. JSON Schemas and documents of
 * kind AppArmorPolicyTest, which are kept beside the policies, are skipped. May be used by one thread at a time.
 */
public final class PolicyReader {

    /** Nobody reads more; and a file made to have many errors must not fill the log. */
    private static final int MOST_PROBLEMS = 200;

    private static final List<String> KINDS = Stream.of(PolicySchemas.Kind.values())
            .map(PolicySchemas.Kind::kindName)
            .toList();

    private final PolicySchemas schemas;

    /** Reads by these schemas. */
    public PolicyReader(PolicySchemas schemas) {
        this.schemas = schemas;
    }

    /**
     * Reads files.
     *
     * @param files the files; the order makes no difference
     * @param origin what the files come from, for the case that they hold no policy at all
     */
    public PolicyReading read(List<PolicyFile> files, String origin) {
        return read(files, List.of(), origin);
    }

    /**
     * Reads files, and documents that are written out in another one.
     *
     * @param files the files; the order makes no difference
     * @param written the documents, each as it would stand in a file of its own
     * @param origin the file of these, or what the files come from
     */
    public PolicyReading read(List<PolicyFile> files, List<Located> written, String origin) {
        Draft draft = new Draft(schemas);
        files.stream()
                .filter(file -> !file.isSchema())
                .sorted(Comparator.comparing(PolicyFile::name))
                .forEach(draft::add);
        written.forEach(document -> draft.add(document, origin));
        return draft.reading(origin);
    }

    private static final class Draft {

        private final PolicySchemas schemas;
        private final List<PolicyProblem> problems = new ArrayList<>();
        private final List<AppArmorPolicy> policies = new ArrayList<>();
        private final List<AppArmorException> grants = new ArrayList<>();
        private final List<PolicyDocument> documents = new ArrayList<>();

        /** Kind and name to where the first document of that name stands. */
        private final Map<String, String> names = new HashMap<>();

        private boolean anyDocument;

        Draft(PolicySchemas schemas) {
            this.schemas = schemas;
        }

        void add(PolicyFile file) {
            try {
                Documents documents = Documents.of(file.content(), DocumentLimits.POLICIES);
                boolean more = true;
                while (more) {
                    more = addNext(documents, file.name());
                }
            } catch (MalformedDocumentException e) {
                malformed(e, file.name());
            }
        }

        private boolean addNext(Documents documents, String file) {
            try {
                Optional<Document> document = documents.next();
                if (document.isPresent()) {
                    add(document.get().tree(), file);
                }
                return document.isPresent();
            } catch (MalformedDocumentException e) {
                malformed(e, file);
                return true;
            }
        }

        private void malformed(MalformedDocumentException e, String file) {
            problems.add(new PolicyProblem(file, e.place(), "", e.problem()));
        }

        private void add(Located document, String file) {
            Optional<PolicySchemas.Kind> kind = kind(document, file);
            if (kind.isEmpty() || kind.get() == PolicySchemas.Kind.TEST) {
                return;
            }
            anyDocument = true;
            List<PolicyProblem> found = new ArrayList<>(schemas.problems(kind.get(), document, file));
            if (found.isEmpty()) {
                checkName(kind.get(), document, file, found);
                if (kind.get() == PolicySchemas.Kind.POLICY) {
                    policies.add(PolicyMapping.policy(document, file, found));
                } else {
                    grants.add(PolicyMapping.exception(document, file, found));
                }
                documents.add(new PolicyDocument(kind.get(), name(document), file, document));
            }
            problems.addAll(found);
        }

        private Optional<PolicySchemas.Kind> kind(Located document, String file) {
            if (!document.value().isObject()) {
                problems.add(
                        new PolicyProblem(file, document.place(), "", "not a mapping with apiVersion, kind and spec"));
                return Optional.empty();
            }
            Optional<Located> field = document.field("kind");
            if (field.isEmpty()) {
                problems.add(new PolicyProblem(file, document.place(), "", "field \"kind\" is missing"));
                return Optional.empty();
            }
            String name = field.get().value().asText();
            Optional<PolicySchemas.Kind> kind = Stream.of(PolicySchemas.Kind.values())
                    .filter(k -> k.kindName().equals(name))
                    .findAny();
            if (kind.isEmpty()) {
                problems.add(new PolicyProblem(
                        file,
                        field.get().place(),
                        "kind",
                        Quoted.of(name) + " is not one of " + String.join(", ", KINDS)
                                + Suggestion.forWord(name, KINDS)));
            }
            return kind;
        }

        private static String name(Located document) {
            return document.value().path("metadata").path("name").asText();
        }

        private void checkName(PolicySchemas.Kind kind, Located document, String file, List<PolicyProblem> found) {
            Located name =
                    document.field("metadata").flatMap(m -> m.field("name")).orElse(document);
            String text = name.value().asText();
            String first = names.putIfAbsent(kind.kindName() + "/" + text, file + ":" + name.place());
            if (first != null) {
                found.add(new PolicyProblem(
                        file,
                        name.place(),
                        "metadata.name",
                        "there is another " + kind.kindName() + " named " + Quoted.of(text) + " in " + first));
            }
        }

        private List<JsonNode> contents() {
            return documents.stream().map(document -> document.tree().value()).toList();
        }

        PolicyReading reading(String origin) {
            if (problems.isEmpty() && policies.isEmpty()) {
                // An empty directory is a mount that is not there yet, or a typing error: to enforce nothing in silence
                // would be to fail open.
                problems.add(new PolicyProblem(
                        origin,
                        Place.START,
                        "",
                        anyDocument ? "holds grants, but no AppArmorPolicy" : "holds no AppArmorPolicy"));
            }
            if (problems.size() > MOST_PROBLEMS) {
                int more = problems.size() - MOST_PROBLEMS;
                problems.subList(MOST_PROBLEMS, problems.size()).clear();
                PolicyProblem last = problems.get(MOST_PROBLEMS - 1);
                problems.add(new PolicyProblem(last.file(), last.place(), "", "and " + more + " more problems"));
            }
            return problems.isEmpty()
                    ? new PolicyReading.Accepted(PolicySet.of(policies, grants, ContentHash.of(contents())), documents)
                    : new PolicyReading.Refused(problems);
        }
    }
}
