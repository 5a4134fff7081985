package dev.apparmoradmission.e2e.backstop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Policies to compare under: those that ship, by their names, and two that use what these leave out. */
final class ComparedPolicies {
    private static final String NARROW = """
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorPolicy
            metadata: {name: narrow}
            spec:
              mode: Enforce
              match:
                namespaces: ["backstop-*", other]
                excludeNamespaces: ["*-system"]
                namespaceSelector: {matchLabels: {team: a}, matchExpressions: [{key: none, operator: DoesNotExist}]}
                runtimeClassesNotApplicable: [kata]
              defaultProfile: {type: None}
              rules:
                profile-missing: Enforce
                privileged: Enforce
              localhost:
                allowed: ["k8s-*", "my?prof", "a.b+c", "a'b*", "\\u00e9*"]
              exceptions:
                source: Annotation
                require: [reason, owner]
                controls: [SeccompProfile, DropAllCapabilities]
              templates: Enforce
            """;
    private static final String GRANTED = """
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorPolicy
            metadata: {name: granted}
            spec:
              mode: Enforce
              defaultProfile: {type: None}
              rules:
                privileged: Enforce
              exceptions:
                source: Grant
                require: [reason, owner]
                maxDays: 60
                controls: [NoPrivilegeEscalation]
              templates: Enforce
            """;
    private static final String GRANTS = """
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorException
            metadata: {name: node-exporter}
            spec:
              namespaces: ["backstop-*"]
              podSelector:
                matchLabels: {app: node-exporter}
                matchExpressions: [{key: app, operator: In, values: [node-exporter, x]}, {key: none, operator: NotIn, values: [other]}]
              serviceAccounts: [default]
              containers: ["c*"]
              images: ["quay.io/prometheus/node-exporter@sha256:*"]
              permits: [unconfined]
              reason: reads host /proc
              owner: team-observability
              ticket: SEC-123
              expires: "SOON"
              controls: [ReadOnlyRootFilesystem]
            ---
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorException
            metadata: {name: raw-sockets}
            spec:
              namespaces: ["*"]
              containers: ["*"]
              permits: [unconfined, privileged]
              reason: needs raw sockets
              owner: team-network
              expires: "SOONT12:00:00Z"
            ---
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorException
            metadata: {name: over}
            spec: {namespaces: ["*"], containers: ["*"], permits: [unconfined, privileged], reason: once upon a time, owner: a, expires: "PAST"}
            ---
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorException
            metadata: {name: too-long}
            spec: {namespaces: ["*"], containers: ["*"], permits: [unconfined, privileged], reason: for a long time, owner: a, expires: "LATE"}
            ---
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorException
            metadata: {name: first-containers}
            spec:
              namespaces: ["*"]
              containers: [i0, "?0"]
              permits: [unconfined, privileged]
              claim: NotRequired
              reason: runs as non-root
              owner: team-network
              controls: [RunAsNonRoot]
            """;

    private ComparedPolicies() {}

    /** The files of that name. */
    static List<Path> named(String policy, Path shipped, Path directory) throws IOException {
        return switch (policy) {
            case "narrow" -> List.of(Files.writeString(directory.resolve("narrow.yaml"), NARROW));
            case "granted" ->
                List.of(
                        Files.writeString(directory.resolve("granted.yaml"), GRANTED),
                        Files.writeString(
                                directory.resolve("grants.yaml"),
                                GRANTS.replace("SOON", GeneratedObjects.day(30))
                                        .replace("PAST", GeneratedObjects.day(-1))
                                        .replace("LATE", GeneratedObjects.day(90))));
            default -> List.of(shipped.resolve(policy + ".yaml"));
        };
    }

    /** The same with every rule a warning, so that each finding shows. */
    static List<Path> warning(List<Path> asTheyAre, Path directory) throws IOException {
        List<Path> warning = new ArrayList<>();
        for (Path file : asTheyAre) {
            Path copy = directory.resolve("warning-" + file.getFileName());
            warning.add(Files.writeString(
                    copy,
                    Files.readString(file)
                            .replaceAll("(?m)^  mode: \\w+", "  mode: Warn")
                            .replaceAll("(?m)^    (privileged|profile-missing|unconfined): \\w+", "    $1: Enforce")));
        }
        return warning;
    }
}
