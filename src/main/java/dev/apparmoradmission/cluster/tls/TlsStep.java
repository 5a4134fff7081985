package dev.apparmoradmission.cluster.tls;

import java.time.Instant;

/** What to do next about the shared certificates. */
sealed interface TlsStep {

    /**
     * Nothing.
     *
     * @param until look again then at the latest
     */
    record Rest(Instant until) implements TlsStep {}

    /**
     * Writes.
     *
     * @param kind what
     * @param reason why, for the log
     */
    record Write(Kind kind, String reason) implements TlsStep {}

    /** What is written. */
    enum Kind {
        /** A new authority and a serving certificate of it: nothing of before is of use. */
        BEGIN("made a new CA and serving certificate"),
        /** What this replica saw last in order. */
        RESTORE("wrote back the certificates that were in force before"),
        /** A serving certificate by the authority that signs. */
        RENEW("made a new serving certificate"),
        /** One more authority, which does not sign yet. */
        INTRODUCE("made a new CA, to be trusted beside the present one"),
        /** The new authority signs from now on. The old one is still trusted. */
        PROMOTE("made a serving certificate by the new CA"),
        /** Authorities go whose last serving certificate has expired. */
        RETIRE("dropped a CA by which nothing valid is signed any more"),
        /** What is in order, without what could not be read. */
        MEND("wrote the readable part anew");

        private final String did;

        Kind(String did) {
            this.did = did;
        }

        /** In words, for the log. */
        String did() {
            return did;
        }
    }
}
