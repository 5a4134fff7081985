package dev.apparmoradmission.webhook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Checks what the types of {@link WebhookSettings} cannot say. */
final class SettingsCheck {

    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
    private static final Duration LONGEST_INTERVAL = Duration.ofHours(1);
    private static final Duration SHORTEST_HOLD = Duration.ofSeconds(1);
    private static final Duration LONGEST_HOLD = Duration.ofDays(30);
    private static final int MOST_REVIEWS = 10_000;
    private static final int LONGEST_NAME = 63;

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
        if (settings.warmUpReviews() < 0 || settings.warmUpReviews() > MOST_REVIEWS) {
            lines.add(line("warm-up-reviews", "must lie between 0 and " + MOST_REVIEWS));
        }
        if (settings.inventoryNamespace()
                .filter(name -> name.length() > LONGEST_NAME || !name.matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?"))
                .isPresent()) {
            lines.add(line("inventory-namespace", "must be the name of a namespace"));
        }
        if (settings.transientTaints().orElse(List.of()).stream()
                .anyMatch(taint -> taint.isBlank() || taint.equals("*") || taint.equals("/"))) {
            lines.add(line(
                    "transient-taints",
                    "must be keys of taints; one that stands for all would make every node eligible"));
        }
        if (!lines.isEmpty()) {
            throw new UnusableConfigurationException(lines);
        }
    }

    private static String line(String key, String rule) {
        return "Configuration: " + WebhookSettings.PREFIX + "." + key + " " + rule + ": see deploy/CONFIGURATION.md.";
    }
}
