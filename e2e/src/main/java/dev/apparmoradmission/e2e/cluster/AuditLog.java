package dev.apparmoradmission.e2e.cluster;

import java.io.IOException;

/** The audit events of an API server, one JSON document a line, in the order in which it wrote them. */
@FunctionalInterface
public interface AuditLog {
    /** Everything written so far. */
    String read() throws IOException;

    /** The events that hold that text, such as the {@code Audit-Id} which came with an answer. */
    default java.util.List<String> eventsWith(String text) throws IOException {
        return read().lines().filter(line -> line.contains(text)).toList();
    }
}
