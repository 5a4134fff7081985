package dev.apparmoradmission.e2e.stranger;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * An HTTP answer of known length.
 *
 * @param status its status
 * @param body its body
 */
record Reply(int status, String body) {
    private static final int LONGEST_HEAD = 16 * 1024;

    /** Reads one, and nothing behind it. */
    static Reply read(InputStream input) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int octet = input.read();
            if (octet < 0 || head.length() > LONGEST_HEAD) {
                throw new IOException("no answer");
            }
            head.append((char) octet);
        }
        String[] lines = head.toString().split("\r\n");
        int length = 0;
        for (String line : lines) {
            if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(line.substring(15).strip());
            }
        }
        byte[] body = input.readNBytes(length);
        if (body.length < length) {
            throw new IOException("half an answer");
        }
        return new Reply(Integer.parseInt(lines[0].split(" ")[1]), new String(body, StandardCharsets.UTF_8));
    }
}
