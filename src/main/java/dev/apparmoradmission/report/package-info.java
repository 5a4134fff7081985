/** What was decided, in the forms that people and programs read: text, JSON, SARIF, JUnit. */
@NullMarked
package dev.apparmoradmission.report;

import org.jspecify.annotations.NullMarked;
