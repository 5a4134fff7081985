package dev.apparmoradmission.webhook;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A few buffers in which one short body after the other comes in. Without them a body of 12 KB costs an array of 12 KB, more than
 * everything else that reading it takes, and the lock of the {@link BodyBudget}. There are so few that they need no budget;
 * where clients that send slowly hold all of them, bodies are collected as long ones are. Safe for use by several threads.
 */
final class SpareBuffers {

    /** In bytes; few pods are longer. */
    static final int SIZE = 64 * 1024;

    /** An API server sends one review at a time on a connection, and event loops read whole ones mostly. */
    private static final int COUNT = 8;

    /** Stands in the slot of a buffer that somebody has. */
    private static final byte[] TAKEN = {};
    /** Stands in the slot of a buffer that was never wanted. */
    private static final byte[] UNMADE = {0};

    private final AtomicReferenceArray<byte[]> slots = new AtomicReferenceArray<>(COUNT);

    /** Makes room for them; each is made when it is wanted for the first time. */
    SpareBuffers() {
        for (int i = 0; i < COUNT; i++) {
            slots.set(i, UNMADE);
        }
    }

    /** A buffer that nobody else has until it is given back; empty where all are in use. */
    Optional<byte[]> take() {
        for (int i = 0; i < COUNT; i++) {
            byte[] buffer = slots.getAndSet(i, TAKEN);
            if (buffer.length > 0) {
                return Optional.of(buffer.length < SIZE ? new byte[SIZE] : buffer);
            }
        }
        return Optional.empty();
    }

    /** Takes a buffer back. */
    void giveBack(byte[] buffer) {
        for (int i = 0; i < COUNT; i++) {
            if (slots.compareAndSet(i, TAKEN, buffer)) {
                return;
            }
        }
        throw new IllegalStateException("given back twice");
    }
}
