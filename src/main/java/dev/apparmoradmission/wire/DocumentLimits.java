package dev.apparmoradmission.wire;

/**
 * How much a text may ask of us before it is refused. Every input has a bound, also one that a few bytes of YAML could
 * blow up to gigabytes by aliases of aliases.
 *
 * @param maxBytes size of a whole file; of a single document where a file is read piece by piece
 * @param maxDepth how deep objects and lists may be nested
 * @param maxValues objects, lists, fields and scalars of one document, those brought in by aliases included
 * @param maxReplays how many of them may come from aliases and merge keys, in one document
 */
public record DocumentLimits(int maxBytes, int maxDepth, int maxValues, int maxReplays) {

    private static final int MIB = 1024 * 1024;

    /** For files that an administrator writes: policies, and what stands beside them. */
    public static final DocumentLimits POLICIES = new DocumentLimits(10 * MIB, 100, 200_000, 20_000);

    /** For files that are edited: a tree of a whole document is in memory meanwhile, several times as large as its text. */
    public static final DocumentLimits EDITED = new DocumentLimits(32 * MIB, 100, 2_000_000, 200_000);

    /** For what tools print: rendered manifests, and whole lists of a cluster. */
    public static final DocumentLimits MANIFESTS = new DocumentLimits(256 * MIB, 100, 50_000_000, 200_000);
}
