package dev.apparmoradmission.doctor;

/** Judges facts of one area. Pure: what is not among the facts it does not know. */
interface Check {

    /** Its area. */
    Area area();

    /** Writes down what it finds, and what it could not look at. */
    void examine(Facts facts, Sheet.Column sheet);
}
