package dev.apparmoradmission.agent;

import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.profile.ProfileList;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * The kernel's list of profiles, made fit to be published: its lines as they are, sorted, so that equal sets are equal text,
 * without the learning artefacts of complain mode ({@code PARENT//null-…}), which are no one's policy.
 *
 * <p>The kernel prints names raw ({@code security/apparmor/apparmorfs.c}, {@code seq_show_profile}). What a ConfigMap or its
 * reader would take for something else is left out and told: a profile that is not listed counts as not loaded, so leaving
 * one out refuses pods and never lets one run unconfined.
 *
 * @param lines what is published
 * @param profiles the same, parsed
 * @param leftOut one sentence for each line left out, the first {@value #TOLD} of them
 * @param leftOutCount how many were left out
 * @param size how long it is as the kernel has it, learning artefacts aside
 */
record KernelList(List<String> lines, ProfileList profiles, List<String> leftOut, int leftOutCount, Size size) {

    /** Longest list that is read, in bytes, learning artefacts included. */
    static final int LONGEST = 16 * 1024 * 1024;

    /** Longest list that is kept, in bytes: with its headers it has to fit into a ConfigMap. */
    static final int KEPT = InventoryText.LONGEST - 8 * 1024;

    /**
     * How long a list is.
     *
     * @param bytes of its lines
     * @param lines how many
     */
    record Size(long bytes, int lines) {}

    private static final int TOLD = 10;

    KernelList {
        lines = List.copyOf(lines);
        leftOut = List.copyOf(leftOut);
    }

    /**
     * Whether it is too long to be published. Then there are no lines and no profiles here: a part of them would look as if
     * it were all there is.
     */
    boolean isTooLong() {
        return size.bytes() > KEPT;
    }

    /** Reads the whole list from this stream, which ends at or before {@link #LONGEST}. */
    static KernelList read(InputStream stream) throws IOException {
        Sorting sorting = new Sorting();
        byte[] line = new byte[256];
        int length = 0;
        for (int next = stream.read(); next >= 0; next = stream.read()) {
            if (next == '\n') {
                sorting.add(ByteBuffer.wrap(line, 0, length));
                length = 0;
            } else {
                if (length == line.length) {
                    line = Arrays.copyOf(line, 2 * length);
                }
                line[length++] = (byte) next;
            }
        }
        if (length > 0) {
            sorting.add(ByteBuffer.wrap(line, 0, length));
        }
        return sorting.finish();
    }

    /** The lines that stay and those that do not. */
    private static final class Sorting {

        private final List<String> lines = new ArrayList<>();
        private final List<String> leftOut = new ArrayList<>();
        private int leftOutCount;
        private long bytes;
        private int count;
        private boolean brokenName;

        void add(ByteBuffer raw) {
            int length = raw.remaining();
            String line;
            try {
                line = StandardCharsets.UTF_8.newDecoder().decode(raw).toString();
            } catch (CharacterCodingException notText) {
                raw.rewind();
                leaveOut(StandardCharsets.ISO_8859_1.decode(raw).toString(), "is not UTF-8");
                return;
            }
            Optional<String> objection = objection(line);
            if (objection.isPresent()) {
                leaveOut(line, objection.get());
            } else if (!line.contains("//null-")) {
                count++;
                bytes += length + 1;
                if (bytes <= KEPT) {
                    lines.add(line);
                } else {
                    lines.clear();
                }
            }
        }

        private Optional<String> objection(String line) {
            boolean afterBrokenName = brokenName;
            int open = line.lastIndexOf(" (");
            brokenName = open <= 0 || !line.endsWith(")");
            if (brokenName) {
                return Optional.of("has no mode");
            }
            if (afterBrokenName) {
                // A name with a newline in it ends on this line, and could pass for another profile's line.
                return Optional.of("follows a line without a mode, so it may be the end of a name");
            }
            if (line.startsWith("#")) {
                return Optional.of("would be read as a header");
            }
            if (line.isBlank() || line.startsWith("\uFEFF") || line.indexOf('\r') >= 0) {
                return Optional.of("holds a character that its reader drops");
            }
            return Optional.empty();
        }

        private void leaveOut(String line, String why) {
            leftOutCount++;
            if (leftOut.size() < TOLD) {
                leftOut.add(Quoted.of(line) + " " + why);
            }
        }

        KernelList finish() {
            Collections.sort(lines);
            ProfileList profiles = ProfileList.parse(lines).profiles();
            return new KernelList(lines, profiles, leftOut, leftOutCount, new Size(bytes, count));
        }
    }
}
