package dev.apparmoradmission.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DocumentsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    // ---- scalars, as kubectl reads them

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    y                | true
                    Yes              | true
                    on               | true
                    True             | true
                    n                | false
                    off              | false
                    OFF              | false
                    oN               | "oN"
                    ~                | null
                    Null             | null
                    ``               | null
                    nULL             | "nULL"
                    "off"            | "off"
                    'y'              | "y"
                    !!str off        | "off"
                    !!str 12         | "12"
                    !!bool yes       | true
                    !!int "12"       | 12
                    !!float 12       | 12.0
                    12               | 12
                    +12              | 12
                    -12              | -12
                    0777             | 511
                    0o17             | 15
                    0x1F             | 31
                    0xfullname       | "0xfullname"
                    0b101            | 5
                    -0b101           | -5
                    08               | 8.0
                    1_000            | 1000
                    1e3              | 1000.0
                    .5               | 0.5
                    5.               | 5.0
                    .4_2             | 0.42
                    .4_              | ".4_"
                    0x1p3            | "0x1p3"
                    -0               | 0
                    1e-400           | 0.0
                    1.10             | 1.1
                    7e342151         | "7e342151"
                    9223372036854775807  | 9223372036854775807
                    -9223372036854775808 | -9223372036854775808
                    18446744073709551615 | 18446744073709551615
                    18446744073709551616 | 18446744073709551616.0
                    2027-03-01       | "2027-03-01"
                    1:30             | "1:30"
                    10.0.0.1         | "10.0.0.1"
                    500m             | "500m"
                    -                | [null]
                    =                | "="
                    .                | "."
                    0x               | "0x"
                    +                | "+"
                    """)
    void a_scalar_means_what_it_means_to_kubectl(String yaml, String json) throws IOException {
        assertThat(one(yaml == null ? "a: " : "a: " + (yaml.equals("-") ? "[~]" : yaml))
                        .get("a"))
                .isEqualTo(number(JSON.readTree(json)));
    }

    @ParameterizedTest
    @ValueSource(strings = {".nan", ".inf", "-.Inf", "!!binary aGk=", "!env HOME", "!!int x", "!!set {a}", "!!bool 1"})
    void what_json_cannot_say_is_an_error(String yaml) {
        assertThat(problem("a: " + yaml).place()).isEqualTo(new Place(1, 4));
    }

    @Test
    void a_key_is_named_as_its_value_is_in_json() throws IOException {
        assertThat(one("on: a\n1: b\n0x10: c\n2.0: d\n1.5: e\n'off': f\n"))
                .isEqualTo(JSON.readTree(
                        "{\"true\":\"a\",\"1\":\"b\",\"16\":\"c\",\"2\":\"d\",\"1.5\":\"e\",\"off\":\"f\"}"));
        assertThat(problem("1: a\n'1': b\n").problem()).contains("twice");
    }

    @Test
    void keys_that_are_no_names_are_errors() {
        assertThat(problem("? [a]\n: b\n").problem()).contains("as a key");
        assertThat(problem("a: 1\n~: b\n")).hasMessage("2:1: ~ as a key; put it in quotes");
        assertThat(problem("a: 1\n1e21: b\n")).hasMessage("2:1: 1e21 as a key; put it in quotes");
        assertThat(problem("a: 1\n18446744073709551615: b\n").place()).isEqualTo(new Place(2, 1));
    }

    // ---- documents

    @Test
    void documents_are_numbered_by_content_and_know_their_place() throws IOException {
        List<Document> found = new ArrayList<>();
        Documents documents =
                documents("# comment only\n---\n---\na: 1\n--- # with a comment\n  b: 2\n...\n---\n~\n--- {c: 3}\n");
        List<JsonNode> values = new ArrayList<>();
        for (Optional<Document> next = documents.next(); next.isPresent(); next = documents.next()) {
            found.add(next.get());
            values.add(next.get().tree().value());
        }
        assertThat(values).hasToString("[{\"a\":1}, {\"b\":2}, {\"c\":3}]");
        assertThat(found).extracting(Document::number).containsExactly(1, 2, 3);
        assertThat(found)
                .extracting(Document::place)
                .containsExactly(new Place(4, 1), new Place(6, 3), new Place(10, 5));
    }

    @Test
    void a_malformed_document_does_not_take_the_next_one_with_it() throws IOException {
        Documents documents = documents("a: 1\n---\nb: [\n---\nc: 3\nc: 4\n---\nd: 5\n");
        assertThat(documents.next().orElseThrow().tree().value()).hasToString("{\"a\":1}");
        assertThatThrownBy(() -> documents.next().orElseThrow().tree()).hasMessageStartingWith("4:1: ");
        assertThatThrownBy(() -> documents.next().orElseThrow().tree())
                .hasMessage("6:1: key \"c\" is there twice in one mapping");
        assertThat(documents.next().orElseThrow().tree().value()).hasToString("{\"d\":5}");
        assertThat(documents.next()).isEmpty();
    }

    @Test
    void a_separator_inside_a_block_of_text_is_text() throws IOException {
        assertThat(one("a: |\n  ---\n  b\nc: '\n  --- x'\n").get("a").textValue())
                .isEqualTo("---\nb\n");
        assertThat(all("a: ---b\n---c: d\n").toString()).isEqualTo("[{\"a\":\"---b\",\"---c\":\"d\"}]");
    }

    @Test
    void windows_line_ends_and_a_byte_order_mark_are_read_as_well() throws IOException {
        assertThat(all("\uFEFFa: 1\r\n---\r\nb: 2\r\n")).hasToString("[{\"a\":1}, {\"b\":2}]");
    }

    @Test
    void a_document_that_was_read_halfway_is_skipped() throws IOException {
        Documents documents = documents("{a: [1, {b: 2}]}\n...\n---\nc: 3\n");
        JsonParser half = documents.next().orElseThrow().parser();
        assertThat(half.nextToken()).isEqualTo(JsonToken.FIELD_NAME);
        assertThat(documents.next().orElseThrow().tree().value()).hasToString("{\"c\":3}");
    }

    @Test
    void tokens_are_the_document() throws IOException {
        JsonParser tokens = documents("a: [1, off, x]\nb: {}\n")
                .next()
                .orElseThrow()
                .tokens()
                .asParser();
        assertThat(JSON.<JsonNode>readTree(tokens)).hasToString("{\"a\":[1,false,\"x\"],\"b\":{}}");
    }

    @Test
    void skipping_children_leaves_the_parser_at_their_end() throws IOException {
        for (String text : List.of("a: {b: [1, 2]}\nc: 3\n", "{\"a\": {\"b\": [1, 2]}, \"c\": 3}")) {
            JsonParser parser = documents(text).next().orElseThrow().parser();
            parser.nextToken();
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            assertThat(parser.currentName()).isEqualTo("a");
            parser.skipChildren();
            assertThat(parser.nextToken()).isEqualTo(JsonToken.FIELD_NAME);
            assertThat(parser.currentName()).isEqualTo("c");
            assertThat(parser.nextToken()).isEqualTo(JsonToken.VALUE_NUMBER_INT);
            assertThat(parser.getIntValue()).isEqualTo(3);
            assertThat(parser.nextToken()).isEqualTo(JsonToken.END_OBJECT);
            assertThat(parser.nextToken()).isNull();
            assertThat(parser.nextToken()).isNull();
        }
    }

    // ---- JSON

    @Test
    void json_with_tabs_and_several_values_is_read_as_json() throws IOException {
        assertThat(all("{\n\t\"a\": 1}\n{\"b\": 2} null [{\"c\": 3}]\n---\n{\"d\": 4}"))
                .hasToString("[{\"a\":1}, {\"b\":2}, [{\"c\":3}], {\"d\":4}]");
    }

    @Test
    void places_in_json_count_from_the_start_of_the_file() throws IOException {
        Documents documents = documents("a: 1\n---\n\n{\"b\":\n  {\"c\": 2}}\n");
        documents.next();
        Located tree = documents.next().orElseThrow().tree();
        Located c = tree.field("b").flatMap(b -> b.field("c")).orElseThrow();
        assertThat(c.place()).isEqualTo(new Place(5, 9));
        assertThat(c.keyPlace()).isEqualTo(new Place(5, 4));
    }

    @Test
    void what_only_looks_like_json_is_read_as_yaml() throws IOException {
        assertThat(one("{\"a\": 1, b: [x]}")).hasToString("{\"a\":1,\"b\":[\"x\"]}");
        assertThat(one("{a: 1, 'b': yes}")).hasToString("{\"a\":1,\"b\":true}");
    }

    @Test
    void broken_json_is_reported_where_json_breaks() {
        assertThat(problem("{\"a\": 1,\n \"b\": ]}").place()).isEqualTo(new Place(2, 7));
        assertThat(problem("{\"a\": 1, \"a\": 2}").problem()).isEqualTo("Duplicate field 'a'");
    }

    // ---- aliases and merge keys

    @Test
    void an_alias_stands_for_what_its_anchor_names() throws IOException {
        assertThat(one("a: &x {b: [1, &y 2]}\nc: *x\nd: [*y, *x]\n*y : e\n"))
                .isEqualTo(
                        JSON.readTree("{\"a\":{\"b\":[1,2]},\"c\":{\"b\":[1,2]},\"d\":[2,{\"b\":[1,2]}],\"2\":\"e\"}"));
    }

    @Test
    void an_anchor_may_hold_aliases_and_be_named_anew() throws IOException {
        assertThat(one("a: &x 1\nb: &y [*x, &x 2]\nc: *x\nd: *y\n"))
                .isEqualTo(JSON.readTree("{\"a\":1,\"b\":[1,2],\"c\":2,\"d\":[1,2]}"));
    }

    @Test
    void aliases_that_lead_nowhere_are_errors() {
        assertThat(problem("a: *x\n")).hasMessage("1:4: alias *x names no anchor above it");
        assertThat(problem("a: &x [1, *x]\n")).hasMessage("1:11: alias *x stands inside what it names");
        assertThat(problem("a: &x 1\n---\nb: *x\n")).hasMessage("3:4: alias *x names no anchor above it");
    }

    @Test
    void an_alias_bomb_ends_with_the_budget() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 20; i++) {
            bomb.append("a").append(i).append(": &a").append(i).append(" [");
            bomb.append(("*a" + (i - 1) + ", ").repeat(10)).append("]\n");
        }
        assertThat(problem(bomb.toString()).problem()).contains("20000 values");
    }

    @Test
    void a_bomb_of_merge_keys_ends_with_the_budget() {
        StringBuilder bomb = new StringBuilder("a0: &a0 {k0: x}\n");
        for (int i = 1; i < 2000; i++) {
            bomb.append("a%d: &a%d {<<: *a%d, k%d: x}\n".formatted(i, i, i - 1, i));
        }
        assertThat(problem(bomb.toString()).problem()).containsAnyOf("merge keys");
    }

    @Test
    void merge_keys_add_the_fields_that_nobody_wrote_out() throws IOException {
        String base = "base: &base {a: 1, b: {c: 2}}\nother: &other {a: 7, d: 3}\n";
        assertThat(one(base + "x: {a: 0, <<: *base, e: 9}\n").get("x"))
                .isEqualTo(JSON.readTree("{\"a\":0,\"b\":{\"c\":2},\"e\":9}"));
        assertThat(one(base + "x:\n  <<: [*base, *other]\n  b: 5\n").get("x"))
                .isEqualTo(JSON.readTree("{\"b\":5,\"a\":1,\"d\":3}"));
        assertThat(one(base + "x: &x {<<: *base, f: 1}\nw: [{<<: *x, a: 2}]\nz: *x\n"))
                .isEqualTo(JSON.readTree("{\"base\":{\"a\":1,\"b\":{\"c\":2}},\"other\":{\"a\":7,\"d\":3},"
                        + "\"x\":{\"a\":1,\"b\":{\"c\":2},\"f\":1},\"w\":[{\"a\":2,\"b\":{\"c\":2},\"f\":1}],"
                        + "\"z\":{\"a\":1,\"b\":{\"c\":2},\"f\":1}}"));
        assertThat(one(base + "x:\n  !!merge <<: *base\n  b: 5\n").get("x"))
                .isEqualTo(one(base + "x:\n  <<: *base\n  b: 5\n").get("x"));
        assertThat(one("!!merge '<<': {a: 1}\n")).hasToString("{\"a\":1}");
        assertThat(problem("x:\n  !!merge y: {a: 1}\n").place()).isEqualTo(new Place(2, 3));
        assertThat(one("'<<': {a: 1}\n")).hasToString("{\"<<\":{\"a\":1}}");
        assertThat(problem("x: {<<: 1}\n").place()).isEqualTo(new Place(1, 9));
        assertThat(problem("x: {<<: [{a: 1}, 2]}\n").place()).isEqualTo(new Place(1, 18));
    }

    // ---- bounds

    @ParameterizedTest
    @ValueSource(strings = {"yaml", "json"})
    void nesting_is_bounded(String form) {
        String deep = form.equals("json") ? "[".repeat(10_000) + "]".repeat(10_000) : "- ".repeat(10_000) + "x";
        assertThat(problem(deep))
                .hasMessage(
                        form.equals("json") ? "1:101: nested more than 100 deep" : "1:201: nested more than 100 deep");
    }

    @Test
    void the_size_of_a_file_is_bounded() {
        byte[] content = new byte[10 * 1024 * 1024 + 1];
        assertThatThrownBy(() -> Documents.of(content, DocumentLimits.POLICIES))
                .isInstanceOf(MalformedDocumentException.class)
                .hasMessage("1:1: 10485761 bytes; at most 10485760 are read");
    }

    @Test
    void the_values_of_a_document_are_bounded() {
        assertThat(problem("- a\n".repeat(300_000)).problem()).startsWith("more than 200000 values");
        assertThat(problem("[" + "\"a\",".repeat(300_000) + "1]").problem()).startsWith("more than 200000 values");
    }

    @Test
    void the_values_of_a_file_with_many_documents_are_counted_by_document() throws IOException {
        assertThat(all("[a, b, c]\n---\n".repeat(70_000))).hasSize(70_000);
    }

    // ---- bytes

    @Test
    void bytes_that_are_not_utf8_are_reported_with_their_place() {
        byte[] content = "a: 1\nb: ü\nc: \u00e9".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> Documents.of(content, DocumentLimits.POLICIES))
                .hasMessage("2:4: byte 0xfc is not UTF-8; save the file as UTF-8");
        byte[] cut = {'a', ':', ' ', (byte) 0xc3};
        assertThatThrownBy(() -> Documents.of(cut, DocumentLimits.POLICIES))
                .hasMessage("1:4: byte 0xc3 is not UTF-8; save the file as UTF-8");
    }

    @Test
    void the_replacement_character_itself_is_a_character() throws IOException {
        assertThat(one("a: x\uFFFDy\n").get("a").textValue()).isEqualTo("x\uFFFDy");
    }

    @Test
    void nul_and_other_control_characters_are_reported_with_their_place() {
        assertThat(problem("a: 1\nb: x\0y\n")).hasMessage("2:5: control character U+0000; YAML allows none");
        assertThat(problem("a: \u001b[31mred\n").place()).isEqualTo(new Place(1, 4));
    }

    @Test
    void a_message_is_one_line_whatever_the_file_holds() {
        assertThat(problem("? \"a\\nb\\u2028c\"\n: 1\n? \"a\\nb\\u2028c\"\n: 2\n")
                        .problem())
                .isEqualTo("key \"a\\u000ab\\u2028c\" is there twice in one mapping");
    }

    @Test
    void any_prefix_of_a_file_gives_documents_or_one_clear_error() {
        String text =
                "a: &x {b: [1, 'two', \"th\\u0072ee\"]}\nc: |\n  text\n  more\n<<: *x\nd: >-\n  folded\n? e\n: !!str 5\n";
        for (int end = 0; end <= text.length(); end++) {
            try {
                all(text.substring(0, end));
            } catch (MalformedDocumentException e) {
                assertThat(e.problem()).isNotBlank().doesNotContain("\n");
                assertThat(e.place().line()).isBetween(1, 12);
            } catch (IOException e) {
                throw new AssertionError("prefix of " + end, e);
            }
        }
    }

    private static Documents documents(String text) throws MalformedDocumentException {
        return Documents.of(text.getBytes(StandardCharsets.UTF_8), DocumentLimits.POLICIES);
    }

    private static List<JsonNode> all(String text) throws IOException {
        List<JsonNode> values = new ArrayList<>();
        Documents documents = documents(text);
        for (Optional<Document> next = documents.next(); next.isPresent(); next = documents.next()) {
            values.add(next.get().tree().value());
        }
        return values;
    }

    private static JsonNode one(String text) throws IOException {
        return documents(text).next().orElseThrow().tree().value();
    }

    private static MalformedDocumentException problem(String text) {
        return catchThrowableOfType(MalformedDocumentException.class, () -> all(text));
    }

    /** Both sides say numbers in the narrowest of our types. */
    private static JsonNode number(JsonNode node) throws IOException {
        return node.isDouble() ? JSON.getNodeFactory().numberNode(node.decimalValue()) : node;
    }
}
