/** The command {@code doctor}, as a person runs it against a cluster. */
@NullMarked
package dev.apparmoradmission.e2e.doctor;

import org.jspecify.annotations.NullMarked;
