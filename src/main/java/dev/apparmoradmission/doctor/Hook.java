package dev.apparmoradmission.doctor;

import dev.apparmoradmission.policy.LabelSelector;
import dev.apparmoradmission.policy.LabelSelector.Expression;
import dev.apparmoradmission.policy.LabelSelector.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One webhook of a webhook configuration (admissionregistration.k8s.io/v1).
 *
 * @param kind the configuration's kind
 * @param configuration the configuration's name
 * @param index its place there
 * @param webhook what is said of it
 */
record Hook(String kind, String configuration, int index, ApiObject webhook) {

    /** What the API server takes where no timeout is given, in seconds. */
    private static final int USUAL_TIMEOUT = 10;

    private static final int USUAL_PORT = 443;

    /** Requests of one kind: what RBAC would call a verb and a resource. */
    record Request(String group, String version, String resource, String operation) implements Comparable<Request> {
        String words() {
            return operation + " of " + resource + (group.isEmpty() ? "" : "." + group);
        }

        @Override
        public int compareTo(Request other) {
            return words().compareTo(other.words());
        }
    }

    /** The webhooks of a configuration. */
    static List<Hook> of(ApiObject configuration) {
        List<Hook> hooks = new ArrayList<>();
        for (ApiObject webhook : configuration.items("/webhooks")) {
            hooks.add(new Hook(configuration.text("/kind"), configuration.name(), hooks.size(), webhook));
        }
        return hooks;
    }

    String name() {
        return webhook.text("/name");
    }

    /** For a person. */
    String subject() {
        return kind + " " + configuration + ", webhook " + name();
    }

    boolean isMutating() {
        return kind.startsWith("Mutating");
    }

    /** What is not judged without it. */
    String what() {
        return switch (name().substring(0, Math.max(0, name().indexOf('.')))) {
            case "templates" -> "Deployments and other templates";
            case "bindings" -> "Bindings with AppArmor annotations";
            default -> "every pod";
        };
    }

    boolean isFailing() {
        return !webhook.text("/failurePolicy").equals("Ignore");
    }

    /** How long the API server waits, in seconds. */
    int timeout() {
        return webhook.number("/timeoutSeconds", USUAL_TIMEOUT);
    }

    /** {@code NAMESPACE/NAME:PORT/PATH} of the Service, or the URL. */
    String address() {
        if (webhook.has("/clientConfig/url")) {
            return webhook.text("/clientConfig/url");
        }
        ApiObject service = webhook.at("/clientConfig/service");
        return service.text("/namespace") + "/" + service.text("/name") + ":" + service.number("/port", USUAL_PORT)
                + service.text("/path");
    }

    String serviceName() {
        return webhook.text("/clientConfig/service/name");
    }

    String serviceNamespace() {
        return webhook.text("/clientConfig/service/namespace");
    }

    boolean isOutside() {
        return webhook.has("/clientConfig/url");
    }

    /** What its rules name; wildcards stand as they are. */
    Set<Request> requests() {
        Set<Request> requests = new TreeSet<>();
        for (ApiObject rule : webhook.items("/rules")) {
            if (rule.text("/scope").equals("Cluster")) {
                continue;
            }
            for (String group : rule.list("/apiGroups")) {
                for (String version : rule.list("/apiVersions")) {
                    for (String resource : rule.list("/resources")) {
                        for (String operation : rule.list("/operations")) {
                            requests.add(new Request(group, version, resource, operation));
                        }
                    }
                }
            }
        }
        return requests;
    }

    /** Whether its rules cover that request. */
    boolean covers(Request wanted) {
        return requests().stream().anyMatch(request -> covers(request, wanted));
    }

    /** As the API server matches rules ({@code apiserver/pkg/admission/plugin/webhook/predicates/rules}). */
    static boolean covers(Request rule, Request wanted) {
        return isOrAny(rule.group(), wanted.group())
                && isOrAny(rule.version(), wanted.version())
                && isOrAny(rule.operation(), wanted.operation())
                && coversResource(rule.resource(), wanted.resource());
    }

    private static boolean isOrAny(String rule, String wanted) {
        return rule.equals("*") || rule.equals(wanted);
    }

    private static boolean coversResource(String rule, String wanted) {
        int slash = wanted.indexOf('/');
        return rule.equals("*/*")
                || rule.equals(wanted)
                || slash < 0 && rule.equals("*")
                || slash >= 0
                        && (rule.equals(wanted.substring(0, slash) + "/*")
                                || rule.equals("*" + wanted.substring(slash)));
    }

    /** Names and expressions of its match conditions. */
    Map<String, String> conditions() {
        Map<String, String> conditions = new TreeMap<>();
        webhook.items("/matchConditions")
                .forEach(condition -> conditions.put(
                        condition.text("/name"),
                        condition.text("/expression").strip().replaceAll("\\s+", " ")));
        return conditions;
    }

    /** Of which namespaces it is asked. */
    LabelSelector namespaces() {
        return selector("/namespaceSelector");
    }

    /** Of which objects it is asked. */
    LabelSelector objects() {
        return selector("/objectSelector");
    }

    private LabelSelector selector(String pointer) {
        ApiObject selector = webhook.at(pointer);
        List<Expression> expressions = new ArrayList<>();
        for (ApiObject expression : selector.items("/matchExpressions")) {
            operator(expression.text("/operator"))
                    .ifPresent(operator -> expressions.add(
                            new Expression(expression.text("/key"), operator, expression.list("/values"))));
        }
        return new LabelSelector(selector.texts("/matchLabels"), expressions);
    }

    private static Optional<Operator> operator(String word) {
        return switch (word) {
            case "In" -> Optional.of(Operator.IN);
            case "NotIn" -> Optional.of(Operator.NOT_IN);
            case "Exists" -> Optional.of(Operator.EXISTS);
            case "DoesNotExist" -> Optional.of(Operator.DOES_NOT_EXIST);
            // The API server takes no other.
            default -> Optional.empty();
        };
    }
}
