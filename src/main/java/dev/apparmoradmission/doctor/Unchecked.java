package dev.apparmoradmission.doctor;

/**
 * Something that was not looked at. It may be sound or not.
 *
 * @param area what it is about
 * @param what it would have told
 * @param reason why it was not looked at: the right that is missing, or what went wrong; one line
 */
record Unchecked(Area area, String what, String reason) {}
