package dev.apparmoradmission.decision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** That every number of the tables is accounted for, and that what the ledger says is proven here has a test here. */
class TableLedgerTest {

    private static final Pattern NUMBER = Pattern.compile("(?:\\bvoid ([a-z][0-9]{2})|\\b([A-Z][0-9]{2})\\b)");

    private static final JsonNode NUMBERS =
            Manifests.resource("/tables/ledger.yaml").path("numbers");

    @Test
    void all178NumbersAreProvenSomewhere() {
        int count = 0;
        for (var table : NUMBERS.properties()) {
            Set<String> all = all(table.getKey(), table.getValue());
            Set<String> proven = new TreeSet<>();
            for (String place : List.of("here", "webhook", "e2e")) {
                Set<String> there = at(table.getKey(), table.getValue(), place);
                assertThat(all)
                        .as("numbers of table %s, %s", table.getKey(), place)
                        .containsAll(there);
                proven.addAll(there);
            }
            assertThat(proven).isEqualTo(all);
            count += all.size();
        }
        assertThat(count).isEqualTo(178);
    }

    @Test
    void whatIsSaidToBeProvenHereHasATestHereAndNothingElseHas() {
        Set<String> claimed = new TreeSet<>();
        NUMBERS.properties().forEach(table -> claimed.addAll(at(table.getKey(), table.getValue(), "here")));

        assertThat(tested()).isEqualTo(claimed);
    }

    @Test
    void whatIsSaidToBeProvenElsewhereIsNamedThere() throws IOException {
        Map<String, Path> elsewhere = Map.of(
                "webhook", Path.of("src", "test", "java", "dev", "apparmoradmission", "webhook"),
                "e2e", Path.of("e2e", "src", "test"));
        for (var place : elsewhere.entrySet()) {
            Set<String> claimed = new TreeSet<>();
            NUMBERS.properties().forEach(table -> claimed.addAll(at(table.getKey(), table.getValue(), place.getKey())));

            assertThat(named(place.getValue())).as(place.getKey()).containsAll(claimed);
        }
    }

    /** Numbers in display names and, in lower case, at the beginning of the names of test methods. */
    private static Set<String> named(Path tests) throws IOException {
        Set<String> named = new TreeSet<>();
        try (Stream<Path> files = Files.walk(tests)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".java")).toList()) {
                Matcher matcher = NUMBER.matcher(Files.readString(file));
                while (matcher.find()) {
                    named.add(
                            (matcher.group(1) == null ? matcher.group(2) : matcher.group(1)).toUpperCase(Locale.ROOT));
                }
            }
        }
        return named;
    }

    private static Set<String> tested() {
        Set<String> tested = new TreeSet<>();
        for (String table : List.of("A", "B", "UEG", "D")) {
            TableRow.table(table).forEach(row -> tested.add(row.number()));
        }
        Manifests.resource("/tables/N.yaml")
                .path("rows")
                .forEach(row -> tested.add(row.path("row").textValue()));
        for (Method method : PatchTest.class.getDeclaredMethods()) {
            DisplayName name = method.getAnnotation(DisplayName.class);
            if (name != null) {
                tested.add(name.value().substring(0, 3));
            }
        }
        return tested;
    }

    private static Set<String> all(String letter, JsonNode table) {
        List<String> all = new ArrayList<>();
        for (int i = 1; i <= table.path("last").intValue(); i++) {
            all.add(String.format("%s%02d", letter, i));
        }
        return new TreeSet<>(all);
    }

    private static Set<String> at(String letter, JsonNode table, String place) {
        JsonNode there = table.path(place);
        if (there.asText().equals("all")) {
            return all(letter, table);
        }
        if (there.isObject()) {
            Set<String> rest = all(letter, table);
            there.path("all but").forEach(number -> rest.remove(number.textValue()));
            return rest;
        }
        Set<String> numbers = new TreeSet<>();
        there.forEach(number -> numbers.add(number.textValue()));
        return numbers;
    }
}
