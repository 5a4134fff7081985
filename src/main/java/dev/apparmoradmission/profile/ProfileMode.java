package dev.apparmoradmission.profile;

import java.util.Optional;

/**
 * The mode in which the kernel holds a profile, as printed in {@code /sys/kernel/security/apparmor/profiles}
 * ({@code security/apparmor/apparmorfs.c}, {@code seq_show_profile}), from strict to weak.
 */
public enum ProfileMode {
    /** Violations kill the task. */
    KILL("kill"),
    /** Violations are refused. */
    ENFORCE("enforce"),
    /** Violations are only logged. */
    COMPLAIN("complain"),
    /** The profile is attached but restrains nothing. */
    UNCONFINED("unconfined"),
    /** Violations are put to a program in user space (upstream kernels). */
    USER("user"),
    /** Violations are put to a program in user space (Ubuntu's name). */
    PROMPT("prompt"),
    /** A mode that this version does not know: counted as restraining nothing, so that a new mode never fails open. */
    UNKNOWN("unknown");

    private final String kernelName;

    ProfileMode(String kernelName) {
        this.kernelName = kernelName;
    }

    /** The mode as the kernel prints it. */
    public String kernelName() {
        return kernelName;
    }

    /** Whether the kernel itself refuses what the profile does not allow. */
    public boolean restrains() {
        return this == ENFORCE || this == KILL;
    }

    /** The mode of that name as the kernel prints it, {@link #UNKNOWN} for any other. */
    public static ProfileMode ofKernelName(String name) {
        return find(name).orElse(UNKNOWN);
    }

    /** The mode of that name, empty where no mode is called so. */
    public static Optional<ProfileMode> find(String name) {
        for (ProfileMode mode : values()) {
            if (mode != UNKNOWN && mode.kernelName.equals(name)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
