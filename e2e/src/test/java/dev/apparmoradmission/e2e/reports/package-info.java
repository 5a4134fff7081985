/** Reports as objects of a real API server, of the kinds that their own projects define. */
@NullMarked
package dev.apparmoradmission.e2e.reports;

import org.jspecify.annotations.NullMarked;
