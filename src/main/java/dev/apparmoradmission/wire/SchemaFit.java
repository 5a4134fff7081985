package dev.apparmoradmission.wire;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Sees at a glance that a document fits its schema. It knows the keywords that our schemas use, and says no where it is not
 * sure, so that the full validator judges, and words, whatever it does not pass. Nearly every policy that is ever read is
 * good, and the validator alone takes longer to start than {@code check} takes for a hundred pods.
 */
final class SchemaFit {

    private static final Set<String> REMARKS =
            Set.of("$schema", "$id", "$defs", "$comment", "title", "description", "default", "then", "else");

    private final Function<String, JsonNode> schemas;
    private final Map<String, Pattern> patterns = new HashMap<>();
    private boolean unsure;

    /**
     * Makes one.
     *
     * @param schemas the schema of a file name, for references
     */
    SchemaFit(Function<String, JsonNode> schemas) {
        this.schemas = schemas;
    }

    /** Whether the value surely fits the schema in this file. */
    boolean surelyFits(String file, JsonNode value) {
        unsure = false;
        JsonNode root = schemas.apply(file);
        return fits(root, root, value) && !unsure;
    }

    private boolean fits(JsonNode root, JsonNode schema, JsonNode value) {
        if (schema.isBoolean()) {
            return schema.booleanValue();
        }
        for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
            if (!REMARKS.contains(keyword.getKey())
                    && !holds(keyword.getKey(), keyword.getValue(), root, schema, value)) {
                return false;
            }
        }
        return true;
    }

    private boolean holds(String keyword, JsonNode operand, JsonNode root, JsonNode schema, JsonNode value) {
        return switch (keyword) {
            case "$ref" -> refers(operand.asText(), root, value);
            case "type" -> operand.isTextual() ? isOfType(operand.asText(), value) : isOfAnyType(operand, value);
            case "const" -> operand.equals(value);
            case "enum" -> contains(operand, value);
            case "required" -> !value.isObject() || hasAll(operand, value);
            case "properties" -> !value.isObject() || properties(operand, root, value);
            case "additionalProperties" -> !value.isObject() || others(operand, root, schema, value);
            case "items" -> !value.isArray() || all(operand, root, value);
            case "minItems" -> !value.isArray() || value.size() >= operand.asInt();
            case "maxItems" -> !value.isArray() || value.size() <= operand.asInt();
            case "uniqueItems" -> !value.isArray() || !operand.asBoolean() || isUnique(value);
            case "minLength" -> !value.isTextual() || length(value) >= operand.asInt();
            case "maxLength" -> !value.isTextual() || length(value) <= operand.asInt();
            case "pattern" -> !value.isTextual() || matches(operand.asText(), value.textValue());
            case "minimum" -> !value.isNumber() || value.decimalValue().compareTo(operand.decimalValue()) >= 0;
            case "maximum" -> !value.isNumber() || value.decimalValue().compareTo(operand.decimalValue()) <= 0;
            case "if" -> fits(root, schema.path(fits(root, operand, value) ? "then" : "else"), value);
            default -> unknown();
        };
    }

    private boolean unknown() {
        unsure = true;
        return false;
    }

    private boolean refers(String reference, JsonNode root, JsonNode value) {
        int hash = reference.indexOf('#');
        if (hash < 0) {
            return unknown();
        }
        JsonNode other = hash == 0 ? root : schemas.apply(reference.substring(0, hash));
        JsonNode part = other.at(reference.substring(hash + 1));
        return part.isMissingNode() ? unknown() : fits(other, part, value);
    }

    private boolean isOfAnyType(JsonNode types, JsonNode value) {
        for (JsonNode type : types) {
            if (isOfType(type.asText(), value)) {
                return true;
            }
        }
        return false;
    }

    private boolean isOfType(String type, JsonNode value) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            // 1.0 is an integer to JSON Schema; nobody writes it, so let the validator say.
            case "integer" -> value.isIntegralNumber() || value.isNumber() && unknown();
            default -> unknown();
        };
    }

    private static boolean contains(JsonNode list, JsonNode value) {
        for (JsonNode item : list) {
            if (item.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasAll(JsonNode names, JsonNode value) {
        for (JsonNode name : names) {
            if (!value.has(name.asText())) {
                return false;
            }
        }
        return true;
    }

    private boolean properties(JsonNode properties, JsonNode root, JsonNode value) {
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            JsonNode schema = properties.get(field.getKey());
            if (schema != null && !fits(root, schema, field.getValue())) {
                return false;
            }
        }
        return true;
    }

    private boolean others(JsonNode others, JsonNode root, JsonNode schema, JsonNode value) {
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            if (!schema.path("properties").has(field.getKey()) && !fits(root, others, field.getValue())) {
                return false;
            }
        }
        return true;
    }

    private boolean all(JsonNode schema, JsonNode root, JsonNode list) {
        for (JsonNode item : list) {
            if (!fits(root, schema, item)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isUnique(JsonNode list) {
        Set<JsonNode> items = new HashSet<>();
        for (JsonNode item : list) {
            if (!items.add(item)) {
                return false;
            }
        }
        return true;
    }

    private static int length(JsonNode text) {
        return text.textValue().codePointCount(0, text.textValue().length());
    }

    /** What {@code $} means beside a line's end differs between dialects: with one in it nothing is sure. */
    private boolean matches(String pattern, String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            return unknown();
        }
        return patterns.computeIfAbsent(pattern, Pattern::compile).matcher(text).find();
    }
}
