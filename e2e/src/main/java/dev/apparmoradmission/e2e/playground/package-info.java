/** An API server with the webhook, to try things on. */
@NullMarked
package dev.apparmoradmission.e2e.playground;

import org.jspecify.annotations.NullMarked;
