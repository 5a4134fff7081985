/** The command {@code policy lint}: what in policies and grants cannot be meant so. */
@NullMarked
package dev.apparmoradmission.policylint;

import org.jspecify.annotations.NullMarked;
