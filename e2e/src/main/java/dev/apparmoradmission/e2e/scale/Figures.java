package dev.apparmoradmission.e2e.scale;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured, by name, in the order in which it was measured. */
public final class Figures {
    private final Map<String, String> rows = new LinkedHashMap<>();

    void put(String name, String format, Object... values) {
        String value = String.format(Locale.ROOT, format, values);
        rows.put(name, value);
        System.out.println(name + ": " + value);
    }

    /** The figures by name. */
    public Map<String, String> rows() {
        return Map.copyOf(rows);
    }

    /** As a table in Markdown. */
    public String table() {
        StringBuilder table = new StringBuilder("| figure | |\n|---|---|\n");
        rows.forEach((name, value) ->
                table.append("| ").append(name).append(" | ").append(value).append(" |\n"));
        return table.toString();
    }

    /** "p50 12 ms, p99 40 ms, longest 41 ms of 200". */
    static String quantiles(List<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return String.format(
                Locale.ROOT,
                "p50 %.1f ms, p99 %.1f ms, longest %.1f ms, of %d",
                quantile(sorted, 0.5),
                quantile(sorted, 0.99),
                Arrays.stream(sorted).max().orElse(0) / 1e6,
                sorted.length);
    }

    private static double quantile(long[] sorted, double part) {
        return sorted.length == 0
                ? 0
                : sorted[(int) Math.min(sorted.length - 1, Math.ceil(part * sorted.length) - 1)] / 1e6;
    }
}
