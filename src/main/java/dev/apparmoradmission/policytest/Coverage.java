package dev.apparmoradmission.policytest;

import dev.apparmoradmission.decision.AcceptedException;
import dev.apparmoradmission.decision.Finding;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.wire.PolicyDocument;
import dev.apparmoradmission.wire.PolicySchemas.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which policies and grants the cases touch: a policy where it holds for the workload of a case, a grant where one is excused
 * by it. What is written out in a test is no policy of anybody's.
 */
final class Coverage {

    private final Map<String, PolicyDocument> loaded = new TreeMap<>();
    private final Set<String> touched = new HashSet<>();
    private final Set<String> files = new TreeSet<>();

    /** Takes a policy file that stands below the paths of the command. */
    void file(String file) {
        files.add(normal(file));
    }

    /** Takes a case and what came of it. */
    void add(CaseResult result) {
        PolicyCase test = result.test();
        Set<String> names = new HashSet<>();
        result.outcome().decision().policies().forEach(name -> names.add(key(Kind.POLICY, name)));
        result.outcome().decision().findings().stream()
                .map(Finding::exception)
                .flatMap(Optional::stream)
                .map(AcceptedException::grant)
                .flatMap(Optional::stream)
                .forEach(name -> names.add(key(Kind.EXCEPTION, name)));
        for (PolicyDocument document : test.policies().documents()) {
            if (!document.file().equals(test.file())) {
                String key = normal(document.file()) + " " + key(document.kind(), document.name());
                loaded.putIfAbsent(key, document);
                if (names.contains(key(document.kind(), document.name()))) {
                    touched.add(key);
                }
            }
        }
    }

    /** What no case touches, a line each. */
    List<String> untouched() {
        List<String> lines = new ArrayList<>();
        Set<String> named = new HashSet<>();
        loaded.forEach((key, document) -> {
            named.add(normal(document.file()));
            if (!touched.contains(key)) {
                lines.add((document.kind() == Kind.POLICY ? "policy " : "grant ") + Printable.of(document.name()) + " ("
                        + Printable.of(document.file()) + ")");
            }
        });
        files.stream()
                .filter(file -> !named.contains(file))
                .forEach(file -> lines.add(Printable.of(file) + ", which no test names"));
        return lines;
    }

    private static String key(Kind kind, String name) {
        return kind.kindName() + "/" + name;
    }

    private static String normal(String file) {
        return Path.of(file).normalize().toString();
    }
}
