/**
 * What a pod may land on: nodes, what their kernels hold, and which of them a pod's hard constraints allow.
 */
@NullMarked
package dev.apparmoradmission.node;

import org.jspecify.annotations.NullMarked;
