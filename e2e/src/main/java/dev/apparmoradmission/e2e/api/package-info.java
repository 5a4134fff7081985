/** Requests to an API server, as bytes, with everything that a client gets to see. */
@NullMarked
package dev.apparmoradmission.e2e.api;

import org.jspecify.annotations.NullMarked;
