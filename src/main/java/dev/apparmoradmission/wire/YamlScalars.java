package dev.apparmoradmission.wire;

import java.math.BigInteger;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/**
 * What a scalar means, by the rules of the YAML reader in kubectl and the API server (sigs.k8s.io/yaml, which reads as
 * go-yaml v2 does): YAML 1.1, so that {@code y}, {@code yes} and {@code on} are true and {@code 0777} is octal. The rules of
 * the newer YAML 1.2 would let us judge another pod than the one that is created.
 */
public final class YamlScalars {

    /** Stands for null among resolved values. */
    enum Nothing {
        NULL
    }

    private static final Nothing NULL = Nothing.NULL;

    private static final String STANDARD = "tag:yaml.org,2002:";

    private static final Map<String, Object> WORDS = Map.ofEntries(
            Map.entry("", NULL),
            Map.entry("~", NULL),
            Map.entry("null", NULL),
            Map.entry("Null", NULL),
            Map.entry("NULL", NULL),
            Map.entry("y", true),
            Map.entry("Y", true),
            Map.entry("yes", true),
            Map.entry("Yes", true),
            Map.entry("YES", true),
            Map.entry("true", true),
            Map.entry("True", true),
            Map.entry("TRUE", true),
            Map.entry("on", true),
            Map.entry("On", true),
            Map.entry("ON", true),
            Map.entry("n", false),
            Map.entry("N", false),
            Map.entry("no", false),
            Map.entry("No", false),
            Map.entry("NO", false),
            Map.entry("false", false),
            Map.entry("False", false),
            Map.entry("FALSE", false),
            Map.entry("off", false),
            Map.entry("Off", false),
            Map.entry("OFF", false),
            Map.entry(".nan", Double.NaN),
            Map.entry(".NaN", Double.NaN),
            Map.entry(".NAN", Double.NaN),
            Map.entry(".inf", Double.POSITIVE_INFINITY),
            Map.entry(".Inf", Double.POSITIVE_INFINITY),
            Map.entry(".INF", Double.POSITIVE_INFINITY),
            Map.entry("+.inf", Double.POSITIVE_INFINITY),
            Map.entry("+.Inf", Double.POSITIVE_INFINITY),
            Map.entry("+.INF", Double.POSITIVE_INFINITY),
            Map.entry("-.inf", Double.NEGATIVE_INFINITY),
            Map.entry("-.Inf", Double.NEGATIVE_INFINITY),
            Map.entry("-.INF", Double.NEGATIVE_INFINITY));

    private static final int LONGEST_WORD = 5;

    private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

    private static final Pattern BETWEEN_DIGITS = Pattern.compile("(?<=[0-9])_(?=[0-9])");

    private static final BigInteger MAX_UNSIGNED = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);

    /** Nothing longer is read as a number; it would be none that anyone wrote by hand. */
    private static final int LONGEST_NUMBER = 400;

    private YamlScalars() {}

    /**
     * The value of a scalar: a {@link Boolean}, {@link Long}, {@link BigInteger} (64 bits unsigned at most), {@link Double},
     * {@link String} or {@link #NULL}. Empty when its tag is one that Kubernetes manifests have no use for, or does not fit.
     */
    static Optional<Object> value(ScalarEvent scalar) {
        Optional<String> tag = scalar.getTag();
        String text = scalar.getValue();
        if (tag.isEmpty()) {
            return Optional.of(scalar.isPlain() ? plain(text) : text);
        }
        return switch (tag.orElse("")) {
            case "!", STANDARD + "str" -> Optional.of(text);
            case STANDARD + "timestamp" -> Optional.of(text);
            case STANDARD + "bool" -> Optional.of(plain(text)).filter(Boolean.class::isInstance);
            case STANDARD + "null" -> Optional.of(plain(text)).filter(value -> value == NULL);
            case STANDARD + "int" ->
                Optional.of(plain(text)).filter(value -> value instanceof Long || value instanceof BigInteger);
            case STANDARD + "float" ->
                Optional.of(plain(text)).filter(Number.class::isInstance).map(value -> ((Number) value).doubleValue());
            default -> Optional.empty();
        };
    }

    /** Whether text without quotes is read as itself: {@code on} is true, and {@code 1} a number. */
    public static boolean isText(String unquoted) {
        return plain(unquoted).equals(unquoted);
    }

    /** The value of an unquoted scalar without a tag. */
    static Object plain(String text) {
        if (text.length() <= LONGEST_WORD) {
            Object word = WORDS.get(text);
            if (word != null) {
                return word;
            }
        }
        char first = text.charAt(0);
        boolean mayBeNumber = (first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.';
        return mayBeNumber && text.length() <= LONGEST_NUMBER ? number(text) : text;
    }

    /**
     * The name that a key of a mapping has in JSON. Empty for null and for numbers that no one writes as a key, and whose name
     * would be a matter of Go's number formats.
     */
    static Optional<String> name(Object value) {
        if (value instanceof Double number) {
            float rounded = number.floatValue();
            float size = Math.abs(rounded);
            if (size < 1e-3f || size >= 1e6f) {
                return Optional.empty();
            }
            return Optional.of(
                    rounded == Math.rint(rounded) ? String.valueOf((long) rounded) : String.valueOf(rounded));
        }
        return value == NULL || value instanceof BigInteger ? Optional.empty() : Optional.of(value.toString());
    }

    private static Object number(String text) {
        boolean fraction = text.charAt(0) == '.';
        // Behind a point Go takes an underscore only between digits, elsewhere the YAML reader strips them all.
        String digits = text.indexOf('_') < 0
                ? text
                : fraction ? BETWEEN_DIGITS.matcher(text).replaceAll("") : text.replace("_", "");
        Object integer = fraction ? text : integer(digits);
        if (integer instanceof Number) {
            return integer;
        }
        if (!FLOAT.matcher(digits).matches()) {
            return text;
        }
        // Too large for a double is an error to Go, and so stays text: a hash such as 7e342151 is met in labels.
        Double number = Double.valueOf(digits);
        return number.isInfinite() ? text : number;
    }

    /** Go's strconv.ParseInt and ParseUint with base 0; the text itself where it is no integer of 64 bits. */
    private static Object integer(String text) {
        int start = text.charAt(0) == '-' || text.charAt(0) == '+' ? 1 : 0;
        int radix = 10;
        int at = start;
        if (text.length() > start + 1 && text.charAt(start) == '0') {
            switch (text.charAt(start + 1)) {
                case 'x', 'X' -> radix = 16;
                case 'b', 'B' -> radix = 2;
                case 'o', 'O' -> radix = 8;
                default -> radix = -8;
            }
            at = start + (radix == -8 ? 1 : 2);
            radix = Math.abs(radix);
        }
        if (at >= text.length()) {
            return text;
        }
        for (int i = at; i < text.length(); i++) {
            if (text.charAt(i) > 'f' || Character.digit(text.charAt(i), radix) < 0) {
                return text;
            }
        }
        boolean negative = text.charAt(0) == '-';
        if (text.length() - at <= 15 && radix <= 10) {
            long value = Long.parseLong(text, at, text.length(), radix);
            return negative ? -value : value;
        }
        BigInteger value = new BigInteger(text.substring(at), radix);
        value = negative ? value.negate() : value;
        if (value.bitLength() < Long.SIZE) {
            return value.longValue();
        }
        // Only a number without a sign is tried as an unsigned one.
        return start == 0 && value.compareTo(MAX_UNSIGNED) <= 0 ? value : text;
    }
}
