/**
 * One class a rule; each states its rule in words above its code.
 */
@NullMarked
package dev.apparmoradmission.decision.rule;

import org.jspecify.annotations.NullMarked;
