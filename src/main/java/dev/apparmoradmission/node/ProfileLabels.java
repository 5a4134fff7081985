package dev.apparmoradmission.node;

import dev.apparmoradmission.profile.ProfileMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The labels by which the scheduler learns what a node's kernel holds. They are a function of the node's inventory; the
 * leader of the webhooks writes them. Below {@code node-restriction.kubernetes.io} no kubelet may write a label of its own
 * node (admission plugin NodeRestriction), so that a node cannot claim a profile.
 */
public final class ProfileLabels {

    /** Begins the key of every label of ours. */
    private static final String DOMAIN = "apparmor-admission.node-restriction.kubernetes.io/";

    /** On nodes with AppArmor on, with the value {@code true}. */
    public static final String ENABLED = DOMAIN + "enabled";

    /** Before the profile's name, or its hash; the value is the mode as the kernel prints it. */
    public static final String PROFILE_PREFIX = "profile." + DOMAIN;

    private static final String HASHED = "sha256-";
    private static final int HASH_BYTES = 20;
    /** {@code apimachinery/pkg/util/validation}, {@code IsQualifiedName}. */
    private static final Pattern LABEL_NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?");

    private ProfileLabels() {}

    /** Whether the key is one that the leader writes. */
    public static boolean isOwn(String key) {
        return key.startsWith(PROFILE_PREFIX) || key.equals(ENABLED);
    }

    /**
     * The key of a profile's label: its name where a label may be called so, else a hash. A profile that is itself called like
     * a hash gets a hash of its own, so that no two profiles share a key.
     */
    public static String keyOf(String profile) {
        boolean plain = LABEL_NAME.matcher(profile).matches() && !profile.startsWith(HASHED);
        return PROFILE_PREFIX + (plain ? profile : HASHED + hash(profile));
    }

    /** The value of a profile's label; empty for a mode that is not known, which no policy accepts. */
    public static Optional<String> valueOf(ProfileMode mode) {
        return mode == ProfileMode.UNKNOWN ? Optional.empty() : Optional.of(mode.kernelName());
    }

    /**
     * The value that a node's label has, or is about to have, by its inventory.
     *
     * @param key one of our keys
     * @param appArmor what is known of the node
     * @param profile the profile of that key, {@code ""} where it is not known
     */
    static Optional<String> expected(String key, NodeAppArmor appArmor, String profile) {
        if (appArmor.state() != NodeAppArmor.State.ENABLED) {
            return Optional.empty();
        }
        return key.equals(ENABLED)
                ? Optional.of("true")
                : appArmor.profiles().mode(profile).flatMap(ProfileLabels::valueOf);
    }

    private static String hash(String profile) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(profile.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
