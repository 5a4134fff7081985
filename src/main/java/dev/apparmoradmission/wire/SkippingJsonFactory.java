package dev.apparmoradmission.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.ObjectCodec;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.UTF8StreamJsonParser;
import com.fasterxml.jackson.core.sym.ByteQuadsCanonicalizer;
import java.io.IOException;

/**
 * Makes Jackson's parser of bytes, but for one thing: {@link JsonParser#skipChildren} passes over an object or a list by its bytes,
 * instead of making tokens of it.
 */
final class SkippingJsonFactory extends JsonFactory {

    private static final long serialVersionUID = 1;

    /** @param deepest how many levels of objects and lists a document may have */
    SkippingJsonFactory(int deepest) {
        setStreamReadConstraints(
                StreamReadConstraints.builder().maxNestingDepth(deepest).build());
    }

    @Override
    protected JsonParser _createParser(byte[] json, int offset, int length, IOContext context) throws IOException {
        boolean looksLikeUtf8 = length > 1 && json[offset] == '{' && json[offset + 1] != 0;
        if (!looksLikeUtf8) {
            return super._createParser(json, offset, length, context);
        }
        _streamReadConstraints.validateDocumentLength(length);
        return new SkippingParser(
                context,
                _parserFeatures,
                _objectCodec,
                _byteSymbolCanonicalizer.makeChild(_factoryFeatures),
                json,
                offset,
                offset + length);
    }

    private static final class SkippingParser extends UTF8StreamJsonParser {

        SkippingParser(
                IOContext context,
                int features,
                ObjectCodec codec,
                ByteQuadsCanonicalizer names,
                byte[] json,
                int begin,
                int end) {
            super(context, features, null, codec, names, json, begin, end, 0, false);
        }

        @Override
        public JsonParser skipChildren() throws IOException {
            if (_currToken != JsonToken.START_OBJECT && _currToken != JsonToken.START_ARRAY) {
                return this;
            }
            // The parser stands behind the opening bracket.
            int deepest = _streamReadConstraints.getMaxNestingDepth() - _parsingContext.getNestingDepth() + 1;
            int end = SkippedJson.end(_inputBuffer, _inputPtr - 1, _inputEnd, deepest);
            if (end == SkippedJson.NOWHERE) {
                return super.skipChildren();
            }
            _inputPtr = end;
            nextToken();
            return this;
        }
    }
}
