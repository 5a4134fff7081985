/** The rows of the tables that need an API server. */
@NullMarked
package dev.apparmoradmission.e2e.table;

import org.jspecify.annotations.NullMarked;
