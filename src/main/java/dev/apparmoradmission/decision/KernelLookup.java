package dev.apparmoradmission.decision;

import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.profile.NameForm;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import java.util.Optional;

/**
 * The kernel's own reading of a name written to {@code attr/apparmor/exec} ({@code security/apparmor/label.c},
 * {@code policy.c}; measured: node-truth, "The kernel's own look-up of a name"). It is what counts where the runtime does not
 * check the name first.
 */
final class KernelLookup {

    private KernelLookup() {}

    static Confinement of(String name, ProfileList loaded) {
        Optional<ProfileMode> exact = loaded.mode(name);
        if (exact.isPresent()) {
            return Confinement.by(name, exact.get());
        }
        String trimmed = name.strip();
        if (trimmed.isEmpty() || NameForm.isReserved(trimmed)) {
            return Confinement.of(Level.UNCONFINED, Cause.RESERVED_NAME);
        }
        String unstacked = trimmed.startsWith("&") ? trimmed.substring(1) : trimmed;
        int stack = unstacked.indexOf("//&");
        if (stack >= 0) {
            return stricter(
                    of(unstacked.substring(0, stack), loaded), of(unstacked.substring(stack + "//&".length()), loaded));
        }
        String own = unstacked.startsWith("::") ? unstacked.substring(2) : unstacked;
        return loaded.mode(own)
                .map(mode -> Confinement.by(own, mode))
                .orElseGet(() -> Confinement.of(Level.WILL_NOT_START, Cause.PROFILE_NOT_LOADED));
    }

    /** A stack allows what all of its profiles allow; one that is not there spoils it. */
    private static Confinement stricter(Confinement one, Confinement other) {
        if (one.level() == Level.WILL_NOT_START || other.level() == Level.WILL_NOT_START) {
            return one.level() == Level.WILL_NOT_START ? one : other;
        }
        return one.isWorseThan(other) ? other : one;
    }
}
