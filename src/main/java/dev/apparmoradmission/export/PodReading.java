package dev.apparmoradmission.export;

import dev.apparmoradmission.export.AdmissionPolicy.Named;
import dev.apparmoradmission.policy.AppArmorPolicy.Match;
import dev.apparmoradmission.workload.BetaAnnotation;
import dev.apparmoradmission.workload.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * How an exported policy reads a pod or template: which requests matter, which containers are judged, and the profile that
 * counts for each. The same as {@code Operation} and {@code Workload.effective} say, in the words of CEL.
 */
final class PodReading {

    /** Of a container's map: its name. */
    static final String NAME = "name";
    /** How many characters {@code Localhost/} has. */
    static final int LOCALHOST_LENGTH = "Localhost/".length();

    private static final String ANNOTATION = "'" + BetaAnnotation.PREFIX + "'";
    private static final String ADDING = "request.?subResource.orValue('') == 'ephemeralcontainers'";

    private final Target target;

    PodReading(Target target) {
        this.target = target;
    }

    boolean ofTemplates() {
        return target == Target.TEMPLATES;
    }

    /** When the policy is evaluated at all. */
    List<Named> conditions(Match match) {
        List<Named> conditions = new ArrayList<>();
        if (ofTemplates()) {
            // A ReplicationController may have none; then there is nothing to judge.
            conditions.add(new Named(
                    "has-template",
                    "request.kind.kind in ['CronJob', 'PodTemplate'] || dyn(object).spec.?template.hasValue()"));
        }
        conditions.add(new Named(
                "not-windows",
                spec("object") + ".?os.?name.orValue('') != 'windows'\n&& " + spec("object")
                        + ".?nodeSelector[?'kubernetes.io/os'].orValue('') != 'windows'"));
        if (!match.runtimeClassesNotApplicable().isEmpty()) {
            conditions.add(new Named(
                    "runtime-class",
                    "!(" + spec("object") + ".?runtimeClassName.orValue('') in "
                            + Cel.texts(match.runtimeClassesNotApplicable()) + ")"));
        }
        if (!ofTemplates()) {
            conditions.add(new Named(
                    "not-the-mirror-of-a-static-pod",
                    "!(dyn(object).metadata.?annotations[?" + Cel.text(Workload.MIRROR_ANNOTATION) + "].hasValue()\n"
                            + "&& 'system:nodes' in request.userInfo.?groups.orValue([])\n"
                            + "&& request.userInfo.?username.orValue('') == 'system:node:'"
                            + " + dyn(object).spec.?nodeName.orValue(''))"));
        }
        conditions.add(new Named("matters", ofTemplates() ? templateMatters() : podMatters()));
        return conditions;
    }

    /** As {@code Operation.matters}: old pods can still be labelled and deleted. */
    private static String podMatters() {
        return """
                request.operation == 'CREATE' || !dyn(object).metadata.?deletionTimestamp.hasValue() && (
                %s
                || dyn(object).spec.containers.map(c, c.name + ' ' + c.?image.orValue(''))
                != dyn(oldObject).spec.containers.map(c, c.name + ' ' + c.?image.orValue(''))
                || dyn(object).spec.?initContainers.orValue([]).map(c, c.name + ' ' + c.?image.orValue(''))
                != dyn(oldObject).spec.?initContainers.orValue([]).map(c, c.name + ' ' + c.?image.orValue(''))
                || dyn(object).spec.?nodeName.orValue('') == '' && dyn(oldObject).spec.?nodeName.orValue('') == '' && (
                dyn(object).spec.?nodeSelector.orValue({}) != dyn(oldObject).spec.?nodeSelector.orValue({})
                || dyn(object).spec.?tolerations.orValue([]) != dyn(oldObject).spec.?tolerations.orValue([])
                || dyn(object).spec.?schedulingGates.orValue([]) != dyn(oldObject).spec.?schedulingGates.orValue([])
                || dyn(object).spec.?affinity.?nodeAffinity != dyn(oldObject).spec.?affinity.?nodeAffinity))""".formatted(ADDING);
    }

    /** A template is judged again where something has changed of which the judgement depends. */
    private String templateMatters() {
        StringBuilder changed = new StringBuilder(
                "request.operation == 'CREATE' || !dyn(object).metadata.?deletionTimestamp.hasValue() && (\n");
        String before = "";
        for (String field : List.of("initContainers", "containers")) {
            String described = ".?" + field
                    + ".orValue([]).map(c, [dyn(c.name), dyn(c.?image.orValue('')), dyn(c.?securityContext.orValue({}))])";
            changed.append(before).append(spec("object") + described + "\n!= " + spec("oldObject") + described);
            before = "\n|| ";
        }
        for (String field : List.of(
                "securityContext",
                "serviceAccountName",
                "runtimeClassName",
                "os",
                "nodeName",
                "nodeSelector",
                "tolerations",
                "schedulingGates",
                "affinity")) {
            changed.append(before).append(spec("object") + ".?" + field + " != " + spec("oldObject") + ".?" + field);
        }
        for (String field : List.of("annotations", "labels")) {
            String of = ".?metadata.?" + field + ".orValue({})";
            changed.append(before).append(pod("object") + of + " != " + pod("oldObject") + of);
        }
        return changed.append(')').toString();
    }

    /** The pod, or the template that stands for it. */
    private String pod(String object) {
        return ofTemplates()
                ? "(request.kind.kind == 'CronJob' ? dyn(" + object + ").spec.jobTemplate.spec.template :"
                        + " request.kind.kind == 'PodTemplate' ? dyn(" + object + ").template : dyn(" + object
                        + ").spec.template)"
                : "dyn(" + object + ")";
    }

    private String spec(String object) {
        return pod(object) + ".spec";
    }

    /** Variables up to {@code judged}: a map for each container to judge. */
    List<Named> variables() {
        List<Named> variables = new ArrayList<>();
        variables.add(new Named("pod", pod("object")));
        variables.add(new Named(
                "path",
                ofTemplates()
                        ? "request.kind.kind == 'CronJob' ? 'spec.jobTemplate.spec.template.spec' :"
                                + " request.kind.kind == 'PodTemplate' ? 'template.spec' : 'spec.template.spec'"
                        : "'spec'"));
        // Of a request for ephemeral containers nothing but them is believed (semantics §2.6).
        variables.add(new Named("adding", ofTemplates() ? "false" : ADDING));
        variables.add(new Named(
                "annotations",
                ofTemplates()
                        ? "variables.pod.?metadata.?annotations.orValue({})"
                        : "variables.adding ? dyn(oldObject).metadata.?annotations.orValue({}) :"
                                + " variables.pod.metadata.?annotations.orValue({})"));
        variables.add(new Named(
                "podProfile",
                "variables.pod.spec.?securityContext.?appArmorProfile.optMap(p,\n" + written("p") + ").orValue('')"));
        variables.add(new Named("init", listed("initContainers")));
        variables.add(new Named("regular", listed("containers")));
        variables.add(
                new Named(
                        "known",
                        ofTemplates()
                                ? "[]"
                                : "variables.adding ? dyn(oldObject).spec.?ephemeralContainers.orValue([]).map(c, c.name) : []"));
        variables.add(new Named("ephemeral", listed("ephemeralContainers")));
        // The kubelet's order: field, annotation, pod level (semantics §3.1).
        variables.add(new Named("found", """
                (variables.adding
                ? variables.ephemeral.filter(c, !(c.of.name in variables.known))
                : variables.init + variables.regular + variables.ephemeral).map(c, {
                'of': c.of,
                'name': dyn(c.of.name),
                'subject': dyn('container "' + c.of.name + '" (' + c.path + ')'),
                'beta': dyn(variables.annotations[?%s + c.of.name].orValue('')),
                'annotated': dyn(variables.annotations[?%s + c.of.name].hasValue()),
                'field': dyn(c.of.?securityContext.?appArmorProfile.optMap(p,
                %s).orValue('')),
                'privileged': dyn(c.of.?securityContext.?privileged.orValue(false))})""".formatted(ANNOTATION, ANNOTATION, written("p"))));
        variables.add(new Named("meant", """
                variables.found.map(c, {
                'container': dyn(c),
                'says': dyn(c.beta == 'unconfined' ? 'Unconfined' : c.beta == 'runtime/default' ? 'RuntimeDefault' :
                c.beta.startsWith('localhost/') ? 'Localhost/' + c.beta.substring(10) : '')})"""));
        variables.add(new Named("judged", """
                variables.meant.map(c, {
                'of': c.container.of,
                'name': c.container.name,
                'subject': c.container.subject,
                'beta': c.container.beta,
                'annotated': c.container.annotated,
                'field': c.container.field,
                'privileged': c.container.privileged,
                'says': c.says,
                'profile': dyn(c.container.field != '' ? c.container.field : c.says != '' ? c.says : variables.podProfile)})"""));
        return variables;
    }

    /** A profile's field as reports write it. */
    private static String written(String profile) {
        return profile + ".type == 'Localhost' ? 'Localhost/' + " + profile + ".?localhostProfile.orValue('') : "
                + profile + ".type";
    }

    private static String listed(String field) {
        return """
                variables.pod.spec.?%s.orValue([]).map(c, {
                'of': dyn(c),
                'path': dyn(variables.path + '.%s['
                + string(variables.pod.spec.%s.map(other, other.name).indexOf(c.name)) + ']')})""".formatted(field, field, field);
    }
}
