/** Whoever reaches the webhook's ports without being an API server. */
@NullMarked
package dev.apparmoradmission.e2e.stranger;

import org.jspecify.annotations.NullMarked;
