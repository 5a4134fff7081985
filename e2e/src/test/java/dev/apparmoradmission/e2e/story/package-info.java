/** The stories that users live through. */
@NullMarked
package dev.apparmoradmission.e2e.story;

import org.jspecify.annotations.NullMarked;
