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

    /** A longer name does not fit into the one page that the kernel takes; it also bounds the work on a name made to cost. */
    private static final int LONGEST_NAME = 4095;

    private static final Confinement NOT_LOADED = Confinement.of(Level.WILL_NOT_START, Cause.PROFILE_NOT_LOADED);

    private KernelLookup() {}

    static Confinement of(String name, ProfileList loaded) {
        return name.length() > LONGEST_NAME ? NOT_LOADED : lookUp(name, loaded);
    }

    private static Confinement lookUp(String name, ProfileList loaded) {
        Optional<ProfileMode> exact = loaded.mode(name);
        if (exact.isPresent()) {
            return Confinement.by(name, exact.get());
        }
        String trimmed = trimmed(name);
        if (trimmed.isEmpty() || NameForm.isReserved(trimmed)) {
            return Confinement.of(Level.UNCONFINED, Cause.RESERVED_NAME);
        }
        String unstacked = trimmed.startsWith("&") ? trimmed.substring(1) : trimmed;
        int stack = unstacked.indexOf("//&");
        if (stack >= 0) {
            return stricter(
                    lookUp(unstacked.substring(0, stack), loaded),
                    lookUp(unstacked.substring(stack + "//&".length()), loaded));
        }
        String own = unstacked.startsWith("::") ? unstacked.substring(2) : unstacked;
        return loaded.mode(own).map(mode -> Confinement.by(own, mode)).orElse(NOT_LOADED);
    }

    /** The kernel's {@code isspace} is that of ASCII; Java's {@code strip} would take more away, and so find more. */
    private static String trimmed(String name) {
        int start = 0;
        int end = name.length();
        while (start < end && isSpace(name.charAt(start))) {
            start++;
        }
        while (end > start && isSpace(name.charAt(end - 1))) {
            end--;
        }
        return name.substring(start, end);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    /** A stack allows what all of its profiles allow; one that is not there spoils it. */
    private static Confinement stricter(Confinement one, Confinement other) {
        if (one.level() == Level.WILL_NOT_START || other.level() == Level.WILL_NOT_START) {
            return one.level() == Level.WILL_NOT_START ? one : other;
        }
        return one.isWorseThan(other) ? other : one;
    }
}
