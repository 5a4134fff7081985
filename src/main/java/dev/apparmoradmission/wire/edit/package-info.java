/** Edits of YAML and JSON as it is written: what is not meant stays, byte for byte. */
@NullMarked
package dev.apparmoradmission.wire.edit;

import org.jspecify.annotations.NullMarked;
