package dev.apparmoradmission.decision;

import dev.apparmoradmission.profile.ProfileMode;
import java.util.Optional;

/**
 * What the kernel will really do to a container on a node.
 *
 * @param level how confined it is
 * @param cause why, where it is not
 * @param profile the profile that will be attached; empty where there is none or it is not known
 * @param mode the mode of that profile, where the inventory tells
 */
public record Confinement(Level level, Optional<Cause> cause, String profile, Optional<ProfileMode> mode) {

    /** How confined, worst first: with several eligible nodes the worst counts. */
    public enum Level {
        /** Kubelet or runtime will refuse it. */
        WILL_NOT_START("WillNotStart"),
        /** Nothing restrains it. */
        UNCONFINED("Unconfined"),
        /** An eligible node has no believable inventory. */
        UNKNOWN("Unknown"),
        /** A profile is attached that only logs. */
        COMPLAIN("Complain"),
        /** A profile in enforce or kill mode is attached. */
        ENFORCED("Enforced"),
        /** AppArmor has no part in it: Windows, or a runtime class that the policy exempts. */
        NOT_APPLICABLE("NotApplicable");

        private final String reportName;

        Level(String reportName) {
            this.reportName = reportName;
        }

        /** The name in reports. */
        public String reportName() {
            return reportName;
        }
    }

    /** Why a container is not confined or will not start. */
    public enum Cause {
        /** It declares Unconfined. */
        DECLARED("Declared"),
        /** It is privileged, and the runtime drops the profile. */
        PRIVILEGED("Privileged"),
        /** The profile is loaded in a mode that restrains nothing. */
        PROFILE_MODE("ProfileMode"),
        /** The kernel takes the name for unconfined. */
        RESERVED_NAME("ReservedName"),
        /** The node has AppArmor off. */
        NODE_WITHOUT_APPARMOR("NodeWithoutAppArmor"),
        /** The profile is not loaded. */
        PROFILE_NOT_LOADED("ProfileNotLoaded");

        private final String reportName;

        Cause(String reportName) {
            this.reportName = reportName;
        }

        /** The name in reports. */
        public String reportName() {
            return reportName;
        }
    }

    /** AppArmor has no part in it. */
    public static final Confinement NOT_APPLICABLE = of(Level.NOT_APPLICABLE);

    /** Nothing can be said. */
    public static final Confinement UNKNOWN = of(Level.UNKNOWN);

    static Confinement of(Level level) {
        return new Confinement(level, Optional.empty(), "", Optional.empty());
    }

    static Confinement of(Level level, Cause cause) {
        return new Confinement(level, Optional.of(cause), "", Optional.empty());
    }

    /** What a profile in this mode does. */
    static Confinement by(String profile, ProfileMode mode) {
        if (mode.restrains()) {
            return new Confinement(Level.ENFORCED, Optional.empty(), profile, Optional.of(mode));
        }
        return mode == ProfileMode.COMPLAIN
                ? new Confinement(Level.COMPLAIN, Optional.empty(), profile, Optional.of(mode))
                : new Confinement(Level.UNCONFINED, Optional.of(Cause.PROFILE_MODE), profile, Optional.of(mode));
    }

    /** Whether this is worse than another. */
    public boolean isWorseThan(Confinement other) {
        return level.compareTo(other.level) < 0;
    }

    /** Whether it is as bad as another, for the same cause. */
    public boolean isLike(Confinement other) {
        return level == other.level && cause.equals(other.cause);
    }

    /** Whether another node could change it: a declaration, or a good state, holds wherever the pod lands. */
    boolean dependsOnNode() {
        return level != Level.ENFORCED && level != Level.NOT_APPLICABLE && !isBecause(Cause.DECLARED);
    }

    /** Whether it has this cause. */
    public boolean isBecause(Cause wanted) {
        return cause.isPresent() && cause.get() == wanted;
    }
}
