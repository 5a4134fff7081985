/** The API server that all tests of a run share. */
@NullMarked
package dev.apparmoradmission.e2e.stage;

import org.jspecify.annotations.NullMarked;
