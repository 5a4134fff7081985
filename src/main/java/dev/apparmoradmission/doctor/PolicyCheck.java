package dev.apparmoradmission.doctor;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.policy.Expiry;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.wire.PolicyProblem;
import dev.apparmoradmission.wire.PolicyReading;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Whether the policies of the ConfigMap are good, in force in each replica, and hold for something. */
final class PolicyCheck implements Check {

    private static final int MOST_PROBLEMS = 5;
    private static final int DIGITS = 12;
    private static final Duration SOON = Duration.ofDays(14);

    @Override
    public Area area() {
        return Area.POLICIES;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        String name = facts.setup().policies();
        String subject = "ConfigMap " + name;
        Optional<PolicyReading> reading = PolicyFacts.reading(facts);
        if (reading.isEmpty()) {
            if (facts.isRead(Source.POLICIES)) {
                sheet.error(
                        "policies-missing",
                        subject,
                        "is not there: a replica that starts has no policies, and does not become ready",
                        facts.setup().reinstall());
            }
        } else if (reading.get() instanceof PolicyReading.Refused refused) {
            refused(facts, refused, name, sheet);
        } else if (reading.get() instanceof PolicyReading.Accepted accepted) {
            grants(facts, accepted.set(), subject, sheet);
            scope(facts, accepted.set(), subject, sheet);
            backstop(facts, accepted.set(), sheet);
        }
        replicas(facts, subject, sheet);
    }

    private static void refused(Facts facts, PolicyReading.Refused refused, String name, Sheet.Column sheet) {
        List<PolicyProblem> problems = refused.problems();
        for (PolicyProblem problem : problems.subList(0, Math.min(MOST_PROBLEMS, problems.size()))) {
            sheet.error(
                    "policy-refused",
                    "ConfigMap " + name,
                    Printable.of(problem.toString())
                            + "; replicas keep the last good set as a whole, and new ones do not become ready",
                    Fix.kubectl(facts.namespace(), "edit configmap " + name)
                            + "   # Git may put it back: mend it there");
        }
        if (problems.size() > MOST_PROBLEMS) {
            sheet.error(
                    "policy-refused",
                    "ConfigMap " + name,
                    "has " + Words.count(problems.size() - MOST_PROBLEMS, "more problem"),
                    "java -jar quarkus-run.jar check - --policy DIR   # tells all of them");
        }
    }

    private static void grants(Facts facts, PolicySet set, String subject, Sheet.Column sheet) {
        for (AppArmorException grant : new TreeMap<>(set.grants()).values()) {
            Optional<Expiry> expiry = grant.documentation().expires().flatMap(Expiry::parse);
            if (expiry.isEmpty()) {
                continue;
            }
            String holder = subject + ", AppArmorException " + Quoted.bare(grant.name());
            String fix = "renew spec.expires of " + Quoted.bare(grant.name()) + " in Git, or take the grant away"
                    + grant.documentation()
                            .owner()
                            .map(owner -> "; ask " + Quoted.bare(owner))
                            .orElse("");
            if (expiry.get().hasPassed(facts.now())) {
                sheet.warning(
                        "grant-expired",
                        holder,
                        "expired on " + Quoted.bare(expiry.get().text())
                                + ": pods that lean on it are denied when they are made" + " anew",
                        fix);
            } else if (expiry.get().hasPassed(facts.now().plus(SOON))) {
                sheet.note(
                        "grant-expires",
                        holder,
                        "expires on " + Quoted.bare(expiry.get().text()),
                        fix);
            }
        }
        boolean taken =
                set.policies().stream().anyMatch(policy -> policy.exceptions().source() == ExceptionSource.GRANT);
        if (!set.grants().isEmpty() && !taken) {
            sheet.warning(
                    "grants-unused",
                    subject,
                    "holds " + Words.count(set.grants().size(), "grant")
                            + ", but no policy takes exceptions from grants (exceptions.source: Grant)",
                    Fix.kubectl(facts.namespace(), "edit " + subject.toLowerCase(java.util.Locale.ROOT)));
        }
    }

    private static void scope(Facts facts, PolicySet set, String subject, Sheet.Column sheet) {
        if (!facts.isRead(Source.NAMESPACES)) {
            return;
        }
        Namespaces known = PolicyFacts.namespaces(facts);
        List<String> all =
                facts.objects(Source.NAMESPACES).stream().map(ApiObject::name).toList();
        String fix =
                Fix.kubectl(facts.namespace(), "edit configmap " + facts.setup().policies());
        for (AppArmorPolicy policy : set.policies()) {
            if (all.stream().noneMatch(name -> policy.match().includes(name, known))) {
                sheet.warning(
                        "policy-for-nobody",
                        subject + ", AppArmorPolicy " + Quoted.bare(policy.name()),
                        "holds for no namespace that there is: see spec.match",
                        fix);
            }
        }
        List<String> without = all.stream()
                .filter(name -> !name.startsWith("kube-") && !name.equals(facts.namespace()))
                .filter(name -> set.matching(name, known).isEmpty())
                .toList();
        if (!without.isEmpty()) {
            sheet.warning(
                    "namespaces-without-policy",
                    subject,
                    "no policy holds for " + Words.count(without.size(), "namespace") + ": " + Words.list(without)
                            + "; pods there may do as they like",
                    fix);
        }
        if (set.policies().stream().noneMatch(policy -> policy.mode() == Action.ENFORCE)) {
            sheet.note(
                    "nothing-enforced",
                    subject,
                    "no policy has mode Enforce: what is wrong is told, and nothing denied",
                    fix);
        }
    }

    /** What {@code policy export} writes bears the hash of the policies that it was made of. */
    private static void backstop(Facts facts, PolicySet set, Sheet.Column sheet) {
        List<String> behind = facts.objects(Source.ADMISSION_POLICIES).stream()
                .filter(policy -> policy.name().startsWith(RegistrationCheck.BACKSTOP))
                .filter(policy -> policy.given("/metadata/annotations/apparmor-admission.dev~1policy-hash")
                        .filter(hash -> !hash.equals(set.hash()))
                        .isPresent())
                .map(ApiObject::name)
                .toList();
        if (!behind.isEmpty()) {
            sheet.warning(
                    "backstop-behind",
                    "ValidatingAdmissionPolicy " + Words.list(behind),
                    "was exported from other policies than the ConfigMap holds: what the API server enforces by itself is not what"
                            + " the webhook enforces",
                    "java -jar quarkus-run.jar policy export --policy policies | kubectl apply -f -   # from those of the ConfigMap");
        }
    }

    private static void replicas(Facts facts, String subject, Sheet.Column sheet) {
        Optional<String> wanted = PolicyFacts.set(facts).map(PolicySet::hash);
        for (Replica replica : facts.replicas()) {
            String pod = "Pod " + replica.pod();
            if (replica.health().isEmpty()) {
                sheet.unchecked("by which policies " + pod + " decides", replica.unread());
                continue;
            }
            String log = Fix.kubectl(facts.namespace(), "logs " + replica.pod() + " | tail -n 50");
            String problem = replica.datum("policyProblem");
            String hash = replica.datum("policyHash");
            if (!problem.isEmpty()) {
                sheet.error(
                        "policies-not-taken",
                        pod,
                        "decides by the last good set: " + Quoted.of(problem, 200),
                        Fix.kubectl(facts.namespace(), "edit " + subject.toLowerCase(java.util.Locale.ROOT)));
            } else if (wanted.isPresent() && !hash.isEmpty() && !hash.equals(wanted.get())) {
                sheet.warning(
                        "policies-differ",
                        pod,
                        "decides by the set " + digits(hash) + ", the ConfigMap holds " + digits(wanted.get())
                                + ". That passes within about a minute of a change",
                        log);
            }
            if (!replica.datum("clusterProblem").isEmpty()) {
                sheet.warning(
                        "cluster-not-watched",
                        pod,
                        "decides by what it last saw of the cluster: "
                                + Quoted.of(replica.datum("clusterProblem"), 200),
                        log);
            }
            if (!replica.datum("certificateProblem").isEmpty()) {
                sheet.warning(
                        "certificate-problem",
                        pod,
                        "says of its certificate: " + Quoted.of(replica.datum("certificateProblem"), 200),
                        log);
            }
        }
    }

    private static String digits(String hash) {
        return Quoted.bare(hash.length() > DIGITS ? hash.substring(0, DIGITS) : hash);
    }
}
