/** The guide {@code deploy/ROLLOUT.md}, walked from its first command to its last with a few hundred pods. */
@NullMarked
package dev.apparmoradmission.e2e.rollout;

import org.jspecify.annotations.NullMarked;
