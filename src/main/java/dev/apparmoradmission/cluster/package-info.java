/**
 * Where snapshots come from: policy directories, files, or the API server's watches; and the one reference that holds the
 * snapshot in force.
 */
@NullMarked
package dev.apparmoradmission.cluster;

import org.jspecify.annotations.NullMarked;
