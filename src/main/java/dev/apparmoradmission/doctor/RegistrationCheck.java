package dev.apparmoradmission.doctor;

import java.util.List;
import java.util.Optional;

/**
 * Whether both configurations are there, each of our webhooks in them, and each leads to our Service and nowhere else. What it
 * is asked about is {@link RuleCheck}'s matter, for which namespaces {@link ScopeCheck}'s.
 */
final class RegistrationCheck implements Check {

    /** The API server takes up to 30 s, but gives up a whole request after 34 (semantics of admission webhooks, v1). */
    private static final int LONGEST_TIMEOUT = 10;

    /** What {@code policy export} puts before the names of its policies. */
    static final String BACKSTOP = "apparmor-admission-backstop-";

    private final Shipped shipped;

    RegistrationCheck(Shipped shipped) {
        this.shipped = shipped;
    }

    @Override
    public Area area() {
        return Area.REGISTRATION;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        present(facts, sheet);
        for (Hook hook : facts.ownHooks()) {
            shipped.hook(hook.name()).ifPresent(ours -> {
                address(facts, hook, ours, sheet);
                failure(facts, hook, sheet);
                reinvocation(facts, hook, ours, sheet);
            });
            if (hook.timeout() > LONGEST_TIMEOUT) {
                sheet.warning(
                        "timeout-too-long",
                        hook.subject(),
                        "the API server waits up to " + hook.timeout()
                                + " s for it; several such waits exceed the 34 s of a"
                                + " request, which then fails without naming the webhook",
                        Fix.set(hook, "timeoutSeconds", String.valueOf(LONGEST_TIMEOUT)));
            }
            if (!hook.webhook().list("/admissionReviewVersions").contains("v1")) {
                sheet.error(
                        "review-version",
                        hook.subject(),
                        "admissionReviewVersions lacks v1, the only version that the webhook answers",
                        Fix.set(hook, "admissionReviewVersions", "[\"v1\"]"));
            }
        }
        strangers(facts, sheet);
    }

    private void present(Facts facts, Sheet.Column sheet) {
        String fix = facts.setup().reinstall();
        for (Source source : List.of(Source.MUTATING, Source.VALIDATING)) {
            if (!facts.isRead(source)) {
                continue;
            }
            boolean mutating = source == Source.MUTATING;
            String kind = mutating ? "MutatingWebhookConfiguration" : "ValidatingWebhookConfiguration";
            Optional<ApiObject> found = facts.object(source, Shipped.NAME);
            if (found.isEmpty()) {
                sheet.error(
                        "configuration-missing",
                        kind + " " + Shipped.NAME,
                        mutating
                                ? "is not there: no pod gets the default profile"
                                : "is not there: the API server asks nobody, and every pod is admitted",
                        fix);
                continue;
            }
            List<String> present = facts.ownHooks().stream().map(Hook::name).toList();
            shipped.hooks().stream()
                    .filter(hook -> hook.isMutating() == mutating)
                    .filter(hook -> !present.contains(hook.name()))
                    .forEach(hook -> sheet.error(
                            "webhook-missing",
                            kind + " " + Shipped.NAME,
                            "lacks the webhook " + hook.name() + ": nobody is asked about "
                                    + Words.list(hook.requests().stream()
                                            .map(Hook.Request::words)
                                            .toList()),
                            fix));
        }
    }

    private static void address(Facts facts, Hook hook, Hook ours, Sheet.Column sheet) {
        if (hook.isOutside()) {
            sheet.note(
                    "webhook-outside",
                    hook.subject(),
                    "leads to " + hook.address() + ", and not to a Service of the cluster",
                    Fix.toService(hook, ours.webhook().json("/clientConfig/service")));
            return;
        }
        if (!hook.address().equals(ours.address())) {
            boolean elsewhere = !hook.serviceNamespace().equals(facts.namespace());
            sheet.error(
                    elsewhere ? "another-namespace" : "wrong-address",
                    hook.subject(),
                    "leads to " + hook.address() + ", not to " + ours.address()
                            + (elsewhere ? ": is the installation in another namespace?" : ": no review arrives"),
                    elsewhere
                            ? "java -jar quarkus-run.jar doctor --namespace " + hook.serviceNamespace()
                            : Fix.set(
                                    hook, "clientConfig/service", ours.webhook().json("/clientConfig/service")));
        }
    }

    private static void failure(Facts facts, Hook hook, Sheet.Column sheet) {
        if (!facts.isRead(Source.DEPLOYMENTS)) {
            // Whether it only records is not known, and so not which of the two is right.
            return;
        }
        boolean records = facts.setup().isDryRun();
        if (!hook.isFailing() && !records) {
            boolean backstop = hasBackstop(facts);
            sheet.add(
                    backstop ? Severity.NOTE : Severity.WARNING,
                    "fails-open",
                    hook.subject(),
                    "failurePolicy is Ignore: while the webhook does not answer, "
                            + (hook.isMutating() ? "pods get no default profile" : hook.what() + " may pass unjudged")
                            + (backstop ? ", and only the backstop holds" : ""),
                    Fix.set(hook, "failurePolicy", "\"Fail\""));
        }
        if (hook.isFailing() && records) {
            sheet.warning(
                    "fails-closed-in-vain",
                    hook.subject(),
                    "failurePolicy is Fail although the webhook only records (dry run): its outage would stop pods that it"
                            + " does not judge",
                    Fix.set(hook, "failurePolicy", "\"Ignore\""));
        }
    }

    /** Whether policies that the API server enforces itself are there, beside those that only narrow who writes what. */
    private static boolean hasBackstop(Facts facts) {
        return facts.objects(Source.ADMISSION_POLICIES).stream()
                .anyMatch(policy -> policy.name().startsWith(BACKSTOP));
    }

    private static void reinvocation(Facts facts, Hook hook, Hook ours, Sheet.Column sheet) {
        if (!hook.isMutating() || !ours.webhook().text("/reinvocationPolicy").equals("IfNeeded")) {
            return;
        }
        if (!hook.webhook().text("/reinvocationPolicy").equals("IfNeeded")) {
            // Mutating webhooks are called in the order of the names of their configurations.
            List<String> later = facts.hooks().stream()
                    .filter(Hook::isMutating)
                    .filter(other -> other.configuration().compareTo(hook.configuration()) > 0)
                    .filter(other -> other.covers(new Hook.Request("", "v1", "pods", "CREATE")))
                    .map(Hook::configuration)
                    .toList();
            sheet.warning(
                    "not-reinvoked",
                    hook.subject(),
                    "reinvocationPolicy is Never: a container that a later webhook adds gets no default profile"
                            + (later.isEmpty() ? "" : " (after it come " + Words.list(later) + ")"),
                    Fix.set(hook, "reinvocationPolicy", "\"IfNeeded\""));
        }
    }

    /** Somebody else's registration of us: a second installation, or what one left behind. */
    private static void strangers(Facts facts, Sheet.Column sheet) {
        for (Hook hook : facts.hooks()) {
            boolean own = hook.configuration().equals(Shipped.NAME);
            boolean ours = hook.name().endsWith(Shipped.SUFFIX)
                    || hook.serviceName().equals(Shipped.NAME)
                            && hook.serviceNamespace().equals(facts.namespace());
            if (!own && ours) {
                sheet.warning(
                        "second-registration",
                        hook.subject(),
                        "leads to " + hook.address() + ": every request is judged twice, or by another installation",
                        "kubectl delete " + hook.kind().toLowerCase(java.util.Locale.ROOT) + " "
                                + hook.configuration());
            }
        }
    }
}
