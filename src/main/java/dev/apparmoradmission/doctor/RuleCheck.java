package dev.apparmoradmission.doctor;

import dev.apparmoradmission.decision.Quoted;
import java.util.List;
import java.util.Map;

/** Whether each webhook is asked about what it ships with: a rule that is missing is a hole, one too many a burden. */
final class RuleCheck implements Check {

    private final Shipped shipped;

    RuleCheck(Shipped shipped) {
        this.shipped = shipped;
    }

    @Override
    public Area area() {
        return Area.REGISTRATION;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        for (Hook hook : facts.ownHooks()) {
            shipped.hook(hook.name()).ifPresent(ours -> {
                rules(hook, ours, sheet);
                conditions(hook, ours, sheet);
            });
            if (hook.webhook().text("/matchPolicy").equals("Exact")) {
                sheet.warning(
                        "match-policy-exact",
                        hook.subject(),
                        "matchPolicy is Exact: what comes by another version of the API is not judged",
                        Fix.set(hook, "matchPolicy", "\"Equivalent\""));
            }
        }
    }

    private static void rules(Hook hook, Hook ours, Sheet.Column sheet) {
        List<Hook.Request> missing = ours.requests().stream()
                .filter(request -> !hook.covers(request))
                .toList();
        if (!missing.isEmpty()) {
            // Templates are judged a second time, as the pods that are made from them.
            boolean early = missing.stream()
                    .noneMatch(request -> request.group().isEmpty()
                            && (request.resource().startsWith("pods")
                                            && !request.resource().equals("podtemplates")
                                    || request.resource().equals("bindings")));
            sheet.add(
                    early ? Severity.WARNING : Severity.ERROR,
                    "rule-missing",
                    hook.subject(),
                    "is not asked about "
                            + Words.list(
                                    missing.stream().map(Hook.Request::words).toList())
                            + consequence(hook, early),
                    Fix.set(hook, "rules", ours.webhook().json("/rules")));
        }
        List<String> more = hook.requests().stream()
                .filter(request -> ours.requests().stream().noneMatch(known -> Hook.covers(known, request)))
                .map(Hook.Request::words)
                .toList();
        if (!more.isEmpty()) {
            sheet.warning(
                    "rule-too-wide",
                    hook.subject(),
                    "is asked about " + Words.list(more)
                            + " too, beyond what it ships with: more of the cluster waits for it",
                    Fix.set(hook, "rules", ours.webhook().json("/rules")));
        }
    }

    private static String consequence(Hook hook, boolean early) {
        if (hook.isMutating()) {
            return ": no default profile is given there";
        }
        return early ? ": what is wrong shows only in the pods" : ": whatever is wrong there gets by";
    }

    private static void conditions(Hook hook, Hook ours, Sheet.Column sheet) {
        Map<String, String> shipped = ours.conditions();
        Map<String, String> found = hook.conditions();
        String fix = shipped.isEmpty()
                ? Fix.remove(hook, "matchConditions")
                : Fix.set(hook, "matchConditions", ours.webhook().json("/matchConditions"));
        found.forEach((name, expression) -> {
            if (!expression.equals(shipped.get(name))) {
                sheet.error(
                        "condition-changed",
                        hook.subject(),
                        "the match condition " + Quoted.of(name)
                                + (shipped.containsKey(name) ? " is another" : " is not ours") + ": what does not meet "
                                + Quoted.of(expression, 200) + " is not judged",
                        fix);
            }
        });
        shipped.forEach((name, expression) -> {
            if (!found.containsKey(name)) {
                sheet.warning(
                        "condition-missing",
                        hook.subject(),
                        "lacks the match condition " + Quoted.of(name)
                                + ": requests that need no judgement wait for the webhook, and fail without it",
                        fix);
            }
        });
    }
}
