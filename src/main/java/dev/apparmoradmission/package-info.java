/** The entry point; every other class lives in a package below this one. */
@NullMarked
package dev.apparmoradmission;

import org.jspecify.annotations.NullMarked;
