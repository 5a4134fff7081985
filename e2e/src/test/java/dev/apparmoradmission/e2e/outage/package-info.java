/** What becomes of the webhook while it cannot reach the API server. */
@NullMarked
package dev.apparmoradmission.e2e.outage;

import org.jspecify.annotations.NullMarked;
