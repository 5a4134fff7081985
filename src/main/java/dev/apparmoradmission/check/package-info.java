/** The command {@code check}: judges manifests offline. It knows no framework, so that it starts in a fraction of a second. */
@NullMarked
package dev.apparmoradmission.check;

import org.jspecify.annotations.NullMarked;
