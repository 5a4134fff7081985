package dev.apparmoradmission.doctor;

/**
 * Something that is not as it should be.
 *
 * @param area what it is about
 * @param severity how bad it is
 * @param id what programs know it by; does not change
 * @param subject the object that it is about, in kubectl's words, and the part of it
 * @param problem what is wrong and what comes of it, one line
 * @param fix a command, or what to look at where no command mends it; one line
 */
record Finding(Area area, Severity severity, String id, String subject, String problem, String fix) {}
