/** Workloads of manifest files, and what they are judged by: for every command that judges without a cluster. */
@NullMarked
package dev.apparmoradmission.manifest;

import org.jspecify.annotations.NullMarked;
