/** What the short commands share: the process they run in, and how their options are read. */
@NullMarked
package dev.apparmoradmission.command;

import org.jspecify.annotations.NullMarked;
