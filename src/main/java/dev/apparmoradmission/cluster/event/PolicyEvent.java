package dev.apparmoradmission.cluster.event;

import dev.apparmoradmission.decision.Quoted;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Something that became of the policies.
 *
 * @param warning whether somebody has to do something
 * @param reason in one word, for machines
 * @param action what the webhook was at
 * @param note what it is, one line of at most {@value #LONGEST_NOTE} bytes
 */
record PolicyEvent(boolean warning, String reason, String action, String note) {

    /** As many bytes the API server takes (validation of {@code events.k8s.io/v1}). */
    static final int LONGEST_NOTE = 1024;

    private static final String MORE = "…";
    private static final int BYTES_OF_HASH = 6;

    /** Makes the note one line that the API server takes. */
    PolicyEvent {
        note = shortened(Quoted.oneLine(note));
    }

    /** What it stands for has the same name in every replica, so that all of them speak of one object. */
    String name(String regarding) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256")
                    .digest((reason + "\n" + note).getBytes(StandardCharsets.UTF_8));
            return regarding + "." + HexFormat.of().formatHex(hash, 0, BYTES_OF_HASH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String shortened(String text) {
        if (bytes(text) <= LONGEST_NOTE) {
            return text;
        }
        String rest = text;
        while (bytes(rest + MORE) > LONGEST_NOTE) {
            rest = rest.substring(0, rest.offsetByCodePoints(rest.length(), -1));
        }
        return rest + MORE;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
