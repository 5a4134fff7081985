package dev.apparmoradmission.export;

import dev.apparmoradmission.export.AdmissionPolicy.Named;
import dev.apparmoradmission.export.AdmissionPolicy.Validation;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.workload.BetaAnnotation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The rules of one policy that need neither nodes nor a clock, as expressions over the variables of {@link PodReading}. */
final class StaticRules {

    /** Forms of a profile's name that mean something else (as {@code NameForm}), besides the beginnings of "unconfined". */
    private static final String NOT_PLAIN = "^(localhost/|[:&@^=])|//&|[\\x00-\\x1f\\x7f-\\x9f]";
    /** White space as Go's unicode.IsSpace has it, at either end. */
    private static final String PADDED = padded(
            "[\\t-\\r \\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}" + "\\x{202f}\\x{205f}\\x{3000}]");

    private static final int LONGEST_NAME_BYTES = 4095;
    /** A name that can be shown as it is; another would break the line, or have the warning dropped. */
    private static final String SHOWN = "^[ -~]{1,80}$";

    private final AppArmorPolicy policy;
    private final Excuses excuses;
    private final boolean defaulted;
    private final PodReading reading;

    /**
     * The rules of a policy.
     *
     * @param set the policies that it is one of
     * @param reading how pods are read
     */
    StaticRules(AppArmorPolicy policy, PolicySet set, PodReading reading) {
        this.policy = policy;
        this.excuses = new Excuses(policy, set);
        this.defaulted = hasDefault(set);
        this.reading = reading;
    }

    private static String padded(String space) {
        return "^" + space + "|" + space + "$";
    }

    /** Whether some policy gives pods a default. */
    static boolean hasDefault(PolicySet set) {
        return set.policies().stream()
                .anyMatch(policy -> policy.defaultProfile().profile().isDeclared());
    }

    /**
     * What a group of validations with one action consists of.
     *
     * @param variables the variables that they need, besides those of the reading
     * @param validations the validations
     */
    record Group(List<Named> variables, List<Validation> validations) {}

    /** The validations whose failure has this action; none where the policy has no rule of that kind. */
    Group of(Action wanted) {
        List<Named> variables = new ArrayList<>();
        List<Validation> validations = new ArrayList<>();
        boolean excusable = false;
        if (action(Rule.UNCONFINED) == wanted) {
            excusable = true;
            unconfined(variables, validations);
        }
        if (action(Rule.PRIVILEGED) == wanted) {
            excusable = true;
            privileged(variables, validations);
        }
        if (action(Rule.LOCALHOST_NOT_ALLOWED) == wanted) {
            notAllowed(variables, validations);
        }
        if (action(Rule.ANNOTATION_MALFORMED) == wanted) {
            malformed(variables, validations);
        }
        if (action(Rule.ANNOTATION_MALFORMED).cappedAt(emptyCeiling()) == wanted) {
            empty(variables, validations);
        }
        // A template is never given the default, but the pods that are made from it are.
        if (action(Rule.PROFILE_MISSING) == wanted && !(reading.ofTemplates() && defaulted)) {
            missing(variables, validations);
        }
        if (excusable) {
            variables.addAll(0, excuses.variables());
        }
        return new Group(variables, validations);
    }

    private Action action(Rule rule) {
        return reading.ofTemplates() ? policy.action(rule).cappedAt(policy.templates()) : policy.action(rule);
    }

    /** Where there is a default, an empty annotation is taken away from the pod: it does no harm but in the source. */
    private Action emptyCeiling() {
        return defaulted ? Action.WARN : Action.ENFORCE;
    }

    private void unconfined(List<Named> variables, List<Validation> validations) {
        String hint =
                "type Unconfined needs an exception [unconfined] - use RuntimeDefault or a loaded Localhost profile"
                        + excuses.hint();
        validations.add(new Validation(
                "variables.adding || variables.podProfile != 'Unconfined' || (" + excuses.podLevelExcused() + ")",
                "AppArmor: the pod level is Unconfined [unconfined]",
                Optional.of(said("'pod level (' + variables.path + '.securityContext)'", hint))));
        violated(
                Rule.UNCONFINED,
                "unconfined",
                "c.profile == 'Unconfined' && !(" + excuses.excused(Rule.UNCONFINED) + ")",
                hint,
                variables,
                validations);
    }

    private void privileged(List<Named> variables, List<Validation> validations) {
        violated(
                Rule.PRIVILEGED,
                "privileged",
                "c.privileged && !c.profile.startsWith('Localhost/') && !(" + excuses.excused(Rule.PRIVILEGED) + ")",
                "privileged: the runtime applies no AppArmor profile to it [privileged] - drop privileged, or name a"
                        + " Localhost profile (containerd applies it)" + excuses.hint(),
                variables,
                validations);
    }

    private void notAllowed(List<Named> variables, List<Validation> validations) {
        String name = "c.profile.substring(" + PodReading.LOCALHOST_LENGTH + ")";
        String plain = "'unconfined'.startsWith(" + name + ")\n|| " + name + ".matches(" + Cel.text(NOT_PLAIN)
                + ")\n|| " + name + ".matches(" + Cel.text(PADDED) + ")";
        String outside = Cel.matchesEverything(policy.localhost().allowed())
                ? ""
                : "\n|| !(" + Cel.matchesAny(name, policy.localhost().allowed()) + ")";
        variables.add(new Named(
                "notAllowed",
                "variables.judged.filter(c, c.profile.startsWith('Localhost/') && (\n" + plain + outside + "))"));
        String shown = name + ".matches(" + Cel.text(SHOWN) + ") ? ' names ' + strings.quote(" + name
                + ") : ' names a profile that cannot be shown'";
        validations.add(new Validation(
                "size(variables.notAllowed) == 0",
                "AppArmor: a container names a Localhost profile that is not allowed [localhost-not-allowed]",
                Optional.of("'AppArmor: ' + variables.notAllowed.map(c, c.subject + (" + shown + ")).join(', ') + "
                        + Cel.text(": reserved, ambiguous, or not among the names that policy \"" + policy.name()
                                + "\" allows [localhost-not-allowed] - use an allowed profile, exactly as the node lists it,"
                                + " or have it added to localhost.allowed"))));
    }

    private void malformed(List<Named> variables, List<Validation> validations) {
        // Templates are not synced, so there the pod level counts as the container's field (semantics §2.5).
        String compared = reading.ofTemplates() ? "(c.field != '' ? c.field : variables.podProfile)" : "c.field";
        violated(
                Rule.ANNOTATION_MALFORMED,
                "malformed",
                "c.annotated && c.beta != '' && (c.says == '' || " + compared + " != '' && " + compared + " != c.says\n"
                        + "|| " + unsynced() + ")",
                "the beta annotation does not say what it seems to [annotation-malformed] - remove it and set"
                        + " securityContext.appArmorProfile",
                variables,
                validations);
        if (!reading.ofTemplates()) {
            // The API server refuses these in a pod that is created; a Binding may bring them.
            validations.add(new Validation(
                    "variables.adding || variables.annotations.all(key, !key.startsWith('" + BetaAnnotation.PREFIX
                            + "')\n|| key.substring(" + BetaAnnotation.PREFIX.length()
                            + ") in variables.judged.map(c, c.name))",
                    "AppArmor: beta annotations name what is no container of the pod [annotation-malformed] - remove them",
                    Optional.empty()));
        }
    }

    /** Whether the API server accepts a container's annotation without copying it into the field (semantics §2.3). */
    static String unsynced() {
        String name = "c.beta.substring(" + "localhost/".length() + ")";
        return "c.beta.startsWith('localhost/') && (" + name + " == '' || " + name + ".matches(" + Cel.text(PADDED)
                + ")\n|| size(bytes(" + name + ")) > " + LONGEST_NAME_BYTES + ")";
    }

    private void empty(List<Named> variables, List<Validation> validations) {
        violated(
                Rule.ANNOTATION_MALFORMED,
                "empty",
                "c.annotated && c.beta == ''",
                "the beta annotation is empty: it says nothing [annotation-malformed] - remove it and set"
                        + " securityContext.appArmorProfile",
                variables,
                validations);
    }

    private void missing(List<Named> variables, List<Validation> validations) {
        violated(
                Rule.PROFILE_MISSING,
                "missing",
                "c.profile == ''",
                "no AppArmor profile is declared [profile-missing] - set securityContext.appArmorProfile.type to"
                        + " RuntimeDefault",
                variables,
                validations);
    }

    private static void violated(
            Rule rule,
            String variable,
            String condition,
            String text,
            List<Named> variables,
            List<Validation> validations) {
        variables.add(new Named(variable, "variables.judged.filter(c, " + condition + ")"));
        validations.add(new Validation(
                "size(variables." + variable + ") == 0",
                "AppArmor: see the rule [" + rule.id() + "]",
                Optional.of(said("variables." + variable + ".map(c, c.subject).join(', ')", text))));
    }

    private static String said(String subjects, String text) {
        return "'AppArmor: ' + " + subjects + " + " + Cel.text(": " + text);
    }
}
