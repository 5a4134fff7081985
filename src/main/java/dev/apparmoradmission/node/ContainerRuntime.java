package dev.apparmoradmission.node;

import dev.apparmoradmission.profile.ProfileList;

/**
 * The container runtime of a node, which decides what becomes of a declared profile
 * ({@code node.status.nodeInfo.containerRuntimeVersion}).
 */
public enum ContainerRuntime {
    /** containerd: checks that a profile is loaded, and applies a Localhost profile to privileged containers too. */
    CONTAINERD("cri-containerd.apparmor.d", true),
    /** CRI-O: checks nothing, and skips every profile of a privileged container. */
    CRI_O("crio-default", false),
    /** Docker Engine behind cri-dockerd: like CRI-O in what concerns us. */
    DOCKER("docker-default", false),
    /** Not known: counted as the worst of the others, so that nothing runs unconfined because nobody said where. */
    UNKNOWN("cri-containerd.apparmor.d", false);

    private final String defaultProfile;
    private final boolean confinesPrivileged;

    ContainerRuntime(String defaultProfile, boolean confinesPrivileged) {
        this.defaultProfile = defaultProfile;
        this.confinesPrivileged = confinesPrivileged;
    }

    /** The name of the profile that {@code RuntimeDefault} stands for. */
    public String defaultProfile() {
        return defaultProfile;
    }

    /** Whether a Localhost profile is applied to a privileged container. */
    public boolean confinesPrivileged() {
        return confinesPrivileged;
    }

    /** Whether the runtime itself refuses a name that is not in the kernel's list, instead of leaving it to the kernel. */
    public boolean checksProfileIsLoaded() {
        return this == CONTAINERD;
    }

    /** The runtime of a version string such as {@code containerd://2.1.4}. */
    public static ContainerRuntime ofVersion(String version) {
        if (version.startsWith("containerd://")) {
            return CONTAINERD;
        }
        if (version.startsWith("cri-o://")) {
            return CRI_O;
        }
        return version.startsWith("docker://") ? DOCKER : UNKNOWN;
    }

    /**
     * The runtime that a node's list of profiles betrays by its default profile, where the node itself does not say. CRI-O's
     * is asked first, for it is the one that ignores profiles.
     */
    public static ContainerRuntime betrayedBy(ProfileList profiles) {
        if (profiles.mode(CRI_O.defaultProfile).isPresent()) {
            return CRI_O;
        }
        if (profiles.mode(CONTAINERD.defaultProfile).isPresent()) {
            return CONTAINERD;
        }
        return profiles.mode(DOCKER.defaultProfile).isPresent() ? DOCKER : UNKNOWN;
    }
}
