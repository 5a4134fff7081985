package dev.apparmoradmission.policytest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.command.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a case of a policy test may say, and what is refused. */
class CaseFormatTest extends CaseDirectory {

    @Test
    void a_case_has_an_instant_and_a_world_of_its_own_where_it_says_so() throws IOException {
        String excused = "{allowed: true, findings: [{rule: unconfined, action: Warn, container: perf, grant: perf}]}";
        String denied = "{allowed: false, findings: [{rule: unconfined, action: Enforce, container: perf},"
                + " {rule: exception-invalid, action: Enforce, container: perf, messageContains: expired}]}";
        String localhost = "{type: Localhost, localhostProfile: k8s-new}";
        Path file = test(
                "a.test.yaml",
                pod(
                        "the grant holds through its last day",
                        "{type: Unconfined}",
                        "perf",
                        excused,
                        "now: \"2027-03-01T23:59:59Z\""),
                pod("and no longer", "{type: Unconfined}", "perf", denied, "now: \"2027-03-02T00:00:00Z\""),
                pod(
                        "another inventory",
                        localhost,
                        "app",
                        "{allowed: true, patch: some}",
                        "inventory: [{data: {n1: k8s-new (enforce)}}]"),
                pod(
                        "other nodes",
                        localhost,
                        "app",
                        "{allowed: true, patch: some, findings: [{rule: no-eligible-node, action: Warn, container: app}]}",
                        "nodes: [{metadata: {name: n9}}]"),
                pod(
                        "a namespace without the label",
                        "{type: Unconfined}",
                        "app",
                        "{allowed: true}",
                        "namespaces: [{metadata: {name: shop}}]"));

        CommandRun run = run("", file.toString());

        assertThat(run.out()).contains("5 cases: ");
        assertThat(run.out())
                .as(run.toString())
                .contains("OK     " + file + ":12", "another inventory\n")
                .doesNotContain("untouched");
        assertThat(run.out().lines().filter(line -> line.startsWith("OK")))
                .as(run.out())
                .hasSize(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "now: \"2026-02-30T00:00:00Z\"|spec.cases[0].now: \"2026-02-30T00:00:00Z\" is no instant of the calendar",
                "nodes: [{metadata: {}}]|spec.cases[0].nodes[0]: a Node without metadata.name",
                "inventory: [{data: {n1: k8s-web}}]|spec.cases[0].inventory[0]: inventory ConfigMap",
                "operation: UPDATE|spec.cases[0]: field \"oldWorkload\" is missing",
                "subresource: ephemeralcontainers|spec.cases[0].subresource: has no meaning here",
                "{operation: UPDATE, oldWorkload: {apiVersion: v1, kind: Node, metadata: {}}}|spec.cases[0].oldWorkload: is not a Pod",
            })
    void what_makes_no_sense_in_a_case_is_told_with_its_place(String more, String problem) throws IOException {
        String fields = more.startsWith("{")
                ? "operation: UPDATE\noldWorkload: {apiVersion: v1, kind: Node, metadata: {}}"
                : more;
        Path file = test("a.test.yaml", unconfined("it cannot be", DENIED, fields.split("\n")));

        CommandRun run = run("", file.toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith(file + ":").contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{apiVersion: v1, kind: ConfigMap, metadata: {}}||spec.cases[0].workload: kind \"ConfigMap\" of \"v1\" makes no pods",
                "{apiVersion: apps/v1, kind: Deployment, metadata: {}, spec: {template: {}}}|operation: CREATE|spec.cases[0].operation: has no meaning here",
                "{apiVersion: apps/v1, kind: Deployment, metadata: {}, spec: {template: {}}}|user: {username: me}|spec.cases[0].user: has no meaning here",
            })
    void what_cannot_be_judged_as_the_case_says_is_refused(String workload, String more, String problem)
            throws IOException {
        Path file = test(
                "a.test.yaml",
                "- name: it cannot be\n  workload: " + workload + "\n" + (more == null ? "" : "  " + more + "\n")
                        + "  expect: {allowed: true}\n");

        assertThat(run("", file.toString()).err()).startsWith(file + ":").contains(problem);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{allowed: false, finding: []}|unknown field; did you mean findings?",
                "{allowed: false, containers: []}|an empty list",
                "{allowed: false, containers: [{name: app}]}|says nothing besides the name",
                "{allowed: false, findings: [{rule: unconfined, container: app}]}|field \"action\" is missing",
                "{findings: []}|field \"allowed\" is missing",
            })
    void an_expectation_that_cannot_be_wrong_does_not_exist(String expect, String problem) throws IOException {
        Path file = test("a.test.yaml", unconfined("it expects nothing", expect));

        CommandRun run = run("", file.toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("spec.cases[0].expect").contains(problem);
    }

    @Test
    void two_cases_of_one_name_are_an_error() throws IOException {
        Path file = test("a.test.yaml", unconfined("twice", DENIED), unconfined("twice", DENIED));

        assertThat(run("", file.toString()).err())
                .contains(file + ":21:", "spec.cases[1].name: there is another case of this name at 12:");
    }

    @Test
    void policies_that_are_refused_are_told_with_their_own_places() throws IOException {
        Path file = test("a.test.yaml", unconfined("it cannot be judged", DENIED));
        Files.writeString(directory.resolve("mine.yaml"), POLICIES.replace("Steer", "Stear"));

        CommandRun run = run("", file.toString());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith(directory.resolve("mine.yaml") + ":7:").contains("\"Stear\" is not one of");
    }

    @Test
    void a_pod_that_no_api_server_would_take_is_judged_as_the_webhook_judges_it() throws IOException {
        Path file = test("a.test.yaml", """
                - name: containers that are no list
                  workload: {apiVersion: v1, kind: Pod, metadata: {namespace: shop}, spec: {containers: none}}
                  expect:
                    allowed: false
                    patch: none
                    findings: [{rule: profile-invalid, action: Enforce, container: "", messageContains: spec.containers}]
                """);

        assertThat(run("", file.toString()).out()).startsWith("OK     ");
    }
}
