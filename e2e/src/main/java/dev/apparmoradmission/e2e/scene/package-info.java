/** What a story needs on an API server: nodes, their inventory, a namespace, the webhook; and pods to try. */
@NullMarked
package dev.apparmoradmission.e2e.scene;

import org.jspecify.annotations.NullMarked;
