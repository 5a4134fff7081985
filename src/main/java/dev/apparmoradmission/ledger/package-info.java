/** What exceptions there are, who has them and until when: grants and annotations, as the decision has looked at them. */
@NullMarked
package dev.apparmoradmission.ledger;

import org.jspecify.annotations.NullMarked;
