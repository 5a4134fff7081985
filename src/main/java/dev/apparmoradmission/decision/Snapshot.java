package dev.apparmoradmission.decision;

import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.policy.PolicySet;

/**
 * All that a decision depends on besides the workload and the clock: one generation, taken once, so that a decision never
 * mixes two.
 *
 * @param policies policies and grants
 * @param nodes nodes and their inventories
 * @param namespaces namespaces and their labels
 * @param dryRun whether every action is capped at Audit and nothing is patched
 */
public record Snapshot(PolicySet policies, ClusterNodes nodes, Namespaces namespaces, boolean dryRun) {}
