/**
 * What is wanted: policies, grants, rules and actions.
 */
@NullMarked
package dev.apparmoradmission.policy;

import org.jspecify.annotations.NullMarked;
