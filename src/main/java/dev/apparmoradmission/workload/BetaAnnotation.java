package dev.apparmoradmission.workload;

import dev.apparmoradmission.profile.NameForm;
import dev.apparmoradmission.profile.Profile;
import java.nio.charset.StandardCharsets;

/**
 * A value of the annotation {@code container.apparmor.security.beta.kubernetes.io/<container>}: deprecated since 1.30, yet
 * live input on every version, for it outranks the pod-level field ({@code pkg/security/apparmor/helpers.go}).
 */
public final class BetaAnnotation {

    /** The annotation's key, up to the container's name. */
    public static final String PREFIX = "container.apparmor.security.beta.kubernetes.io/";

    private static final String LOCALHOST = "localhost/";
    private static final int LONGEST_NAME_BYTES = 4095;

    /** What the API server does with a value. */
    public enum Fate {
        /** Copied into the container's field ({@code applyAppArmorVersionSkew}). */
        SYNCED,
        /** The empty string: accepted, not copied, and ignored by the kubelet. */
        EMPTY,
        /** {@code localhost/} with no, a padded or a too long name: accepted, not copied, and yet obeyed by the kubelet. */
        UNSYNCED,
        /** Refused with 422. */
        REFUSED
    }

    private BetaAnnotation() {}

    /** Whether a key is that of a container. */
    static boolean isFor(String container, String key) {
        return key.length() == PREFIX.length() + container.length()
                && key.startsWith(PREFIX)
                && key.endsWith(container);
    }

    /** What the API server does with this value ({@code ValidateAppArmorProfileFormat}). */
    public static Fate fate(String value) {
        if (value.isEmpty()) {
            return Fate.EMPTY;
        }
        if (value.equals("runtime/default") || value.equals("unconfined")) {
            return Fate.SYNCED;
        }
        if (!value.startsWith(LOCALHOST)) {
            return Fate.REFUSED;
        }
        String name = value.substring(LOCALHOST.length());
        boolean copyable = !name.isEmpty()
                && !NameForm.isPadded(name)
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME_BYTES;
        return copyable ? Fate.SYNCED : Fate.UNSYNCED;
    }

    /** The profile that the kubelet reads from this value: anything after {@code localhost/} counts, untrimmed. */
    public static Profile profile(String value) {
        if (value.equals("runtime/default")) {
            return Profile.RuntimeDefault.SHARED;
        }
        if (value.equals("unconfined")) {
            return Profile.Unconfined.SHARED;
        }
        return value.startsWith(LOCALHOST)
                ? new Profile.Localhost(value.substring(LOCALHOST.length()))
                : Profile.Undeclared.SHARED;
    }
}
