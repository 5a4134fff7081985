/**
 * What the leader among the webhook's replicas writes to the cluster, so that pods land where their profiles are: labels of
 * nodes, and the end of a pod's wait behind its gate. What is to be written is computed apart from writing it.
 */
@NullMarked
package dev.apparmoradmission.cluster.placement;

import org.jspecify.annotations.NullMarked;
