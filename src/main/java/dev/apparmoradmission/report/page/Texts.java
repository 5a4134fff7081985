package dev.apparmoradmission.report.page;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.report.Printable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Every text of the page once, by number: thousands of findings share messages, fixes and names. It also tells how much the
 * page holds already, so that whoever adds to it can stop.
 */
final class Texts {

    /** What a number, its brackets and its comma take. */
    private static final int OVERHEAD = 4;

    private final Map<String, Integer> numbers = new LinkedHashMap<>();
    private long size;

    /** The number of a text; what could hide or pass for something else in it is escaped. */
    int of(String text) {
        String shown = Printable.of(text);
        Integer known = numbers.get(shown);
        if (known != null) {
            return known;
        }
        int number = numbers.size();
        numbers.put(shown, number);
        size += written(shown) + OVERHEAD;
        return number;
    }

    /** How many bytes the texts take in the page, at most. */
    long size() {
        return size;
    }

    /** How many bytes a text takes: all beyond plain ASCII is escaped. */
    private static long written(String text) {
        long plain = text.chars()
                .filter(c -> c >= ' ' && c < 0x7f && "<>&\"\\".indexOf(c) < 0)
                .count();
        return plain + 6 * (text.length() - plain);
    }

    /** Writes them, in the order of their numbers. */
    void write(JsonGenerator json) throws IOException {
        json.writeStartArray();
        for (String text : numbers.keySet()) {
            json.writeString(text);
        }
        json.writeEndArray();
    }
}
