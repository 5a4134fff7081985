package dev.apparmoradmission.e2e.webhook;

import java.util.List;

/**
 * The webhook's metrics at one moment.
 *
 * @param text in the Prometheus text format
 */
public record Metrics(String text) {
    /** The sum of a metric's samples that carry all these labels, each as {@code name="value"}. */
    public double sum(String metric, String... labels) {
        return text.lines()
                .filter(line -> line.startsWith(metric + "{") || line.startsWith(metric + " "))
                .filter(line -> List.of(labels).stream().allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }
}
