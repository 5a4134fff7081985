package dev.apparmoradmission.policytest;

import dev.apparmoradmission.command.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A directory with a policy and a grant, in which a test writes cases and runs them. */
abstract class CaseDirectory {

    static final String POLICIES = """
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorPolicy
            metadata: {name: mine}
            spec:
              match: {namespaces: [shop], namespaceSelector: {matchLabels: {confined: "yes"}}}
              exceptions: {source: Grant}
              localhost: {allowed: ["k8s-*"], placement: Steer}
            ---
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorException
            metadata: {name: perf}
            spec:
              namespaces: [shop]
              containers: [perf]
              permits: [unconfined]
              claim: NotRequired
              reason: needs ptrace on its neighbours
              expires: "2027-03-01"
            """;

    static final String HEAD = """
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorPolicyTest
            metadata: {name: mine}
            spec:
              policies: [mine.yaml]
              now: "2026-11-22T19:00:00Z"
              inventory:
              - data: {n1: "k8s-web (enforce)\\nk8s-learn (complain)\\n", n2: "k8s-web (enforce)\\n"}
              namespaces:
              - metadata: {name: shop, labels: {confined: "yes"}}
              cases:
            """;

    @TempDir
    Path directory;

    static CommandRun run(String in, String... arguments) {
        return CommandRun.of(TestCommand::run, in, CommandRun.NOW, List.of(arguments));
    }

    @BeforeEach
    void writePolicies() throws IOException {
        Files.writeString(directory.resolve("mine.yaml"), POLICIES);
    }

    Path test(String name, String... cases) throws IOException {
        return Files.writeString(
                directory.resolve(name), HEAD + String.join("", cases).indent(2));
    }

    /** A case of a pod with one container, {@code app} or {@code perf}, of that profile. */
    static String pod(String name, String profile, String container, String expect, String... more) {
        return """
                - name: %s
                  workload:
                    apiVersion: v1
                    kind: Pod
                    metadata: {namespace: shop, name: web}
                    spec:
                      containers:
                      - {name: %s, image: nginx, securityContext: {appArmorProfile: %s}}
                %s  expect: %s
                """.formatted(name, container, profile, String.join("\n", more).indent(2), expect);
    }

    static String unconfined(String name, String expect, String... more) {
        return pod(name, "{type: Unconfined}", "app", expect, more);
    }

    static final String DENIED = "{allowed: false, findings: [{rule: unconfined, action: Enforce, container: app}]}";
}
