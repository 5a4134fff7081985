/** Thousands of simulated nodes, and what the webhook makes of them. */
@NullMarked
package dev.apparmoradmission.e2e.scale;

import org.jspecify.annotations.NullMarked;
