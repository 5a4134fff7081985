/** The command {@code exceptions}: every grant and annotation, who has it, until when, and whether anything needs it. */
@NullMarked
package dev.apparmoradmission.exceptions;

import org.jspecify.annotations.NullMarked;
