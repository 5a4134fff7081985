package dev.apparmoradmission.export;

import dev.apparmoradmission.decision.ExceptionKeys;
import dev.apparmoradmission.export.AdmissionPolicy.Named;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorException.Documentation;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.policy.AppArmorPolicy.RequiredPart;
import dev.apparmoradmission.policy.Control;
import dev.apparmoradmission.policy.Expiry;
import dev.apparmoradmission.policy.LabelSelector;
import dev.apparmoradmission.policy.LabelSelector.Expression;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.policy.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Who is excused, as {@code ExceptionClaims} has it, as far as {@link Terms} knows how long. */
final class Excuses {

    private static final int SHORTEST_REASON = 10;

    private final AppArmorPolicy policy;
    private final List<AppArmorException> grants;
    private final Terms terms;

    Excuses(AppArmorPolicy policy, PolicySet set) {
        this.policy = policy;
        this.terms = new Terms(policy.exceptions().maxDays());
        this.grants = policy.exceptions().source() == ExceptionSource.GRANT
                ? set.grants().values().stream()
                        .filter(grant -> isDocumented(grant.documentation()))
                        .sorted(Comparator.comparing(AppArmorException::name))
                        .toList()
                : List.of();
    }

    private boolean isDocumented(Documentation documentation) {
        Map<RequiredPart, Optional<String>> parts = Map.of(
                RequiredPart.REASON, documentation.reason(),
                RequiredPart.OWNER, documentation.owner(),
                RequiredPart.TICKET, documentation.ticket(),
                RequiredPart.EXPIRES, documentation.expires());
        boolean complete = policy.exceptions().require().stream()
                .allMatch(part -> parts.getOrDefault(part, Optional.empty()).isPresent());
        return complete
                && documentation
                        .reason()
                        .filter(reason ->
                                reason.strip().codePointCount(0, reason.strip().length()) < SHORTEST_REASON)
                        .isEmpty();
    }

    /** What the expressions below need. */
    List<Named> variables() {
        List<Named> variables = new ArrayList<>();
        switch (policy.exceptions().source()) {
            case NONE -> {}
            case ANNOTATION -> {
                variables.add(new Named(
                        "claimed", annotation(ExceptionKeys.UNCONFINED) + ".split(',').map(name, name.trim())"));
                variables.add(new Named("expires", annotation(ExceptionKeys.EXPIRES) + ".trim()"));
                variables.add(new Named("documented", documented()));
            }
            case GRANT -> {
                variables.add(new Named("labels", "variables.pod.?metadata.?labels.orValue({})"));
                for (int i = 0; i < grants.size(); i++) {
                    variables.add(new Named(variable(i), holds(grants.get(i))));
                }
            }
        }
        return variables;
    }

    private static String annotation(String key) {
        return "variables.annotations[?" + Cel.text(key) + "].orValue('')";
    }

    private String documented() {
        List<String> terms = new ArrayList<>();
        for (RequiredPart part : RequiredPart.values()) {
            if (policy.exceptions().require().contains(part)) {
                terms.add(annotation(key(part)) + ".trim() != ''");
            }
        }
        String reason = annotation(ExceptionKeys.REASON) + ".trim()";
        terms.add("(" + reason + " == '' || size(" + reason + ") >= " + SHORTEST_REASON + ")");
        terms.add(this.terms.hold("variables.expires"));
        return String.join("\n&& ", terms);
    }

    private static String key(RequiredPart part) {
        return switch (part) {
            case REASON -> ExceptionKeys.REASON;
            case TICKET -> ExceptionKeys.TICKET;
            case OWNER -> ExceptionKeys.OWNER;
            case EXPIRES -> ExceptionKeys.EXPIRES;
        };
    }

    private static String variable(int grant) {
        return "grant" + grant;
    }

    /** Whether a grant holds for the pod as a whole. */
    private String holds(AppArmorException grant) {
        List<String> terms = new ArrayList<>();
        if (grant.claimRequired()) {
            terms.add(annotation(ExceptionKeys.EXCEPTION) + ".trim() == " + Cel.text(grant.name()));
        }
        terms.add(Cel.matchesAny("request.namespace", grant.namespaces()));
        selects(grant.podSelector(), terms);
        if (!grant.serviceAccounts().isEmpty()) {
            terms.add("variables.pod.spec.?serviceAccountName.orValue('default') in "
                    + Cel.texts(grant.serviceAccounts()));
        }
        grant.documentation()
                .expires()
                .flatMap(Expiry::parse)
                .map(this.terms::hold)
                .ifPresent(terms::addAll);
        return String.join("\n&& ", terms);
    }

    private static void selects(LabelSelector selector, List<String> terms) {
        new TreeMap<>(selector.matchLabels())
                .forEach((key, value) -> terms.add(
                        "variables.labels[?" + Cel.text(key) + "] == optional.of(dyn(" + Cel.text(value) + "))"));
        for (Expression expression : selector.matchExpressions()) {
            String key = Cel.text(expression.key());
            String among =
                    key + " in variables.labels && variables.labels[" + key + "] in " + Cel.texts(expression.values());
            terms.add(
                    switch (expression.operator()) {
                        case IN -> among;
                        case NOT_IN -> "!(" + among + ")";
                        case EXISTS -> key + " in variables.labels";
                        case DOES_NOT_EXIST -> "!(" + key + " in variables.labels)";
                    });
        }
    }

    /** Whether container {@code c} is excused from a rule. */
    String excused(Rule rule) {
        return switch (policy.exceptions().source()) {
            case NONE -> "false";
            case ANNOTATION ->
                and(
                        "variables.documented && ('*' in variables.claimed || c.name in variables.claimed)",
                        controls(policy.exceptions().controls()));
            case GRANT -> {
                List<String> alternatives = new ArrayList<>();
                for (int i = 0; i < grants.size(); i++) {
                    AppArmorException grant = grants.get(i);
                    if (grant.permits().contains(rule)) {
                        String images = grant.images().isEmpty()
                                ? "true"
                                : Cel.matchesAny("c.of.?image.orValue('')", grant.images());
                        alternatives.add(and(
                                "variables." + variable(i),
                                Cel.matchesAny("c.name", grant.containers()),
                                images,
                                controls(controls(grant))));
                    }
                }
                yield alternatives.isEmpty() ? "false" : String.join("\n|| ", alternatives);
            }
        };
    }

    /** Whether the pod level is excused: by a claim for everything, if every container shows the controls. */
    String podLevelExcused() {
        return switch (policy.exceptions().source()) {
            case NONE -> "false";
            case ANNOTATION ->
                and(
                        "variables.documented && '*' in variables.claimed",
                        all(policy.exceptions().controls()));
            case GRANT -> {
                List<String> alternatives = new ArrayList<>();
                for (int i = 0; i < grants.size(); i++) {
                    AppArmorException grant = grants.get(i);
                    boolean everything = grant.containers().stream()
                            .anyMatch(glob -> glob.pattern().equals("*"));
                    if (everything && grant.permits().contains(Rule.UNCONFINED)) {
                        alternatives.add(and("variables." + variable(i), all(controls(grant))));
                    }
                }
                yield alternatives.isEmpty() ? "false" : String.join("\n|| ", alternatives);
            }
        };
    }

    /** The way out that a message names. */
    String hint() {
        return switch (policy.exceptions().source()) {
            case NONE -> "";
            case ANNOTATION ->
                ", or document an exception (annotations " + ExceptionKeys.UNCONFINED + " and " + ExceptionKeys.REASON
                        + ")";
            case GRANT -> ", or ask for a grant and name it in annotation " + ExceptionKeys.EXCEPTION;
        };
    }

    private Set<Control> controls(AppArmorException grant) {
        Set<Control> controls = EnumSet.noneOf(Control.class);
        controls.addAll(grant.controls());
        controls.addAll(policy.exceptions().controls());
        return controls;
    }

    private static String all(Collection<Control> controls) {
        return controls.isEmpty() ? "true" : "variables.judged.all(c, " + controls(controls) + ")";
    }

    private static String controls(Collection<Control> controls) {
        return and(controls.stream().sorted().map(Excuses::control).toArray(String[]::new));
    }

    /** As {@code UnmetControls}: on a privileged container neither seccomp nor dropped capabilities hold. */
    private static String control(Control control) {
        String own = "c.of.?securityContext";
        String pod = "variables.pod.spec.?securityContext";
        return switch (control) {
            case SECCOMP_PROFILE ->
                "!c.privileged && " + own + ".?seccompProfile.?type.or(" + pod
                        + ".?seccompProfile.?type).orValue('Unconfined') != 'Unconfined'";
            case DROP_ALL_CAPABILITIES ->
                "!c.privileged && 'ALL' in " + own + ".?capabilities.?drop.orValue([]) && " + own
                        + ".?capabilities.?add.orValue([]).all(one, one == 'NET_BIND_SERVICE')";
            case RUN_AS_NON_ROOT -> own + ".?runAsNonRoot.or(" + pod + ".?runAsNonRoot).orValue(false)";
            case NO_PRIVILEGE_ESCALATION -> "!c.privileged && !" + own + ".?allowPrivilegeEscalation.orValue(true)";
            case READ_ONLY_ROOT_FILESYSTEM -> own + ".?readOnlyRootFilesystem.orValue(false)";
        };
    }

    private static String and(String... terms) {
        List<String> needed = new ArrayList<>(List.of(terms));
        needed.removeIf("true"::equals);
        return needed.isEmpty() ? "true" : String.join(" && ", needed);
    }
}
