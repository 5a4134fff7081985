/** A small fleet, so that the measuring of a big one cannot rot. */
@NullMarked
package dev.apparmoradmission.e2e.scale;

import org.jspecify.annotations.NullMarked;
