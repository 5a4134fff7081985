/** The command {@code policy diff}: what another set of policies, or of nodes, would do to the workloads of a cluster. */
@NullMarked
package dev.apparmoradmission.policydiff;

import org.jspecify.annotations.NullMarked;
