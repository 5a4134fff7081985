package dev.apparmoradmission.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.decision.Decision;
import dev.apparmoradmission.decision.Operation;
import dev.apparmoradmission.decision.Requester;
import dev.apparmoradmission.decision.Snapshot;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.policytest.CaseResult;
import dev.apparmoradmission.policytest.Difference;
import dev.apparmoradmission.policytest.PolicyCase;
import dev.apparmoradmission.wire.PolicyReading;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The policies that we ship do what their tests beside them say. */
class ShippedPoliciesTest {

    static final Path POLICIES = Path.of("policies");

    @TestFactory
    Stream<DynamicNode> every_case_beside_a_policy_comes_out_as_written() throws Exception {
        List<DynamicNode> containers = new ArrayList<>();
        for (Path file : files(".test.yaml")) {
            containers.add(dynamicContainer(
                    POLICIES.relativize(file).toString(),
                    ShippedCases.of(file).stream().map(test -> dynamicTest(test.name(), () -> run(test)))));
        }
        return containers.stream();
    }

    @Test
    void every_policy_and_grant_has_cases_beside_it() throws IOException {
        for (Path file : files(".yaml")) {
            String name = file.getFileName().toString();
            if (!name.endsWith(".test.yaml")) {
                assertThat(file.resolveSibling(name.replace(".yaml", ".test.yaml")))
                        .exists();
            }
        }
    }

    @Test
    void the_directory_loads_as_one_set() {
        PolicySet set = all();
        assertThat(set.policies())
                .extracting(AppArmorPolicy::name)
                .containsExactly("audit-first", "baseline", "kube-system-careful", "restricted");
        assertThat(set.grants()).containsOnlyKeys("node-exporter");
    }

    @Test
    void the_directory_as_a_whole_allows_what_restricted_and_careful_allow() throws Exception {
        PolicySet whole = all();
        PolicySet two = read(POLICIES.resolve("restricted.yaml"), POLICIES.resolve("kube-system-careful.yaml"));
        int compared = 0;
        for (Path file : files(".test.yaml")) {
            for (PolicyCase test : ShippedCases.of(file)) {
                PolicyCase.Outcome expected = test.run(under(two, test));
                PolicyCase.Outcome actual = test.run(under(whole, test));
                assertThat(actual.decision().allowed())
                        .as(test.name())
                        .isEqualTo(expected.decision().allowed());
                assertThat(actual.patch()).as(test.name()).isEqualTo(expected.patch());
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(60);
    }

    @Test
    void the_first_line_of_each_file_leads_an_editor_to_its_schema() throws IOException {
        for (Path file : files(".yaml")) {
            String first = Files.readAllLines(file).get(0);
            assertThat(first).startsWith("# yaml-language-server: $schema=");
            Path schema = file.resolveSibling(first.substring(first.indexOf('=') + 1));
            String kind = schema.getFileName().toString().replace(".schema.json", "");
            assertThat(schema).exists();
            assertThat(Files.readString(file)).contains("\nkind: " + kind + "\n");
        }
    }

    private static Snapshot under(PolicySet policies, PolicyCase test) {
        return new Snapshot(policies, test.snapshot().nodes(), test.snapshot().namespaces(), false);
    }

    private static void run(PolicyCase test) {
        CaseResult result = CaseResult.of(test);
        assertThat(result.differences()).extracting(Difference::text).isEmpty();
        boolean byAnybody = test.operation().requester().equals(Requester.ANYONE);
        if (test.operation() instanceof Operation.Review || test.operation() instanceof Operation.Create && byAnybody) {
            assertThat(said(test.review()))
                    .as("check says the same as the webhook")
                    .isEqualTo(said(result.outcome().decision()));
        }
    }

    private static List<String> said(Decision decision) {
        return decision.findings().stream()
                .map(f -> f.action().policyName() + " " + f.rule().id() + " " + f.container())
                .toList();
    }

    private static PolicySet all() {
        return read(POLICIES);
    }

    static PolicySet read(Path... paths) {
        PolicyReading reading = new PolicyDirectories(List.of(paths)).read();
        assertThat(reading).isInstanceOf(PolicyReading.Accepted.class);
        return ((PolicyReading.Accepted) reading).set();
    }

    private static List<Path> files(String suffix) throws IOException {
        Set<Path> found = new HashSet<>();
        try (Stream<Path> walk = Files.walk(POLICIES)) {
            walk.filter(path -> path.toString().endsWith(suffix) && !path.endsWith("kustomization.yaml"))
                    .forEach(found::add);
        }
        assertThat(found).isNotEmpty();
        return found.stream().sorted().toList();
    }
}
