package dev.apparmoradmission.decision;

import dev.apparmoradmission.decision.Confinement.Cause;
import dev.apparmoradmission.decision.Confinement.Level;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.EligibleNodes;
import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.node.ProfileKinds;
import dev.apparmoradmission.profile.NameForm;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileMode;
import java.util.Optional;

/**
 * Tells what kubelet, runtime and kernel make of a declared profile. Checked against what a kubelet and containerd did on a
 * real AppArmor kernel (the node-truth cases); CRI-O and Docker by their sources (semantics §3.4).
 */
final class Confiner {

    private static final String LOCALHOST = "localhost/";

    private Confiner() {}

    /** The kinds of node on which {@link #confine} and {@link #lookedUp} say the same of a container. */
    static ProfileKinds kinds(JudgedContainer subject, EligibleNodes nodes) {
        if (subject.profile() instanceof Profile.Localhost localhost) {
            // Any other name is taken apart, and each part of it looked up.
            return NameForm.of(localhost.name()) == NameForm.PLAIN
                    ? nodes.by(Optional.of(localhost.name()))
                    : nodes.each();
        }
        return nodes.by(Optional.empty());
    }

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

    /**
     * What the node's list says of a container's Localhost profile, be the container privileged or not: a runtime may ignore
     * the profile of a privileged one, but the policy asks for it all the same.
     */
    static Confinement lookedUp(JudgedContainer subject, boolean podRequiresAppArmor, NodeAppArmor node) {
        return node.state() == NodeAppArmor.State.ENABLED && subject.profile() instanceof Profile.Localhost localhost
                ? lookUp(localhost.name(), node)
                : confine(subject, podRequiresAppArmor, node);
    }

    private static Confinement withoutAppArmor(JudgedContainer subject, boolean podRequiresAppArmor) {
        boolean refused = subject.isEphemeral() ? subject.requiresAppArmor() : podRequiresAppArmor;
        if (refused) {
            return Confinement.of(Level.WILL_NOT_START, Cause.NODE_WITHOUT_APPARMOR);
        }
        return Confinement.of(
                Level.UNCONFINED,
                subject.profile() instanceof Profile.Unconfined ? Cause.DECLARED : Cause.NODE_WITHOUT_APPARMOR);
    }

    private static Confinement localhost(String name, boolean privileged, NodeAppArmor node) {
        Confinement lookedUp = lookUp(name, node);
        if (!privileged || node.runtime().confinesPrivileged()) {
            return lookedUp;
        }
        // A runtime that is not known may be one that obeys, and then fails on a profile that is not there: the worst
        // counts.
        boolean mayFail = node.runtime() == ContainerRuntime.UNKNOWN && lookedUp.level() == Level.WILL_NOT_START;
        return mayFail ? lookedUp : Confinement.of(Level.UNCONFINED, Cause.PRIVILEGED);
    }

    private static Confinement lookUp(String name, NodeAppArmor node) {
        if (name.isEmpty()) {
            // The kubelet refuses it before any runtime sees it (node-truth 20b).
            return Confinement.of(Level.WILL_NOT_START, Cause.PROFILE_NOT_LOADED);
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
