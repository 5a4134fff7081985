package dev.apparmoradmission.exceptions;

import dev.apparmoradmission.ledger.ExceptionUse;
import dev.apparmoradmission.ledger.GrantUse;
import dev.apparmoradmission.ledger.State;
import java.util.Optional;
import java.util.Set;

/** What exceptions are picked by. */
enum Mark {
    VALID(State.VALID),
    EXPIRING(State.EXPIRING),
    EXPIRED(State.EXPIRED),
    REFUSED(State.REFUSED),
    /** A grant that excuses nothing, or an exception that no finding needs, whatever its state. */
    UNUSED();

    private final Optional<State> state;

    Mark(State state) {
        this.state = Optional.of(state);
    }

    Mark() {
        this.state = Optional.empty();
    }

    private boolean isOn(State found, boolean used) {
        return state.map(found::equals).orElse(!used);
    }

    static boolean any(Set<Mark> marks, GrantUse grant) {
        return marks.stream().anyMatch(mark -> mark.isOn(grant.state(), grant.isUsed()));
    }

    static boolean any(Set<Mark> marks, ExceptionUse use) {
        return marks.stream().anyMatch(mark -> mark.isOn(use.state(), use.needed()));
    }
}
