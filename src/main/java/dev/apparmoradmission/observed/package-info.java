/** Workloads as a cluster holds them, live or in a snapshot, and what they are judged by: for every command that judges a cluster. */
@NullMarked
package dev.apparmoradmission.observed;

import org.jspecify.annotations.NullMarked;
