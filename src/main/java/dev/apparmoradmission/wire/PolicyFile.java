package dev.apparmoradmission.wire;

/**
 * A file of a policy directory.
 *
 * @param name how messages call it: its path
 * @param content its bytes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and copying up to 10 MiB for it would be waste
public record PolicyFile(String name, byte[] content) {

    /** Whether the loader leaves it alone by its name alone: a JSON Schema kept beside the policies. */
    public boolean isSchema() {
        return name.endsWith(".schema.json");
    }
}
