/**
 * The command {@code policy export}: what of the policies the API server can judge by itself, written as its own admission
 * policies, so that an outage of the webhook is no outage of the policy.
 */
@NullMarked
package dev.apparmoradmission.export;

import org.jspecify.annotations.NullMarked;
