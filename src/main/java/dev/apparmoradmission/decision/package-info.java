/**
 * The one pure decision that every door calls.
 */
@NullMarked
package dev.apparmoradmission.decision;

import org.jspecify.annotations.NullMarked;
