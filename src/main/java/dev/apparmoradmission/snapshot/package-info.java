/** The command {@code snapshot}: what a decision looks at of a live cluster, in a directory that can be looked at later and elsewhere. */
@NullMarked
package dev.apparmoradmission.snapshot;

import org.jspecify.annotations.NullMarked;
