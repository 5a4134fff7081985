/** The exported policies at a real API server, without any webhook, beside what {@code check} says of the same objects. */
@NullMarked
package dev.apparmoradmission.e2e.backstop;

import org.jspecify.annotations.NullMarked;
