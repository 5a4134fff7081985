package dev.apparmoradmission.wire.edit;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A change of one document, however it is written. */
public sealed interface Edit {

    /** The value that is meant. */
    JsonPointer at();

    /**
     * Gives a field a value. Objects on the way to it that are not there, or null, are made.
     *
     * @param at the field, which must not be there or be null
     * @param value objects and strings
     */
    record Put(JsonPointer at, ObjectNode value) implements Edit {}

    /**
     * Removes a field.
     *
     * @param at the field, which must be there
     * @param emptied how many objects around it are removed as well where nothing is left in them
     */
    record Remove(JsonPointer at, int emptied) implements Edit {}

    /**
     * Gives a string another value.
     *
     * @param at the string, which must be there
     * @param text the new value
     */
    record Rewrite(JsonPointer at, String text) implements Edit {}
}
