/** A node as it is: a kernel with AppArmor, the agent on it, a real API server and the webhook. */
@NullMarked
package dev.apparmoradmission.e2e.node;

import org.jspecify.annotations.NullMarked;
