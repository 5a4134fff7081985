package dev.apparmoradmission.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is passed over by its bytes comes to the same as what Jackson passes over token by token: for JSON, and for what is none. */
class SkippingJsonFactoryTest {

    private static final int DEEPEST = 30;

    private final JsonFactory skipping = new SkippingJsonFactory(DEEPEST);
    private final JsonFactory plain = JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
            .build();
    private final Random random = new Random(11);

    @Test
    void any_json_is_passed_over_by_its_bytes_and_ends_where_the_library_says() throws IOException {
        for (int i = 0; i < 20_000; i++) {
            String skipped = structure(1 + random.nextInt(6), ASCII_STRINGS);
            byte[] document = document(skipped);

            assertThat(told(skipping, document, document.length)).as(skipped).isEqualTo("next=7 end");
            int open = OPENING.length();
            assertThat(SkippedJson.end(document, open, document.length, DEEPEST))
                    .as(skipped)
                    .isEqualTo(open + skipped.length() - 1);
        }
    }

    @Test
    void a_changed_or_cut_document_comes_to_the_same_as_with_the_library() {
        for (int i = 0; i < 60_000; i++) {
            byte[] document = document(structure(1 + random.nextInt(4), ANY_STRINGS));
            int length = document.length;
            if (random.nextInt(8) == 0) {
                length = random.nextInt(length + 1);
            } else {
                for (int change = random.nextInt(3); change >= 0; change--) {
                    document[random.nextInt(length)] = changed();
                }
            }
            assertThat(told(skipping, document, length))
                    .as(new String(document, 0, length, StandardCharsets.UTF_8))
                    .isEqualTo(told(plain, document, length));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,}",
                "[1,]",
                "[,1]",
                "{,}",
                "{\"a\"}",
                "{\"a\" 1}",
                "{a:1}",
                "[1 2]",
                "[1}",
                "{\"a\":1]",
                "[01]",
                "[-]",
                "[1.]",
                "[.5]",
                "[1e]",
                "[+1]",
                "[NaN]",
                "[tru]",
                "[True]",
                "[nulll]",
                "[truefalse]",
                "['a']",
                "[\"\\x\"]",
                "[\"\\u12g4\"]",
                "[\"\\u123",
                "[\"a\tb\"]",
                "[\"a",
                "[",
                "{",
                "[1",
                "{\"a\":",
                "[/* why */]",
                "{\"a\":}",
                "[\u00001]"
            })
    void what_is_no_json_is_refused(String skipped) {
        byte[] document = document(skipped);

        assertThatThrownBy(() -> read(skipping, document, document.length)).isInstanceOf(IOException.class);
        assertThat(SkippedJson.end(document, OPENING.length(), document.length, DEEPEST))
                .isEqualTo(SkippedJson.NOWHERE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                " { } ",
                "[ ]",
                "[-0.5e-3,0,10,1E+2]",
                "[true,false,null]",
                "{\"\":\"\"}",
                "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"]",
                "{\"k:{\\\"uid\\\":\\\"1-2\\\"}\":{\".\":{}}}",
                "[[[[]]]]",
                "{\r\n\t\"a\" : [ 1 , 2 ] \n}",
                "[\"12345678\",\"123456789\"]"
            })
    void json_of_every_form_is_passed_over(String skipped) throws IOException {
        byte[] document = document(skipped);

        assertThat(told(skipping, document, document.length)).isEqualTo("next=7 end");
    }

    @Test
    void only_the_bytes_of_the_body_count() {
        String body = OPENING + "[1,2";
        byte[] buffer = (body + "],\"after\":7}").getBytes(StandardCharsets.UTF_8);

        assertThatThrownBy(() -> read(skipping, buffer, body.length())).isInstanceOf(IOException.class);
    }

    @Test
    void what_nests_too_deeply_is_refused_by_the_library() throws IOException {
        String deepest = "[".repeat(DEEPEST - 1) + "]".repeat(DEEPEST - 1);
        byte[] document = document(deepest);
        byte[] tooDeep = document("[" + deepest + "]");

        assertThat(read(skipping, document, document.length)).isEqualTo("next=7 end");
        assertThatThrownBy(() -> read(skipping, tooDeep, tooDeep.length))
                .isInstanceOf(StreamConstraintsException.class)
                .hasMessageContaining(String.valueOf(DEEPEST));
    }

    @Test
    void names_and_numbers_that_are_too_long_are_refused_by_the_library() {
        byte[] name = document("{\"" + "n".repeat(60_000) + "\":1}");
        byte[] number = document("[" + "1".repeat(1_001) + "]");

        for (byte[] document : List.of(name, number)) {
            assertThat(told(skipping, document, document.length)).isEqualTo(told(plain, document, document.length));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"})
    void other_encodings_are_read_as_the_library_reads_them(String encoding) {
        byte[] document = (OPENING + "{\"a\":[\"\u00e9\"]},\"after\":7}").getBytes(Charset.forName(encoding));

        assertThat(told(skipping, document, document.length)).isEqualTo("next=7 end");
    }

    private static final String OPENING = "{\"before\":";

    private static byte[] document(String skipped) {
        return (OPENING + skipped + ",\"after\":7}").getBytes(StandardCharsets.UTF_8);
    }

    /** What is read where one field is passed over, or that it is none. */
    private static String told(JsonFactory factory, byte[] json, int length) {
        try {
            return read(factory, json, length);
        } catch (IOException refused) {
            return refused.getClass().getSimpleName();
        }
    }

    private static String read(JsonFactory factory, byte[] json, int length) throws IOException {
        try (JsonParser parser = factory.createParser(json, 0, length)) {
            parser.nextToken();
            parser.nextFieldName();
            parser.nextToken();
            parser.skipChildren();
            StringBuilder told = new StringBuilder();
            for (String field = parser.nextFieldName(); field != null; field = parser.nextFieldName()) {
                parser.nextToken();
                told.append(field.equals("after") ? "next" : field)
                        .append('=')
                        .append(parser.getText())
                        .append(' ');
                parser.skipChildren();
            }
            return told + (parser.nextToken() == null ? "end" : "more");
        }
    }

    private byte changed() {
        String likely = "{}[],:\"\\ \n\t0123456789-.eEtfnu";
        return random.nextInt(4) == 0
                ? (byte) random.nextInt(256)
                : (byte) likely.charAt(random.nextInt(likely.length()));
    }

    private static final List<String> ASCII_STRINGS = List.of(
            "",
            "a",
            "f:metadata",
            "k:{\\\"uid\\\":\\\"0b6f\\\"}",
            "12345678",
            "1234567",
            "a line\\n",
            "\\u0026\\u0026",
            "\\\\",
            "{[\\\"]}",
            "/x");
    private static final List<String> ANY_STRINGS = IntStream.range(0, 14)
            .mapToObj(
                    i -> i < ASCII_STRINGS.size() ? ASCII_STRINGS.get(i) : "\u00fc\u20ac\uD83D\uDE00".substring(i - 11))
            .toList();
    private static final List<String> SCALARS = List.of(
            "true", "false", "null", "0", "-1", "12.50", "3e8", "-0.1E-2", "1234567890123456789012345678901234567890");
    private static final List<String> SPACES = List.of("", "", "", " ", "\n  ", "\r\n\t");

    private String structure(int depth, List<String> strings) {
        boolean object = random.nextBoolean();
        StringBuilder text = new StringBuilder(object ? "{" : "[").append(one(SPACES));
        for (int i = random.nextInt(4); i > 0; i--) {
            if (object) {
                text.append(string(strings)).append(one(SPACES)).append(':').append(one(SPACES));
            }
            text.append(value(depth, strings)).append(one(SPACES));
            if (i > 1) {
                text.append(',').append(one(SPACES));
            }
        }
        return text.append(object ? '}' : ']').toString();
    }

    private String value(int depth, List<String> strings) {
        return switch (random.nextInt(depth > 1 ? 4 : 2)) {
            case 0 -> one(SCALARS);
            case 1 -> string(strings);
            default -> structure(depth - 1, strings);
        };
    }

    private String string(List<String> strings) {
        return '"' + one(strings) + (random.nextInt(5) == 0 ? one(strings) : "") + '"';
    }

    private String one(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
