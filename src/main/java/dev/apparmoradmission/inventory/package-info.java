/** The command {@code inventory}: what each node really has, and which nodes differ that ought to be equal. */
@NullMarked
package dev.apparmoradmission.inventory;

import org.jspecify.annotations.NullMarked;
