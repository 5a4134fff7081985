/** What the API server makes of a webhook's answers: the rows H of the tables. */
@NullMarked
package dev.apparmoradmission.e2e.protocol;

import org.jspecify.annotations.NullMarked;
