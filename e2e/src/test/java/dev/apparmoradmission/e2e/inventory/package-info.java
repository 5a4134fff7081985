/** Who may say what a node has, and what the webhook may write. */
@NullMarked
package dev.apparmoradmission.e2e.inventory;

import org.jspecify.annotations.NullMarked;
