/** How the tests and the playground come by an API server: the ladder, its rungs and what they start. */
@NullMarked
package dev.apparmoradmission.e2e.cluster;

import org.jspecify.annotations.NullMarked;
