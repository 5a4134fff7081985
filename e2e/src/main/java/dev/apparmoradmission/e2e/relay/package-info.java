/** What stands between the webhook and its API server, to count and to cut. */
@NullMarked
package dev.apparmoradmission.e2e.relay;

import org.jspecify.annotations.NullMarked;
