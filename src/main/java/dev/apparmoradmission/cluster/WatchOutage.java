package dev.apparmoradmission.cluster;

/**
 * Tells an outage of the API server from a watch that ends as they all do: the server ends each after some minutes, and it is
 * there again within a second or two. Safe for use by several threads.
 */
final class WatchOutage {

    /** So many looks in a row must find the watches down before that is an outage. */
    private static final int DOWN = 3;
    /** So many must find them up before it is over: while an attempt lasts, a watch looks as if it stood. */
    private static final int UP = 2;

    /** What a look finds out. */
    enum Change {
        /** Nothing new. */
        NONE,
        /** The API server is away. */
        BEGAN,
        /** It is back. */
        ENDED
    }

    private boolean away;
    private int inRow;
    private boolean lastLook = true;

    /**
     * Someone has it from elsewhere that the API server is away.
     *
     * @return whether this is news
     */
    synchronized boolean began() {
        boolean news = !away;
        away = true;
        inRow = 0;
        lastLook = false;
        return news;
    }

    /**
     * Takes in one more look, of several at even intervals.
     *
     * @param watching whether all watches stand now
     */
    synchronized Change look(boolean watching) {
        inRow = watching == lastLook ? inRow + 1 : 1;
        lastLook = watching;
        if (away && watching && inRow >= UP) {
            away = false;
            return Change.ENDED;
        }
        if (!away && !watching && inRow >= DOWN) {
            away = true;
            return Change.BEGAN;
        }
        return Change.NONE;
    }
}
