/** What the README shows of the packaged artifact is what happens. */
@NullMarked
package dev.apparmoradmission.e2e.readme;

import org.jspecify.annotations.NullMarked;
