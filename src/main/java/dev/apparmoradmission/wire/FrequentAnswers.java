package dev.apparmoradmission.wire;

import dev.apparmoradmission.decision.PatchOperation;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The few answers that most reviews get, allowed with nothing to say or with the default alone, written once and kept: they
 * differ in the request's uid only. Thread-safe; reading takes no lock.
 */
final class FrequentAnswers {

    /** A policy change makes others of them; what is kept of the old ones stays small. */
    private static final int MOST = 256;

    /** What an answer says besides the uid. */
    private record Said(List<PatchOperation> patch, Map<String, String> auditAnnotations) {}

    /** The bytes around the uid. */
    private static final class Frame {
        private final byte[] before;
        private final byte[] after;

        Frame(byte[] written, int uid, int length) {
            this.before = Arrays.copyOf(written, uid);
            this.after = Arrays.copyOfRange(written, uid + length, written.length);
        }

        byte[] around(String uid) {
            int length = uid.length();
            byte[] answer = Arrays.copyOf(before, before.length + length + after.length);
            for (int i = 0; i < length; i++) {
                answer[before.length + i] = (byte) uid.charAt(i);
            }
            System.arraycopy(after, 0, answer, before.length + length, after.length);
            return answer;
        }
    }

    private final Map<Said, Frame> frames = new ConcurrentHashMap<>();

    /** The answer, if one was kept that differs in the uid only. */
    Optional<byte[]> find(AdmissionAnswer answer) {
        if (!isFrequent(answer)) {
            return Optional.empty();
        }
        return Optional.ofNullable(frames.get(new Said(answer.patch(), answer.auditAnnotations())))
                .map(frame -> frame.around(answer.uid()));
    }

    /** Keeps an answer as it was written. */
    void keep(AdmissionAnswer answer, byte[] written) {
        if (!isFrequent(answer)) {
            return;
        }
        String text = new String(written, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(answer.uid());
        // A uid that stands elsewhere too, say in the kind, could not be told from that.
        if (at >= 0 && text.indexOf(answer.uid(), at + 1) < 0) {
            if (frames.size() >= MOST) {
                // Begun anew, or the answers under policies of before would keep out those of today.
                frames.clear();
            }
            frames.put(
                    new Said(answer.patch(), answer.auditAnnotations()),
                    new Frame(written, at, answer.uid().length()));
        }
    }

    /** Findings, warnings and placement have as many texts as there are pods; those with a uid of an API server come again. */
    private static boolean isFrequent(AdmissionAnswer answer) {
        return answer.allowed()
                && answer.warnings().isEmpty()
                && answer.auditAnnotations().size() <= 1
                && (answer.patch().isEmpty()
                        || answer.patch().size() == 1 && answer.patch().get(0) instanceof PatchOperation.AddProfile)
                && isPlain(answer.uid());
    }

    /** Whether JSON writes it as it is, a character a byte. */
    private static boolean isPlain(String uid) {
        for (int i = 0; i < uid.length(); i++) {
            char character = uid.charAt(i);
            if (!(character >= 'a' && character <= 'z' || character >= '0' && character <= '9' || character == '-')) {
                return false;
            }
        }
        return !uid.isEmpty();
    }
}
