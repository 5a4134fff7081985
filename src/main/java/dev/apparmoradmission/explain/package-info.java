/** The command {@code explain}: why a workload is judged as it is. */
@NullMarked
package dev.apparmoradmission.explain;

import org.jspecify.annotations.NullMarked;
