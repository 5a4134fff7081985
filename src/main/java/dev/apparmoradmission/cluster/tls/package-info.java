/**
 * Certificates that look after themselves: an authority and a serving certificate in a Secret that all replicas share, and the
 * authority in the webhook configurations. What is to be done next ({@link dev.apparmoradmission.cluster.tls.TlsPlan}) is
 * computed apart from doing it.
 */
@NullMarked
package dev.apparmoradmission.cluster.tls;

import org.jspecify.annotations.NullMarked;
