/**
 * What is judged: pods and the templates that pods are made from, as far as AppArmor and placement need them.
 */
@NullMarked
package dev.apparmoradmission.workload;

import org.jspecify.annotations.NullMarked;
