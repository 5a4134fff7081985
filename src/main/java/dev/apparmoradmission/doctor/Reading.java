package dev.apparmoradmission.doctor;

import java.util.List;

/** What came of asking the API server for objects. */
sealed interface Reading {

    /**
     * They were read; a single object that is not there is an empty list.
     *
     * @param objects what there is
     */
    record Read(List<ApiObject> objects) implements Reading {
        /** Copies the list. */
        public Read {
            objects = List.copyOf(objects);
        }
    }

    /**
     * They were not read.
     *
     * @param reason the right that is missing, or what went wrong; one line
     */
    record Unread(String reason) implements Reading {}

    /** There is nothing of the kind. */
    static Reading nothing() {
        return new Read(List.of());
    }
}
