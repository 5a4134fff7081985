/** The packaged webhook as a process, its account and its registration. */
@NullMarked
package dev.apparmoradmission.e2e.webhook;

import org.jspecify.annotations.NullMarked;
