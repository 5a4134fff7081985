/** The command {@code scan}: judges what is in a live cluster, by the same decision as every other door. */
@NullMarked
package dev.apparmoradmission.scan;

import org.jspecify.annotations.NullMarked;
