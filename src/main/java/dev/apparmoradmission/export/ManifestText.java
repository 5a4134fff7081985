package dev.apparmoradmission.export;

import dev.apparmoradmission.export.AdmissionPolicy.Judges;
import dev.apparmoradmission.export.AdmissionPolicy.Named;
import dev.apparmoradmission.export.AdmissionPolicy.Patches;
import dev.apparmoradmission.export.AdmissionPolicy.Validation;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.LabelSelector;
import dev.apparmoradmission.policy.LabelSelector.Expression;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Admission policies as YAML, meant to be read in a review: expressions as blocks, the same text for the same policies. */
final class ManifestText {

    /** Lets the backstop be found, replaced and removed as a whole. */
    static final String COMPONENT = "app.kubernetes.io/component: backstop";

    private static final String API = "admissionregistration.k8s.io/";

    private final StringBuilder text = new StringBuilder();
    private final String hash;
    private boolean first = true;

    /** @param hash the content hash of the policies */
    ManifestText(String hash) {
        this.hash = hash;
    }

    /** A comment; empty lines stay empty. */
    void comment(String line) {
        text.append(line.isEmpty() ? "#" : "# " + line).append('\n');
    }

    /** A policy and its binding. */
    void add(AdmissionPolicy policy) {
        String prefix = policy.work() instanceof Patches ? "Mutating" : "Validating";
        String version = policy.work() instanceof Patches patches ? patches.apiVersion() : "v1";
        separator();
        policy.comments().forEach(this::comment);
        head(version, prefix + "AdmissionPolicy", policy.name());
        // What cannot be evaluated could be anything: where a rule would deny, it is denied, not let in.
        boolean only = policy.work() instanceof Judges judges && judges.action() != Action.ENFORCE;
        line(1, "failurePolicy: " + (only ? "Ignore" : "Fail"));
        if (policy.work() instanceof Patches) {
            line(1, "reinvocationPolicy: IfNeeded");
        }
        constraints(policy);
        named("matchConditions", policy.conditions());
        named("variables", policy.variables());
        if (policy.work() instanceof Judges judges) {
            line(1, "validations:");
            judges.validations().forEach(this::validation);
        } else if (policy.work() instanceof Patches patches) {
            line(1, "mutations:");
            line(2, "- patchType: JSONPatch");
            line(3, "jsonPatch:");
            block(4, "expression", patches.expression());
        }
        separator();
        head(version, prefix + "AdmissionPolicyBinding", policy.name());
        line(1, "policyName: " + policy.name());
        if (policy.work() instanceof Judges judges) {
            line(1, "validationActions: " + actions(judges.action()));
        }
    }

    private static String actions(Action action) {
        return switch (action) {
            case ENFORCE -> "[Deny, Audit]";
            case WARN -> "[Warn, Audit]";
            case AUDIT, IGNORE -> "[Audit]";
        };
    }

    private void separator() {
        if (!first) {
            text.append("---\n");
        }
        first = false;
    }

    private void head(String version, String kind, String name) {
        line(0, "apiVersion: " + API + version);
        line(0, "kind: " + kind);
        line(0, "metadata:");
        line(1, "name: " + name);
        line(1, "labels:");
        line(2, "app.kubernetes.io/name: apparmor-admission");
        line(2, COMPONENT);
        line(1, "annotations:");
        line(2, "apparmor-admission.dev/policy-hash: " + quoted(hash));
        line(0, "spec:");
    }

    private void constraints(AdmissionPolicy policy) {
        line(1, "matchConstraints:");
        line(2, "resourceRules:");
        for (Target.ResourceRule rule : policy.target().rules()) {
            line(3, "- apiGroups: [" + quoted(rule.group()) + "]");
            line(4, "apiVersions: [v1]");
            line(4, "operations: [" + String.join(", ", rule.operations()) + "]");
            line(4, "resources: [" + String.join(", ", rule.resources()) + "]");
            line(4, "scope: Namespaced");
        }
        selector(policy.scope().selector());
    }

    private void selector(LabelSelector selector) {
        if (selector.isEverything()) {
            return;
        }
        line(2, "namespaceSelector:");
        if (!selector.matchLabels().isEmpty()) {
            line(3, "matchLabels:");
            new TreeMap<>(selector.matchLabels()).forEach((key, value) -> line(4, quoted(key) + ": " + quoted(value)));
        }
        if (!selector.matchExpressions().isEmpty()) {
            line(3, "matchExpressions:");
            for (Expression expression : selector.matchExpressions()) {
                line(4, "- key: " + quoted(expression.key()));
                line(5, "operator: " + operator(expression.operator()));
                if (!expression.values().isEmpty()) {
                    line(
                            5,
                            "values: "
                                    + expression.values().stream()
                                            .sorted()
                                            .map(ManifestText::quoted)
                                            .collect(Collectors.joining(", ", "[", "]")));
                }
            }
        }
    }

    private static String operator(LabelSelector.Operator operator) {
        return switch (operator) {
            case IN -> "In";
            case NOT_IN -> "NotIn";
            case EXISTS -> "Exists";
            case DOES_NOT_EXIST -> "DoesNotExist";
        };
    }

    private void named(String field, List<Named> all) {
        if (!all.isEmpty()) {
            line(1, field + ":");
            for (Named one : all) {
                line(2, "- name: " + one.name());
                block(3, "expression", one.expression());
            }
        }
    }

    private void validation(Validation validation) {
        line(2, "- reason: Forbidden");
        block(3, "expression", validation.expression());
        line(3, "message: " + quoted(validation.message()));
        validation.messageExpression().ifPresent(expression -> block(3, "messageExpression", expression));
    }

    /** A literal block: nothing in it is special, and {@link Cel} leaves only printable ASCII. */
    private void block(int depth, String field, String value) {
        line(depth, field + ": |-");
        value.lines().forEach(one -> line(depth + 1, one));
    }

    private void line(int depth, String content) {
        text.append("  ".repeat(depth)).append(content).append('\n');
    }

    /** A scalar in double quotes, as JSON and YAML both read it. */
    private static String quoted(String value) {
        StringBuilder out = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7f) {
                out.append(c);
            } else {
                out.append(String.format("\\u%04x", (int) c));
            }
        }
        return out.append('"').toString();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
