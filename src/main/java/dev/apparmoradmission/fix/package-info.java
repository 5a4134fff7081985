/** The command {@code fix}: mends manifests as they are written. */
@NullMarked
package dev.apparmoradmission.fix;

import org.jspecify.annotations.NullMarked;
