/** Certificates that look after themselves. */
@NullMarked
package dev.apparmoradmission.e2e.certificates;

import org.jspecify.annotations.NullMarked;
