package dev.apparmoradmission.e2e.kernel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One message between the two sides.
 *
 * @param kind what it says
 * @param id which command or connection it is about
 * @param content what goes with it
 */
record Frame(Kind kind, int id, byte[] content) {
    /** Longest content in bytes: what is read in one go is never longer. */
    static final int LONGEST = 1 << 20;

    private static final int HEAD = 9;

    /** What a message says. */
    enum Kind {
        /** To the kernel's side: run this shell script. */
        RUN,
        /** From there: it can be used; its content is the port whose connections it passes on. */
        READY,
        /** From there: a script wrote this. */
        OUTPUT,
        /** From there: a script ended, with this status. */
        DONE,
        /** From there: somebody connected to the port. */
        OPEN,
        /** Either way: bytes of a connection. */
        DATA,
        /** Either way: nothing more of a connection will come or be taken. */
        END,
        /** To the kernel's side: stop. */
        BYE
    }

    Frame(Kind kind, int id, String content) {
        this(kind, id, content.getBytes(StandardCharsets.UTF_8));
    }

    String text() {
        return new String(content, StandardCharsets.UTF_8);
    }

    ByteBuffer encoded() {
        return ByteBuffer.allocate(HEAD + content.length)
                .put((byte) kind.ordinal())
                .putInt(id)
                .putInt(content.length)
                .put(content)
                .flip();
    }

    /** The next message of the buffer, whose position moves behind it; empty while it has not come whole. */
    static Optional<Frame> decode(ByteBuffer buffer) {
        if (buffer.remaining() < HEAD) {
            return Optional.empty();
        }
        int start = buffer.position();
        int kind = buffer.get();
        int id = buffer.getInt();
        int length = buffer.getInt();
        if (kind < 0 || kind >= Kind.values().length || length < 0 || length > LONGEST) {
            throw new IllegalStateException("not a message: kind " + kind + ", " + length + " bytes");
        }
        if (buffer.remaining() < length) {
            buffer.position(start);
            return Optional.empty();
        }
        byte[] content = new byte[length];
        buffer.get(content);
        return Optional.of(new Frame(Kind.values()[kind], id, content));
    }
}
