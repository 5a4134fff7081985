package dev.apparmoradmission.doctor;

import java.util.List;

/** All checks, one after the other. Pure: the same facts give the same diagnosis. */
final class Examination {

    private final List<Check> checks;

    private Examination(List<Check> checks) {
        this.checks = List.copyOf(checks);
    }

    /** The examination of an installation in that namespace. */
    static Examination in(String namespace) {
        Shipped shipped = Shipped.in(namespace);
        return new Examination(List.of(
                new RegistrationCheck(shipped),
                new RuleCheck(shipped),
                new ScopeCheck(shipped),
                new CertificateCheck(),
                new ReachabilityCheck(),
                new LockOutCheck(),
                new PodCheck(),
                new NetworkCheck(),
                new VersionCheck(),
                new RightsCheck(shipped),
                new PolicyCheck(),
                new InventoryCheck(),
                new WritersCheck(),
                new LeadershipCheck()));
    }

    /** Judges the facts. */
    Diagnosis of(Facts facts) {
        Sheet sheet = new Sheet();
        facts.readings().forEach((source, reading) -> {
            if (reading instanceof Reading.Unread unread) {
                sheet.column(source.area()).unchecked(source.tells(), unread.reason());
            }
        });
        checks.forEach(check -> check.examine(facts, sheet.column(check.area())));
        return sheet.diagnosis();
    }
}
