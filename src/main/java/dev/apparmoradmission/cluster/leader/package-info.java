/** What any work needs that one replica does for all: an election by a Lease, rounds of work, and what a refused request means. */
@NullMarked
package dev.apparmoradmission.cluster.leader;

import org.jspecify.annotations.NullMarked;
