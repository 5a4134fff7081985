package dev.apparmoradmission.e2e.rollout;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The one form of query that the guide has, over two scrapes: what a counter has grown by between them. An increase over a longer
 * time is the same with another two.
 */
final class PromQl {
    private static final Pattern QUERY =
            Pattern.compile("sum by \\(([\\w, ]+)\\) \\(increase\\((\\w+)(?:\\{([^}]*)})?\\[\\w+]\\)\\)");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    private PromQl() {}

    /** The answer, one line a series, as a console shows it. */
    static String ask(String query, String before, String after) {
        Matcher read = QUERY.matcher(query.strip());
        if (!read.matches()) {
            throw new IllegalArgumentException("the test cannot answer: " + query);
        }
        List<String> by = List.of(read.group(1).split(", *"));
        Map<String, String> wanted = new TreeMap<>();
        if (read.group(3) != null) {
            MATCHER.matcher(read.group(3)).results().forEach(each -> wanted.put(each.group(1), each.group(2)));
        }
        Map<String, Integer> sums = new TreeMap<>();
        Doors.moved(read.group(2), before, after).forEach((labels, grown) -> {
            boolean ours = !labels.containsKey("namespace") || Estate.NAMESPACES.contains(labels.get("namespace"));
            if (ours && labels.entrySet().containsAll(wanted.entrySet())) {
                List<String> shown = new ArrayList<>();
                by.forEach(label -> shown.add(label + "=\"" + labels.getOrDefault(label, "") + "\""));
                sums.merge("{" + String.join(", ", shown) + "}", grown, Integer::sum);
            }
        });
        return sums.entrySet().stream()
                .map(sum -> sum.getKey() + " " + sum.getValue())
                .collect(Collectors.joining("\n"));
    }
}
