package dev.apparmoradmission.wire;

/**
 * A part of a file that is parsed by itself.
 *
 * @param text the part
 * @param linesBefore how many lines of the file stand before it
 * @param charsBefore how many characters of the file stand before it
 */
record Part(String text, int linesBefore, int charsBefore) {}
