/**
 * AppArmor's own words: profiles, their names and modes, and the kernel's list of what is loaded.
 */
@NullMarked
package dev.apparmoradmission.profile;

import org.jspecify.annotations.NullMarked;
