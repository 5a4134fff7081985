/** Reports as objects of the cluster, of OpenReports and of the policy working group: what stands in them, and how they are kept. */
@NullMarked
package dev.apparmoradmission.openreports;

import org.jspecify.annotations.NullMarked;
