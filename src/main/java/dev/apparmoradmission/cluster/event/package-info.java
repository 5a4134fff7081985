/** What the cluster is told in Events about the webhook itself. */
@NullMarked
package dev.apparmoradmission.cluster.event;

import org.jspecify.annotations.NullMarked;
