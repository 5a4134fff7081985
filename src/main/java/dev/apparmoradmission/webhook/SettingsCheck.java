package dev.apparmoradmission.webhook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks what the types of {@link WebhookSettings} cannot say. */
final class SettingsCheck {

    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
    private static final Duration LONGEST_INTERVAL = Duration.ofHours(1);
    private static final Duration SHORTEST_HOLD = Duration.ofSeconds(1);
    private static final Duration LONGEST_HOLD = Duration.ofDays(30);
    private static final Duration SHORTEST_REPORTS = Duration.ofSeconds(10);
    private static final Duration LONGEST_REPORTS = Duration.ofHours(24);
    private static final int MOST_REVIEWS = 10_000;
    private static final int LONGEST_NAME = 63;
    private static final String NAME = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    /** The name of an Event is longer by 13, and may have 253. */
    private static final int LONGEST_CONFIG_MAP = 200;

    private static final String CONFIG_MAP = "[a-z0-9]([-a-z0-9.]*[a-z0-9])?";
    private static final String ENDPOINT =
            "https?://([A-Za-z0-9]([-A-Za-z0-9.]{0,251}[A-Za-z0-9])?|\\[[0-9A-Fa-f:.]{2,45}])(:[0-9]{1,5})?(/[-A-Za-z0-9._~/]{0,500})?";
    private static final Duration SHORTEST_VALIDITY = Duration.ofSeconds(10);
    private static final Duration LONGEST_VALIDITY = Duration.ofDays(3650);

    private SettingsCheck() {}

    /**
     * Checks the settings.
     *
     * @throws UnusableConfigurationException with one line for each key that cannot be used
     */
    static void check(WebhookSettings settings) {
        List<String> lines = new ArrayList<>();
        Duration interval = settings.watchInterval();
        if (interval.compareTo(SHORTEST_INTERVAL) < 0 || interval.compareTo(LONGEST_INTERVAL) > 0) {
            lines.add(line("watch-interval", "must lie between 100 ms and 1 h"));
        }
        Duration hold = settings.holdDeadline();
        if (hold.compareTo(SHORTEST_HOLD) < 0 || hold.compareTo(LONGEST_HOLD) > 0) {
            lines.add(line("hold-deadline", "must lie between 1 s and 30 days"));
        }
        Duration reports = settings.reportsInterval();
        if (reports.compareTo(SHORTEST_REPORTS) < 0 || reports.compareTo(LONGEST_REPORTS) > 0) {
            lines.add(line("reports-interval", "must lie between 10 s and 24 h"));
        }
        if (settings.reports() != WebhookSettings.Reports.NONE && settings.isStandalone()) {
            lines.add(line("reports", "must be none without a cluster, where files are given for it"));
        }
        if (settings.warmUpReviews() < 0 || settings.warmUpReviews() > MOST_REVIEWS) {
            lines.add(line("warm-up-reviews", "must lie between 0 and " + MOST_REVIEWS));
        }
        if (settings.inventoryNamespace()
                .filter(name -> name.length() > LONGEST_NAME || !name.matches(NAME))
                .isPresent()) {
            lines.add(line("inventory-namespace", "must be the name of a namespace"));
        }
        String policies = settings.policiesConfigMap();
        if (policies.length() > LONGEST_CONFIG_MAP || !policies.matches(CONFIG_MAP)) {
            lines.add(line("policies-config-map", "must be the name of a ConfigMap, of at most 200 characters"));
        }
        if (settings.transientTaints().orElse(List.of()).stream()
                .anyMatch(taint -> taint.isBlank() || taint.equals("*") || taint.equals("/"))) {
            lines.add(line(
                    "transient-taints",
                    "must be keys of taints; one that stands for all would make every node eligible"));
        }
        if (settings.callers().orElse(List.of()).stream().anyMatch(String::isBlank)) {
            lines.add(line("callers", "must be names"));
        }
        if (settings.tracingEndpoint().filter(url -> !url.matches(ENDPOINT)).isPresent()) {
            lines.add(line(
                    "tracing.endpoint",
                    "must be a URL such as http://collector:4318, without user, query or fragment"));
        }
        if (!(settings.tracingRatio() >= 0 && settings.tracingRatio() <= 1)) {
            lines.add(line("tracing.ratio", "must lie between 0 and 1"));
        }
        checkTls(settings, lines);
        if (!lines.isEmpty()) {
            throw new UnusableConfigurationException(lines);
        }
    }

    private static void checkTls(WebhookSettings settings, List<String> lines) {
        if (settings.tlsMode() != WebhookSettings.TlsMode.SELF_MANAGED) {
            return;
        }
        if (settings.isStandalone()) {
            lines.add(line("tls.mode", "cannot be self-managed without a cluster, where files are given for it"));
        }
        if (settings.caOut().isPresent()) {
            lines.add(line("ca-out", "is for a self-made certificate, not for a self-managed one"));
        }
        Map<String, Optional<String>> names = Map.of(
                "tls.secret", Optional.of(settings.tlsSecret()),
                "tls.service-name", Optional.of(settings.tlsServiceName()),
                "tls.namespace", settings.tlsNamespace());
        names.forEach((key, name) -> {
            if (name.filter(given -> given.length() > LONGEST_NAME || !given.matches(NAME))
                    .isPresent()) {
                lines.add(line(key, "must be a name of an object"));
            }
        });
        Duration validity = settings.tlsValidity();
        if (validity.compareTo(SHORTEST_VALIDITY) < 0 || validity.compareTo(LONGEST_VALIDITY) > 0) {
            lines.add(line("tls.validity", "must lie between 10 s and 3650 days"));
            return;
        }
        Duration authority = settings.tlsCaValidity();
        if (authority.compareTo(validity.multipliedBy(2)) < 0
                || authority.compareTo(LONGEST_VALIDITY.multipliedBy(2)) > 0) {
            lines.add(line("tls.ca-validity", "must be at least twice tls.validity, and at most 7300 days"));
            return;
        }
        Duration overlap = settings.tlsOverlap();
        if (overlap.compareTo(Duration.ofSeconds(1)) < 0
                || overlap.multipliedBy(4).compareTo(authority) > 0) {
            lines.add(line("tls.overlap", "must lie between 1 s and a quarter of tls.ca-validity"));
        }
    }

    private static String line(String key, String rule) {
        return "Configuration: " + WebhookSettings.PREFIX + "." + key + " " + rule + ": see deploy/CONFIGURATION.md.";
    }
}
