/** The command {@code policy test}: cases that are kept beside policies, judged by the one decision. */
@NullMarked
package dev.apparmoradmission.policytest;

import org.jspecify.annotations.NullMarked;
