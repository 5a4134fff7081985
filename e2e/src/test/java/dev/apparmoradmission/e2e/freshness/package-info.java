/** How long a node's word is believed, and what happens when it stops talking. */
@NullMarked
package dev.apparmoradmission.e2e.freshness;

import org.jspecify.annotations.NullMarked;
