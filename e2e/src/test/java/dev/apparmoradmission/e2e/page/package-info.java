/** The page that {@code scan --output html} and {@code check --output html} make, in a browser. */
@NullMarked
package dev.apparmoradmission.e2e.page;

import org.jspecify.annotations.NullMarked;
