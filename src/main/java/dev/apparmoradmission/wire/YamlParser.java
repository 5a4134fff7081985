package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.Base64Variant;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.ObjectCodec;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.Version;
import com.fasterxml.jackson.core.base.ParserMinimalBase;
import com.fasterxml.jackson.core.io.ContentReference;
import com.fasterxml.jackson.core.json.JsonReadContext;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;

/**
 * One YAML document as the JSON that Kubernetes makes of it, token by token: what reads JSON reads YAML through it, and no
 * tree is built on the way. Its exceptions are {@link MalformedDocumentException}s. A field that a mapping has twice is one.
 */
final class YamlParser extends ParserMinimalBase implements Spanned {

    private static final String MAP_TAG = "tag:yaml.org,2002:map";
    private static final String LIST_TAG = "tag:yaml.org,2002:seq";

    private final YamlEvents events;
    private final DocumentLimits limits;

    /** By depth; used again for every mapping of that depth. */
    private final List<FieldNames> names = new ArrayList<>();

    private JsonReadContext context = JsonReadContext.createRootContext(null);
    private Event event;
    private boolean started;
    private boolean ended;
    private int depth;
    private int values;
    private Object value = YamlScalars.Nothing.NULL;

    /** Reads the document that {@code events} has just begun. */
    YamlParser(YamlEvents events, DocumentLimits limits) throws MalformedDocumentException {
        super(StreamReadConstraints.defaults());
        this.events = events;
        this.limits = limits;
        this.event = events.next();
    }

    /** Whether the document holds nothing at all, or only comments. */
    boolean isEmpty() {
        return event instanceof ScalarEvent scalar
                && scalar.isPlain()
                && YamlScalars.plain(scalar.getValue()) == YamlScalars.Nothing.NULL;
    }

    /** The place of the current token. */
    Place place() {
        return events.place(event);
    }

    @Override
    public int start() {
        return events.start(event);
    }

    @Override
    public int end() {
        return events.end(event);
    }

    @Override
    public boolean isFlow() {
        return event instanceof CollectionStartEvent collection && collection.isFlow();
    }

    @Override
    public boolean isBlockScalar() {
        return YamlEvents.isOfLines(event);
    }

    @Override
    public int aliasEnd() {
        return events.aliasEnd();
    }

    /** The current scalar as it was written: {@code off} where the value is false. */
    String written() {
        return event instanceof ScalarEvent scalar ? scalar.getValue() : "";
    }

    @Override
    public @Nullable JsonToken nextToken() throws IOException {
        if (ended) {
            _currToken = null;
            return null;
        }
        if (started) {
            event = events.next();
        }
        started = true;
        if (++values > limits.maxValues()) {
            throw problem("more than " + limits.maxValues() + " values in one document; split it");
        }
        _currToken = context.inObject() && _currToken != JsonToken.FIELD_NAME ? key() : node();
        ended = depth == 0;
        return _currToken;
    }

    private JsonToken key() throws IOException {
        while (event instanceof ScalarEvent scalar && MergeKeys.isMerge(scalar)) {
            new MergeKeys(events).resolve(names.get(depth).toSet());
            event = events.next();
        }
        if (event.getEventId() == Event.ID.MappingEnd) {
            return end(JsonToken.END_OBJECT);
        }
        if (!(event instanceof ScalarEvent scalar)) {
            throw problem("a list or mapping as a key; a key must be a plain name");
        }
        String name = YamlScalars.name(value(scalar))
                .orElseThrow(() -> problem(scalar.getValue() + " as a key; put it in quotes"));
        if (!names.get(depth).add(name)) {
            throw problem("key \"" + name + "\" is there twice in one mapping");
        }
        context.setCurrentName(name);
        return JsonToken.FIELD_NAME;
    }

    private JsonToken node() throws IOException {
        if (context.inArray()) {
            context.expectComma();
        }
        return switch (event.getEventId()) {
            case MappingStart -> {
                checkTag(((MappingStartEvent) event).getTag(), MAP_TAG);
                enter();
                context = context.createChildObjectContext(0, 0);
                yield JsonToken.START_OBJECT;
            }
            case SequenceStart -> {
                checkTag(((SequenceStartEvent) event).getTag(), LIST_TAG);
                enter();
                context = context.createChildArrayContext(0, 0);
                yield JsonToken.START_ARRAY;
            }
            case SequenceEnd -> end(JsonToken.END_ARRAY);
            case Scalar -> scalar((ScalarEvent) event);
            default -> throw problem("the document ends in the middle");
        };
    }

    private JsonToken scalar(ScalarEvent scalar) throws MalformedDocumentException {
        value = value(scalar);
        if (value instanceof String) {
            return JsonToken.VALUE_STRING;
        }
        if (value instanceof Boolean b) {
            return b ? JsonToken.VALUE_TRUE : JsonToken.VALUE_FALSE;
        }
        if (value instanceof Double number) {
            if (number.isNaN() || number.isInfinite()) {
                throw problem("JSON has no number for " + scalar.getValue() + "; put it in quotes if it is text");
            }
            return JsonToken.VALUE_NUMBER_FLOAT;
        }
        return value == YamlScalars.Nothing.NULL ? JsonToken.VALUE_NULL : JsonToken.VALUE_NUMBER_INT;
    }

    private Object value(ScalarEvent scalar) throws MalformedDocumentException {
        Optional<Object> found = YamlScalars.value(scalar);
        if (found.isEmpty()) {
            throw problem("tag " + scalar.getTag().orElse("") + " does not fit \"" + scalar.getValue() + "\" here");
        }
        return found.get();
    }

    private void enter() throws MalformedDocumentException {
        if (++depth > limits.maxDepth()) {
            throw problem("nested more than " + limits.maxDepth() + " deep");
        }
        while (names.size() <= depth) {
            names.add(new FieldNames());
        }
        names.get(depth).clear();
    }

    private JsonToken end(JsonToken token) {
        depth--;
        context = context.clearAndGetParent();
        return token;
    }

    private void checkTag(Optional<String> tag, String standard) throws MalformedDocumentException {
        String given = tag.orElse(standard);
        if (!given.equals(standard) && !given.equals("!")) {
            throw problem("tag " + given + " has no meaning here");
        }
    }

    private MalformedDocumentException problem(String text) {
        return events.problem(event, text);
    }

    // ---- the current token, in Jackson's words

    @Override
    public @Nullable String getText() {
        if (_currToken == null) {
            return null;
        }
        return switch (_currToken) {
            case FIELD_NAME -> context.getCurrentName();
            case VALUE_STRING, VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> value.toString();
            default -> _currToken.asString();
        };
    }

    @Override
    public char[] getTextCharacters() {
        return text().toCharArray();
    }

    @Override
    public boolean hasTextCharacters() {
        return false;
    }

    @Override
    public int getTextLength() {
        return text().length();
    }

    @Override
    public int getTextOffset() {
        return 0;
    }

    private String text() {
        String text = getText();
        return text == null ? "" : text;
    }

    @Override
    public Number getNumberValue() throws IOException {
        if (value instanceof Number number && _currToken != null && _currToken.isNumeric()) {
            return number;
        }
        throw problem("not a number");
    }

    @Override
    public NumberType getNumberType() throws IOException {
        Number number = getNumberValue();
        if (number instanceof Long whole) {
            return whole == whole.intValue() ? NumberType.INT : NumberType.LONG;
        }
        return number instanceof Double ? NumberType.DOUBLE : NumberType.BIG_INTEGER;
    }

    @Override
    public int getIntValue() throws IOException {
        long whole = getLongValue();
        if (whole != (int) whole) {
            throw problem(whole + " is too large");
        }
        return (int) whole;
    }

    @Override
    public long getLongValue() throws IOException {
        Number number = getNumberValue();
        if (number instanceof BigInteger) {
            throw problem(number + " is too large");
        }
        return number.longValue();
    }

    @Override
    public BigInteger getBigIntegerValue() throws IOException {
        return getDecimalValue().toBigInteger();
    }

    @Override
    public float getFloatValue() throws IOException {
        return getNumberValue().floatValue();
    }

    @Override
    public double getDoubleValue() throws IOException {
        return getNumberValue().doubleValue();
    }

    @Override
    public BigDecimal getDecimalValue() throws IOException {
        Number number = getNumberValue();
        if (number instanceof BigInteger whole) {
            return new BigDecimal(whole);
        }
        return number instanceof Long whole ? BigDecimal.valueOf(whole) : BigDecimal.valueOf(number.doubleValue());
    }

    @Override
    public byte[] getBinaryValue(Base64Variant variant) throws IOException {
        try {
            return variant.decode(text());
        } catch (IllegalArgumentException e) {
            throw problem("not base64");
        }
    }

    // ---- where we are

    @Override
    public JsonStreamContext getParsingContext() {
        return context;
    }

    @Override
    @Deprecated
    public @Nullable String getCurrentName() {
        boolean opened = _currToken == JsonToken.START_OBJECT || _currToken == JsonToken.START_ARRAY;
        return opened ? context.getParent().getCurrentName() : context.getCurrentName();
    }

    @Override
    public @Nullable String currentName() {
        boolean opened = _currToken == JsonToken.START_OBJECT || _currToken == JsonToken.START_ARRAY;
        return opened ? context.getParent().getCurrentName() : context.getCurrentName();
    }

    @Override
    public void overrideCurrentName(String name) {
        throw new UnsupportedOperationException("the names of a YAML document are as they are written");
    }

    @Override
    public JsonLocation currentTokenLocation() {
        return location();
    }

    private JsonLocation location() {
        Place place = place();
        return new JsonLocation(ContentReference.unknown(), -1, place.line(), place.column());
    }

    @Override
    public JsonLocation currentLocation() {
        return location();
    }

    @Override
    @Deprecated
    public JsonLocation getTokenLocation() {
        return location();
    }

    @Override
    @Deprecated
    public JsonLocation getCurrentLocation() {
        return location();
    }

    @Override
    public @Nullable ObjectCodec getCodec() {
        return null;
    }

    @Override
    public void setCodec(ObjectCodec codec) {
        throw new UnsupportedOperationException("it reads tokens, not values");
    }

    @Override
    public Version version() {
        return Version.unknownVersion();
    }

    @Override
    protected void _handleEOF() {
        // Ends inside of a value are found by the YAML parser.
    }

    @Override
    public void close() {
        ended = true;
    }

    @Override
    public boolean isClosed() {
        return ended;
    }
}
