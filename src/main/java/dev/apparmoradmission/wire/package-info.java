/** Bytes to values and back: documents, policies, manifests, inventories, reviews and patches. */
@NullMarked
package dev.apparmoradmission.wire;

import org.jspecify.annotations.NullMarked;
