/**
 * The admission webhook: reviews in over HTTPS, verdicts out, metrics, health and the decision log. Thin: what is decided is
 * decided below.
 */
@NullMarked
package dev.apparmoradmission.webhook;

import org.jspecify.annotations.NullMarked;
