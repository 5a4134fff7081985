package dev.apparmoradmission.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds where an object or a list ends, eight bytes at a time, without names and values: most of a pod is not looked at, and its
 * {@code metadata.managedFields} has names that no other pod has. What is found is JSON by the grammar of RFC 8259; what is none,
 * or unusual, is left to the library's parser, to be read or refused.
 */
final class SkippedJson {

    /** Where no end was found. */
    static final int NOWHERE = -1;

    /** In bytes. Longer names and numbers are the library's to bound. */
    private static final int LONGEST_NAME = 1000;

    private static final int LONGEST_NUMBER = 100;

    private static final VarHandle EIGHT = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGH_BITS = ONES << 7;
    private static final long SPACES = ONES * ' ';
    private static final long QUOTES = ONES * '"';
    private static final long BACKSLASHES = ONES * '\\';

    private SkippedJson() {}

    /**
     * Where an object or a list ends.
     *
     * @param json bytes in UTF-8
     * @param open the index of its opening bracket
     * @param end the index behind the last byte that counts
     * @param deepest how many levels of objects and lists it may have, itself included
     * @return the index of its closing bracket, or {@link #NOWHERE}
     */
    static int end(byte[] json, int open, int end, int deepest) {
        int behind = json[open] == '{' ? object(json, open + 1, end, deepest) : list(json, open + 1, end, deepest);
        return behind == NOWHERE ? NOWHERE : behind - 1;
    }

    // Each of these begins at an index and returns the one behind what it passed over, or NOWHERE.

    private static int object(byte[] json, int begin, int end, int deepest) {
        int at = space(json, begin, end);
        if (is('}', json, at, end)) {
            return at + 1;
        }
        while (is('"', json, at, end)) {
            int name = at + 1;
            at = string(json, name, end);
            if (at == NOWHERE || at - name > LONGEST_NAME) {
                return NOWHERE;
            }
            at = space(json, at, end);
            if (!is(':', json, at, end)) {
                return NOWHERE;
            }
            at = value(json, space(json, at + 1, end), end, deepest);
            if (at == NOWHERE) {
                return NOWHERE;
            }
            at = space(json, at, end);
            if (is('}', json, at, end)) {
                return at + 1;
            }
            if (!is(',', json, at, end)) {
                return NOWHERE;
            }
            at = space(json, at + 1, end);
        }
        return NOWHERE;
    }

    private static int list(byte[] json, int begin, int end, int deepest) {
        int at = space(json, begin, end);
        if (is(']', json, at, end)) {
            return at + 1;
        }
        while (true) {
            at = value(json, at, end, deepest);
            if (at == NOWHERE) {
                return NOWHERE;
            }
            at = space(json, at, end);
            if (is(']', json, at, end)) {
                return at + 1;
            }
            if (!is(',', json, at, end)) {
                return NOWHERE;
            }
            at = space(json, at + 1, end);
        }
    }

    private static int value(byte[] json, int at, int end, int deepest) {
        if (at >= end) {
            return NOWHERE;
        }
        return switch (json[at]) {
            case '"' -> string(json, at + 1, end);
            case '{' -> deepest > 1 ? object(json, at + 1, end, deepest - 1) : NOWHERE;
            case '[' -> deepest > 1 ? list(json, at + 1, end, deepest - 1) : NOWHERE;
            case 't' -> word("true", json, at, end);
            case 'f' -> word("false", json, at, end);
            case 'n' -> word("null", json, at, end);
            default -> number(json, at, end);
        };
    }

    private static int string(byte[] json, int begin, int end) {
        int at = plain(json, begin, end);
        while (at < end) {
            if (json[at] == '"') {
                return at + 1;
            }
            if (json[at] != '\\') {
                return NOWHERE;
            }
            int behind = escape(json, at + 1, end);
            if (behind == NOWHERE) {
                return NOWHERE;
            }
            at = plain(json, behind, end);
        }
        return NOWHERE;
    }

    /** Characters of a string that stand for themselves, in ASCII. */
    private static int plain(byte[] json, int begin, int end) {
        int at = begin;
        while (at <= end - Long.BYTES) {
            long special = special((long) EIGHT.get(json, at));
            if (special != 0) {
                return at + Long.numberOfTrailingZeros(special) / Byte.SIZE;
            }
            at += Long.BYTES;
        }
        while (at < end && json[at] >= ' ' && json[at] != '"' && json[at] != '\\') {
            at++;
        }
        return at;
    }

    /**
     * The high bit of each of eight bytes that is a quote, a backslash, a control character, or not of ASCII. Above the lowest
     * such byte it may say so of others: a subtraction borrows from them.
     */
    private static long special(long eight) {
        long quote = eight ^ QUOTES;
        long backslash = eight ^ BACKSLASHES;
        return (((quote - ONES) & ~quote) | ((backslash - ONES) & ~backslash) | (eight - SPACES) | eight) & HIGH_BITS;
    }

    private static int escape(byte[] json, int at, int end) {
        if (at >= end) {
            return NOWHERE;
        }
        return switch (json[at]) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 1;
            case 'u' -> hexadecimal(json, at + 1, end);
            default -> NOWHERE;
        };
    }

    private static int hexadecimal(byte[] json, int begin, int end) {
        int behind = begin + 4;
        if (behind > end) {
            return NOWHERE;
        }
        for (int at = begin; at < behind; at++) {
            if (Character.digit(json[at], 16) < 0) {
                return NOWHERE;
            }
        }
        return behind;
    }

    private static int word(String word, byte[] json, int begin, int end) {
        int behind = begin + word.length();
        if (behind > end) {
            return NOWHERE;
        }
        for (int i = 0; i < word.length(); i++) {
            if (json[begin + i] != word.charAt(i)) {
                return NOWHERE;
            }
        }
        return behind;
    }

    private static int number(byte[] json, int begin, int end) {
        int whole = is('-', json, begin, end) ? begin + 1 : begin;
        int at = digits(json, whole, end);
        if (at == whole || json[whole] == '0' && at > whole + 1) {
            return NOWHERE;
        }
        if (is('.', json, at, end)) {
            int fraction = at + 1;
            at = digits(json, fraction, end);
            if (at == fraction) {
                return NOWHERE;
            }
        }
        if (is('e', json, at, end) || is('E', json, at, end)) {
            int exponent = is('-', json, at + 1, end) || is('+', json, at + 1, end) ? at + 2 : at + 1;
            at = digits(json, exponent, end);
            if (at == exponent) {
                return NOWHERE;
            }
        }
        return at - begin > LONGEST_NUMBER ? NOWHERE : at;
    }

    private static int digits(byte[] json, int begin, int end) {
        int at = begin;
        while (at < end && json[at] >= '0' && json[at] <= '9') {
            at++;
        }
        return at;
    }

    private static int space(byte[] json, int begin, int end) {
        int at = begin;
        while (at < end && (json[at] == ' ' || json[at] == '\n' || json[at] == '\r' || json[at] == '\t')) {
            at++;
        }
        return at;
    }

    private static boolean is(char wanted, byte[] json, int at, int end) {
        return at < end && json[at] == wanted;
    }
}
