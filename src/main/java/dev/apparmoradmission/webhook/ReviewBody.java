package dev.apparmoradmission.webhook;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Collects the body of one request on its event loop, up to a bound. What is over the bound is refused at once, from the
 * announced length where there is one; the rest of such a body is thrown away for a while, since a client that is cut off
 * in the middle of sending would not see the answer.
 */
final class ReviewBody {

    /** The longest body that is read, in bytes. The API server's own limit is 3 MiB, for the object alone (semantics §7.4). */
    static final int LONGEST = 16 * 1024 * 1024;

    /** How much of a refused body is thrown away before the connection is closed, in bytes. */
    private static final long MOST_DISCARDED = 64L * 1024 * 1024;

    private static final int FIRST_SIZE = 16 * 1024;

    private final HttpServerRequest request;
    private final Runnable tooLong;
    private byte[] bytes = new byte[0];
    private int length;
    private long discarded;
    private boolean refused;

    private ReviewBody(HttpServerRequest request, Runnable tooLong) {
        this.request = request;
        this.tooLong = tooLong;
    }

    /**
     * Reads the body.
     *
     * @param request the request
     * @param complete gets the whole body
     * @param tooLong is told once, instead, as soon as the body is known to be too long
     */
    static void read(HttpServerRequest request, Consumer<byte[]> complete, Runnable tooLong) {
        ReviewBody body = new ReviewBody(request, tooLong);
        long announced = announced(request);
        if (announced > LONGEST) {
            body.refuse();
        } else {
            body.bytes = new byte[announced < 0 ? FIRST_SIZE : (int) Math.min(announced, FIRST_SIZE)];
            if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
                request.response().writeContinue();
            }
        }
        request.handler(body::add);
        request.endHandler(end -> {
            if (!body.refused) {
                complete.accept(body.whole());
            }
        });
    }

    /** A length that cannot be read was refused by the HTTP parser; a missing one is told by the chunks. */
    private static long announced(HttpServerRequest request) {
        String header = request.getHeader("Content-Length");
        if (header == null) {
            return -1;
        }
        try {
            return Long.parseLong(header.trim());
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private void add(Buffer chunk) {
        if (refused) {
            discarded += chunk.length();
            if (discarded > MOST_DISCARDED) {
                request.connection().close();
            }
            return;
        }
        int more = chunk.length();
        if (more > LONGEST - length) {
            refuse();
            return;
        }
        if (more > bytes.length - length) {
            bytes = Arrays.copyOf(bytes, (int)
                    Math.min(LONGEST, Math.max((long) bytes.length * 2, (long) length + more)));
        }
        chunk.getBytes(bytes, length);
        length += more;
    }

    private void refuse() {
        refused = true;
        bytes = new byte[0];
        tooLong.run();
    }

    private byte[] whole() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }
}
