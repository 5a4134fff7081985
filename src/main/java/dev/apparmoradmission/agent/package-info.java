/**
 * The command {@code agent}: on each node, publishes what the node's kernel holds. Made of JDK parts and Jackson's streaming
 * API alone, for it runs on every node of a fleet.
 */
@NullMarked
package dev.apparmoradmission.agent;

import org.jspecify.annotations.NullMarked;
