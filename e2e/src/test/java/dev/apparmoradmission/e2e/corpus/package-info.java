/** {@code check} over manifests that other projects publish. */
@NullMarked
package dev.apparmoradmission.e2e.corpus;

import org.jspecify.annotations.NullMarked;
