package dev.apparmoradmission.agent;

import dev.apparmoradmission.cluster.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Waits in {@code apparmor/revision} ({@code security/apparmor/apparmorfs.c}, {@code ns_revision_read}): a read blocks until
 * the number has moved past the one last read on the same descriptor, costs nothing while it waits, and never ends. Before the
 * first profile is ever loaded the first read blocks too. The number moves once for each profile that is loaded, replaced or
 * removed, and not for changes in child namespaces.
 *
 * <p>The read must be wide: one byte at a time it tells the same number over and over.
 */
final class RevisionWatch implements Runnable {

    private final Path file;
    private final Wakening wakening;
    private final Journal journal;
    private final Duration pause;
    private long last = -1;
    private boolean complained;

    /**
     * Makes a watch, to be run by a thread of its own.
     *
     * @param pause before the file is opened again, where it could not be read
     */
    RevisionWatch(Path file, Wakening wakening, Journal journal, Duration pause) {
        this.file = file;
        this.wakening = wakening;
        this.journal = journal;
        this.pause = pause;
    }

    /** Starts it on a daemon thread, which ends with the process: nothing else could end the read for good. */
    void start() {
        Thread thread = new Thread(this, "revision");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run() {
        try {
            while (true) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    follow(channel);
                } catch (IOException e) {
                    complain(InputFile.describe(e));
                }
                TimeUnit.MILLISECONDS.sleep(pause.toMillis());
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    /** Until the file ends, which the kernel's never does. */
    private void follow(FileChannel channel) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(64);
        while (channel.read(buffer) > 0) {
            buffer.flip();
            String read = StandardCharsets.US_ASCII.decode(buffer).toString().strip();
            buffer.clear();
            // The kernel gives one number at a time; a pipe in its place may give several.
            String text = read.substring(read.lastIndexOf('\n') + 1);
            if (!text.matches("[0-9]{1,18}")) {
                throw new IOException("not a number");
            }
            complained = false;
            long number = Long.parseLong(text);
            if (number != last) {
                last = number;
                wakening.announce(number);
            }
        }
    }

    private void complain(String problem) {
        if (!complained) {
            complained = true;
            journal.warn(file + " " + problem + "; changes are noticed by looking at the list now and then");
        }
    }
}
