/** Where pods land: the webhook, the API server and the scheduler together. */
@NullMarked
package dev.apparmoradmission.e2e.placement;

import org.jspecify.annotations.NullMarked;
