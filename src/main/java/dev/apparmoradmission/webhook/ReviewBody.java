package dev.apparmoradmission.webhook;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;

/**
 * Collects the body of one request on its event loop, up to a bound. What is over the bound is refused at once, from the
 * announced length where there is one; the rest of such a body is thrown away for a while, since a client that is cut off
 * in the middle of sending would not see the answer.
 */
final class ReviewBody implements BodyBudget.Guest {

    /** The longest body that is read, in bytes. The API server's own limit is 3 MiB, for the object alone (semantics §7.4). */
    static final int LONGEST = 16 * 1024 * 1024;

    /** How much of a refused body is thrown away before the connection is closed, in bytes. */
    private static final long MOST_DISCARDED = 64L * 1024 * 1024;

    private static final int FIRST_SIZE = 16 * 1024;
    private static final byte[] NOTHING = {};

    /** What becomes of a body; exactly one of these is called, unless the client goes away. */
    interface Receiver {
        /**
         * It is here.
         *
         * @param body its bytes, and others behind them; theirs only until this returns
         * @param length how many of them are its
         */
        void complete(byte[] body, int length);

        /** It is longer than {@link #LONGEST}. */
        void tooLong();

        /** It does not fit beside the others that are coming in. */
        void tooMany();

        /** It has been coming for so long that it gave way to another. */
        void tooSlow();
    }

    private final HttpServerRequest request;
    private final Context context;
    private final BodyBudget budget;
    private final SpareBuffers spares;
    private final Receiver receiver;
    private final int most;
    private byte[] bytes = NOTHING;
    private boolean spare;
    private boolean budgeted;
    private int length;
    private long discarded;
    private boolean refused;

    private ReviewBody(
            HttpServerRequest request,
            Context context,
            BodyBudget budget,
            SpareBuffers spares,
            Receiver receiver,
            long announced) {
        this.request = request;
        this.context = context;
        this.budget = budget;
        this.spares = spares;
        this.receiver = receiver;
        this.most = announced < 0 ? LONGEST : (int) Math.min(LONGEST, announced);
    }

    /**
     * Reads the body.
     *
     * @param request the request
     * @param context where its events come
     * @param budget what all bodies together may take, but for those in spare buffers
     * @param spares where a short body finds room
     * @param receiver is told what becomes of it
     */
    static void read(
            HttpServerRequest request, Context context, BodyBudget budget, SpareBuffers spares, Receiver receiver) {
        long announced = announced(request);
        ReviewBody body = new ReviewBody(request, context, budget, spares, receiver, announced);
        if (announced > LONGEST) {
            body.refuse();
            receiver.tooLong();
        } else if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
            request.response().writeContinue();
        }
        request.handler(body::add);
        request.endHandler(end -> body.end());
        request.exceptionHandler(gone -> body.refuse());
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
        int more = chunk.length();
        if (refused) {
            discarded += more;
            if (discarded > MOST_DISCARDED) {
                request.connection().close();
            }
        } else if (more > LONGEST - length) {
            refuse();
            receiver.tooLong();
        } else if (hasRoomFor(more)) {
            chunk.getBytes(bytes, length);
            length += more;
        } else {
            refuse();
            receiver.tooMany();
        }
    }

    /** Grows as bytes come, not as they are announced: a client that announces and never sends takes nothing. */
    private boolean hasRoomFor(int more) {
        int needed = length + more;
        if (needed <= bytes.length) {
            return true;
        }
        if (bytes.length == 0 && needed <= SpareBuffers.SIZE && (most == LONGEST || most <= SpareBuffers.SIZE)) {
            bytes = spares.take().orElse(NOTHING);
            spare = bytes.length > 0;
            if (spare) {
                return true;
            }
        }
        int size = Math.max(needed, Math.min(most, Math.max(FIRST_SIZE, bytes.length * 2)));
        if (!budget.take(this, spare ? size : size - bytes.length)) {
            return false;
        }
        budgeted = true;
        byte[] longer = Arrays.copyOf(bytes, size);
        letGo();
        bytes = longer;
        return true;
    }

    private void end() {
        if (refused) {
            return;
        }
        try {
            receiver.complete(bytes, length);
        } finally {
            refuse();
        }
    }

    @Override
    public void giveWay() {
        context.runOnContext(now -> {
            if (!refused) {
                refuse();
                receiver.tooSlow();
            }
        });
    }

    private void refuse() {
        refused = true;
        if (budgeted) {
            budget.giveBack(this);
        }
        letGo();
        length = 0;
    }

    private void letGo() {
        if (spare) {
            spares.giveBack(bytes);
        }
        spare = false;
        bytes = NOTHING;
    }
}
