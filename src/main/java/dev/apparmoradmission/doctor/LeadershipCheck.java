package dev.apparmoradmission.doctor;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** Whether somebody leads, where a leader writes: the certificate, and what placement needs. */
final class LeadershipCheck implements Check {

    private static final String TLS = "apparmor-admission-tls";
    private static final String PLACEMENT = "apparmor-admission-leader";

    @Override
    public Area area() {
        return Area.LEADERSHIP;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        if (!facts.isRead(Source.LEASES) || facts.setup().replicas() == 0) {
            return;
        }
        if (facts.setup().isSelfManaged()) {
            lease(facts, TLS, "certificates are neither renewed nor repaired, and caBundle is not kept", sheet);
        }
        if (Features.of(facts).placement()) {
            lease(
                    facts,
                    PLACEMENT,
                    "nodes are not labelled and held pods are not let go: such pods stay Pending",
                    sheet);
        }
    }

    private static void lease(Facts facts, String name, String consequence, Sheet.Column sheet) {
        String subject = "Lease " + name;
        String fix = Fix.kubectl(facts.namespace(), "logs deployment/" + Shipped.NAME + " | grep -i elect");
        Optional<ApiObject> found = facts.object(Source.LEASES, name);
        if (found.isEmpty()) {
            sheet.error("no-leader", subject, "is not there, so nobody leads: " + consequence, fix);
            return;
        }
        Optional<Instant> renewed = instant(found.get().text("/spec/renewTime"));
        Duration life = Duration.ofSeconds(found.get().number("/spec/leaseDurationSeconds", 15));
        // Twice: the holder may be away for one turn, and clocks differ.
        if (found.get().text("/spec/holderIdentity").isEmpty()
                || renewed.isEmpty()
                || renewed.get().plus(life.multipliedBy(2)).isBefore(facts.now())) {
            sheet.error(
                    "leader-gone",
                    subject,
                    "was last renewed " + renewed.map(at -> "at " + at).orElse("never") + ", so nobody leads: "
                            + consequence,
                    fix);
        }
    }

    private static Optional<Instant> instant(String text) {
        try {
            return text.isEmpty()
                    ? Optional.empty()
                    : Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
