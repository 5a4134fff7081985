package dev.apparmoradmission.decision;

import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileMode;
import dev.apparmoradmission.workload.ContainerKind;

/**
 * Tells what kubelet, runtime and kernel make of a declared profile. Checked against what a kubelet and containerd did on a
 * real AppArmor kernel (the node-truth cases); CRI-O and Docker by their sources (semantics §3.4).
 */
final class Confiner {

    private static final String LOCALHOST = "localhost/";

    private Confiner() {}

    /**
     * The confinement of one container on one kind of node.
     *
     * @param subject the container with its effective profile
     * @param podRequiresAppArmor whether the kubelet refuses the whole pod where AppArmor is off
     * @param node what the node can do
     */
    static Confinement confine(JudgedContainer subject, boolean podRequiresAppArmor, NodeAppArmor node) {
        Profile profile = subject.profile();
        if (profile instanceof Profile.Invalid) {
            return Confinement.of(Level.WILL_NOT_START);
        }
        if (node.state() == NodeAppArmor.State.DISABLED) {
            return withoutAppArmor(subject, podRequiresAppArmor);
        }
        if (profile instanceof Profile.Unconfined) {
            return Confinement.of(Level.UNCONFINED, Cause.DECLARED);
        }
        boolean privileged = subject.container().privileged();
        if (profile instanceof Profile.Localhost localhost) {
            return node.isUnknown()
                    ? localhostSomewhere(privileged, node.runtime())
                    : localhost(localhost.name(), privileged, node);
        }
        if (privileged) {
            return Confinement.of(Level.UNCONFINED, Cause.PRIVILEGED);
        }
        if (node.isUnknown()) {
            return Confinement.UNKNOWN;
        }
        // Loaded by the runtime on first use; one that was there before is used as it is, in its mode (node-truth 31b).
        String name = node.runtime().defaultProfile();
        return Confinement.by(name, node.profiles().mode(name).orElse(ProfileMode.ENFORCE));
    }

    private static Confinement withoutAppArmor(JudgedContainer subject, boolean podRequiresAppArmor) {
        boolean ephemeral = subject.container().kind() == ContainerKind.EPHEMERAL;
        boolean refused = ephemeral ? subject.requiresAppArmor() : podRequiresAppArmor;
        if (refused) {
            return Confinement.of(Level.WILL_NOT_START, Cause.NODE_WITHOUT_APPARMOR);
        }
        return Confinement.of(
                Level.UNCONFINED,
                subject.profile() instanceof Profile.Unconfined ? Cause.DECLARED : Cause.NODE_WITHOUT_APPARMOR);
    }

    private static Confinement localhost(String name, boolean privileged, NodeAppArmor node) {
        if (privileged && !node.runtime().confinesPrivileged()) {
            return Confinement.of(Level.UNCONFINED, Cause.PRIVILEGED);
        }
        String asked = node.runtime() != ContainerRuntime.DOCKER && name.startsWith(LOCALHOST)
                ? name.substring(LOCALHOST.length())
                : name;
        if (node.runtime().checksProfileIsLoaded()) {
            return node.profiles()
                    .mode(asked)
                    .map(mode -> Confinement.by(asked, mode))
                    .orElseGet(() -> Confinement.of(Level.WILL_NOT_START, Cause.PROFILE_NOT_LOADED));
        }
        return KernelLookup.of(asked, node.profiles());
    }

    /** What is certain of a Localhost profile although the node's list is not known. */
    private static Confinement localhostSomewhere(boolean privileged, ContainerRuntime runtime) {
        boolean ignoresPrivileged = runtime == ContainerRuntime.CRI_O || runtime == ContainerRuntime.DOCKER;
        return privileged && ignoresPrivileged
                ? Confinement.of(Level.UNCONFINED, Cause.PRIVILEGED)
                : Confinement.UNKNOWN;
    }
}
