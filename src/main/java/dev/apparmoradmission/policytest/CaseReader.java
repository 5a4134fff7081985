package dev.apparmoradmission.policytest;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.decision.Requester;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.wire.Document;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.wire.Located;
import dev.apparmoradmission.wire.MalformedDocumentException;
import dev.apparmoradmission.wire.ManifestObject;
import dev.apparmoradmission.wire.Place;
import dev.apparmoradmission.wire.PolicyProblem;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.PolicySchemas;
import dev.apparmoradmission.wire.UnreadableWorkloadException;
import dev.apparmoradmission.workload.Workload;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads files of kind AppArmorPolicyTest: all cases of a file or, with every problem named, none. */
public final class CaseReader {

    private final PolicySchemas schemas = new PolicySchemas();

    /**
     * Reads a file.
     *
     * @param content what it holds
     * @param directory what the policies that it names are relative to
     * @param name how messages call it
     */
    public CaseFile read(byte[] content, Path directory, String name) {
        Draft draft = new Draft(directory, name);
        try {
            Documents documents = Documents.of(content, DocumentLimits.POLICIES);
            for (Optional<Document> document = documents.next(); document.isPresent(); document = documents.next()) {
                draft.add(document.get().tree());
            }
            if (draft.documents == 0) {
                draft.problem(Place.START, "", "holds no AppArmorPolicyTest");
            }
        } catch (MalformedDocumentException e) {
            draft.problem(e.place(), "", e.problem());
        }
        return new CaseFile(draft.problems.isEmpty() ? draft.cases : List.of(), draft.problems);
    }

    private final class Draft {

        private final Path directory;
        private final String file;
        private final List<PolicyCase> cases = new ArrayList<>();
        private final List<PolicyProblem> problems = new ArrayList<>();

        /** Names of cases to where the first of that name stands. */
        private final Map<String, Place> names = new HashMap<>();

        private int documents;

        Draft(Path directory, String file) {
            this.directory = directory;
            this.file = file;
        }

        void problem(Place place, String field, String problem) {
            problems.add(new PolicyProblem(file, place, field, problem));
        }

        void add(Located document) {
            documents++;
            List<PolicyProblem> found = schemas.problems(PolicySchemas.Kind.TEST, document, file);
            problems.addAll(found);
            if (found.isEmpty()) {
                Located spec = document.field("spec").orElseThrow();
                World world = World.UNKNOWN.with(spec, "spec", this::problem);
                Optional<Instant> now = instant(spec, "spec");
                policies(spec).ifPresent(policies -> cases(spec, policies, world, now));
            }
        }

        private Optional<PolicyReading.Accepted> policies(Located spec) {
            List<Path> paths = new ArrayList<>();
            for (Located path : items(spec, "policies")) {
                try {
                    paths.add(directory.resolve(path.value().asText()));
                } catch (InvalidPathException e) {
                    problem(path.place(), "spec.policies", "not a path: " + e.getReason());
                    return Optional.empty();
                }
            }
            PolicyReading reading = new PolicyDirectories(paths).readWith(items(spec, "documents"), file);
            if (reading instanceof PolicyReading.Refused refused) {
                problems.addAll(refused.problems());
            }
            return reading instanceof PolicyReading.Accepted accepted ? Optional.of(accepted) : Optional.empty();
        }

        private void cases(Located spec, PolicyReading.Accepted policies, World world, Optional<Instant> now) {
            int number = 0;
            for (Located one : items(spec, "cases")) {
                String path = "spec.cases[" + number++ + "]";
                String name = one.value().path("name").asText();
                Place first = names.putIfAbsent(name, one.place());
                if (first != null) {
                    problem(one.place(), path + ".name", "there is another case of this name at " + first);
                }
                World own = world.with(one, path, this::problem);
                Optional<Instant> instant = one.field("now").isPresent() ? instant(one, path) : now;
                Optional<Operation> operation = operation(one, path);
                if (operation.isPresent() && instant.isPresent()) {
                    cases.add(new PolicyCase(
                            file,
                            one.place(),
                            name,
                            one.value().path("workload"),
                            operation.get(),
                            policies,
                            new Snapshot(policies.set(), own.clusterNodes(), own.knownNamespaces(), false),
                            instant.get(),
                            Expectation.of(one.value().path("expect"))));
                }
            }
        }

        private Optional<Instant> instant(Located holder, String path) {
            Located now = holder.field("now").orElseThrow();
            try {
                return Optional.of(OffsetDateTime.parse(now.value().asText()).toInstant());
            } catch (DateTimeParseException e) {
                problem(now.place(), path + ".now", Quoted.of(now.value().asText()) + " is no instant of the calendar");
                return Optional.empty();
            }
        }

        /** What is done to the workload; empty where that makes no sense, which is told. */
        private Optional<Operation> operation(Located one, String path) {
            Located manifest = one.field("workload").orElseThrow();
            ManifestObject object = PolicyCase.object(manifest.value());
            if (!makesPods(object)) {
                problem(
                        manifest.place(),
                        path + ".workload",
                        "kind " + Quoted.of(object.kind()) + " of " + Quoted.of(object.apiVersion())
                                + " makes no pods: give a Pod, or one of the template kinds");
                return Optional.empty();
            }
            if (object.workloadKind().filter(kind -> kind.isTemplate()).isPresent()) {
                return review(one, path);
            }
            Requester requester = requester(one.value().path("user"));
            if (!one.value().path("operation").asText().equals("UPDATE")) {
                return Optional.of(new Operation.Create(requester));
            }
            return stored(one, path)
                    .map(stored -> one.field("subresource").isPresent()
                            ? new Operation.AddEphemeralContainers(requester, stored)
                            : new Operation.Update(requester, stored));
        }

        private boolean makesPods(ManifestObject object) {
            try {
                return PolicyCase.workload(object).isPresent();
            } catch (UnreadableWorkloadException e) {
                // It is judged as one that cannot be read.
                return true;
            }
        }

        /** A template is judged by the pods that it makes; an operation that is ignored would be an expectation of nothing. */
        private Optional<Operation> review(Located one, String path) {
            boolean sound = true;
            for (String field : List.of("operation", "user")) {
                Optional<Located> given = one.field(field);
                if (given.isPresent()) {
                    problem(
                            given.get().keyPlace(),
                            path + "." + field,
                            "has no meaning here: a template is judged as the pods that will be made from it");
                    sound = false;
                }
            }
            return sound ? Optional.of(Operation.Review.SHARED) : Optional.empty();
        }

        private Optional<Workload> stored(Located one, String path) {
            Located manifest = one.field("oldWorkload").orElseThrow();
            ManifestObject object = PolicyCase.object(manifest.value());
            String problem;
            try {
                Optional<Workload> stored = PolicyCase.workload(object)
                        .filter(workload -> !workload.kind().isTemplate());
                if (stored.isPresent()) {
                    return stored;
                }
                problem = "is not a Pod";
            } catch (UnreadableWorkloadException e) {
                problem = "no API server stores this: " + e.path() + " " + e.problem();
            }
            problem(manifest.place(), path + ".oldWorkload", problem);
            return Optional.empty();
        }
    }

    private static Requester requester(JsonNode user) {
        Set<String> groups = new HashSet<>();
        user.path("groups").forEach(group -> groups.add(group.asText()));
        return new Requester(user.path("username").asText(), groups);
    }

    static List<Located> items(Located holder, String field) {
        return holder.field(field).map(Located::items).orElse(List.of());
    }
}
