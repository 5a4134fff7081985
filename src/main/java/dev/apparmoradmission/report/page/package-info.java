/** What was decided, as one page for a browser: confinement by namespace, profiles by node, exceptions over time, findings. */
@NullMarked
package dev.apparmoradmission.report.page;

import org.jspecify.annotations.NullMarked;
