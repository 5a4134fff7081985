package dev.apparmoradmission.e2e.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Messages both ways through two files, each written by one side at its end and read by the other. A virtual machine without a
 * network shares files with its host, and nothing announces a write of the other side: the reader looks again and again.
 */
final class Wire implements AutoCloseable {
    /** What the machine with AppArmor reads. */
    private static final String THERE = "there";
    /** What the tests' side reads. */
    private static final String BACK = "back";

    private final FileChannel incoming;
    private final FileChannel outgoing;
    private final Duration pause;
    private final ByteBuffer buffer = ByteBuffer.allocate(2 * Frame.LONGEST).flip();
    private long read;
    private long written;

    private Wire(Path incoming, Path outgoing, Duration pause) throws IOException {
        this.incoming = FileChannel.open(incoming, StandardOpenOption.READ);
        this.outgoing = FileChannel.open(outgoing, StandardOpenOption.WRITE);
        this.pause = pause;
    }

    /** The tests' end; it makes the files. */
    static Wire here(Path directory) throws IOException {
        for (String name : new String[] {THERE, BACK}) {
            FileChannel.open(directory.resolve(name), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)
                    .close();
        }
        return new Wire(directory.resolve(BACK), directory.resolve(THERE), Duration.ofMillis(3));
    }

    /** The other end. A look costs an emulated machine about a millisecond. */
    static Wire there(Path directory) throws IOException {
        return new Wire(directory.resolve(THERE), directory.resolve(BACK), Duration.ofMillis(20));
    }

    synchronized void send(Frame frame) throws IOException {
        ByteBuffer bytes = frame.encoded();
        while (bytes.hasRemaining()) {
            written += outgoing.write(bytes, written);
        }
    }

    /** The next message if it is there within the time; for one thread only. */
    Optional<Frame> receive(Duration within) throws IOException, InterruptedException {
        long end = System.nanoTime() + within.toNanos();
        while (true) {
            Optional<Frame> frame = Frame.decode(buffer);
            if (frame.isPresent()) {
                return frame;
            }
            buffer.compact();
            int count = incoming.read(buffer, read);
            read += Math.max(0, count);
            buffer.flip();
            if (count <= 0) {
                if (System.nanoTime() >= end) {
                    return Optional.empty();
                }
                TimeUnit.MILLISECONDS.sleep(pause.toMillis());
            }
        }
    }

    @Override
    public void close() throws IOException {
        incoming.close();
        outgoing.close();
    }
}
