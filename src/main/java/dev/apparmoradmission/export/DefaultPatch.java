package dev.apparmoradmission.export;

import dev.apparmoradmission.export.AdmissionPolicy.Named;
import dev.apparmoradmission.policy.AppArmorPolicy.DefaultProfile;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.BetaAnnotation;
import java.util.List;

/**
 * The default as a list of JSON Patch operations in CEL: what {@code Defaulting} makes, but for what needs nodes. Empty beta
 * annotations go, for beside a profile the API server refuses them; where a container is left without a profile, the pod level
 * gets one; of a request for ephemeral containers, each new one.
 */
final class DefaultPatch {

    private DefaultPatch() {}

    /** What the expression needs, besides the variables of the reading. */
    static List<Named> variables() {
        return List.of(
                // What the API server or a rule will refuse is left as it is, lest the default turn up in the refusal.
                new Named(
                        "legible",
                        "(variables.podProfile != '' || !variables.pod.spec.?securityContext.?appArmorProfile.hasValue())\n"
                                + "&& variables.judged.all(c, (c.field != '' || !c.of.?securityContext.?appArmorProfile.hasValue())\n"
                                + "&& (!c.annotated || c.beta == '' || c.says != '' && !("
                                + StaticRules.unsynced() + ")))"),
                new Named(
                        "emptied",
                        "variables.adding || variables.podProfile == 'Unconfined' ? []\n"
                                + ": variables.judged.filter(c, c.annotated && c.beta == '' && c.field == '')"),
                new Named("open", "variables.legible ? variables.judged.filter(c, c.profile == '') : []"));
    }

    /** The operations. */
    static String expression(DefaultProfile byDefault) {
        String profile = value(byDefault.profile());
        return """
                !variables.legible ? [] :
                variables.adding
                ? variables.open.map(c, c.of.?securityContext.hasValue()
                ? JSONPatch{op: 'add', path: %1$s + '/securityContext/appArmorProfile', value: %2$s}
                : JSONPatch{op: 'add', path: %1$s + '/securityContext', value: {'appArmorProfile': %2$s}})
                : variables.emptied.map(c, JSONPatch{op: 'remove', path: %3$s})
                + (size(variables.open) == 0 ? [] :
                variables.pod.spec.?securityContext.hasValue()
                ? [JSONPatch{op: 'add', path: '/spec/securityContext/appArmorProfile', value: %2$s}]
                : [JSONPatch{op: 'add', path: '/spec/securityContext', value: {'appArmorProfile': %2$s}}])""".formatted(
                        "'/spec/ephemeralContainers/'\n"
                                + "+ string(variables.pod.spec.ephemeralContainers.map(other, other.name).indexOf(c.name))",
                        profile,
                        "'/metadata/annotations/'\n+ jsonpatch.escapeKey('" + BetaAnnotation.PREFIX + "' + c.name)");
    }

    private static String value(Profile profile) {
        return profile instanceof Profile.Localhost localhost
                ? "{'type': 'Localhost', 'localhostProfile': " + Cel.text(localhost.name()) + "}"
                : "{'type': 'RuntimeDefault'}";
    }
}
