package dev.apparmoradmission.wire;

import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Hardening;
import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Placement.AffinityDepth;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Toleration;
import dev.apparmoradmission.workload.Workload.HostNamespaces;
import dev.apparmoradmission.workload.Workload.PodSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A spec while it is read. Of what kind the object is may not be known yet, so it holds both what a pod spec has and the
 * template of the other kinds; what is not of the right form is remembered for the day somebody asks for it.
 */
final class SpecDraft {
    String os = "";
    String nodeName = "";
    String runtimeClassName = "";
    String serviceAccountName = "";
    boolean hostNetwork;
    boolean hostPid;
    boolean hostIpc;
    Map<String, String> nodeSelector = Map.of();
    Optional<List<NodeSelectorTerm>> requiredTerms = Optional.empty();
    AffinityDepth depth = AffinityDepth.NONE;
    List<Toleration> tolerations = List.of();
    List<String> schedulingGates = List.of();
    SecurityContextDraft securityContext = SecurityContextDraft.ABSENT;
    private List<Container> init = List.of();
    private List<Container> regular = List.of();
    private List<Container> ephemeral = List.of();
    Optional<TemplateDraft> template = Optional.empty();
    Optional<TemplateDraft> jobTemplate = Optional.empty();
    final Problem problem = new Problem();
    final Problem templateProblem = new Problem();

    void failIfBroken(String path) throws UnreadableWorkloadException {
        problem.failIfSet(path);
    }

    void failIfTemplateBroken(String path) throws UnreadableWorkloadException {
        templateProblem.failIfSet(path);
    }

    /** Those of one kind; a list that comes twice counts as it came last. */
    void containers(ContainerKind kind, List<Container> containers) {
        switch (kind) {
            case INIT -> init = containers;
            case REGULAR -> regular = containers;
            case EPHEMERAL -> ephemeral = containers;
        }
    }

    PodSpec toPodSpec() {
        List<Container> all = new ArrayList<>(init.size() + regular.size() + ephemeral.size());
        all.addAll(init);
        all.addAll(regular);
        all.addAll(ephemeral);
        boolean unconstrained = nodeName.isEmpty()
                && nodeSelector.isEmpty()
                && depth == AffinityDepth.NONE
                && tolerations.isEmpty()
                && schedulingGates.isEmpty();
        return new PodSpec(
                notEmpty(os),
                notEmpty(runtimeClassName),
                serviceAccountName.isEmpty() ? "default" : serviceAccountName,
                hostNetwork || hostPid || hostIpc
                        ? new HostNamespaces(hostNetwork, hostPid, hostIpc)
                        : HostNamespaces.NONE,
                unconstrained
                        ? Placement.ANYWHERE
                        : new Placement(
                                notEmpty(nodeName), nodeSelector, requiredTerms, depth, tolerations, schedulingGates),
                securityContext.profile,
                securityContext.present,
                securityContext.toHardening(),
                all);
    }

    private static Optional<String> notEmpty(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    /** A security context, of a pod or a container, while it is read. */
    static final class SecurityContextDraft {
        /** Nobody writes to it: what is not there has no fields. */
        static final SecurityContextDraft ABSENT = new SecurityContextDraft(false);

        final boolean present;
        Profile profile = Profile.Undeclared.SHARED;
        boolean privileged;
        Optional<Boolean> runAsNonRoot = Optional.empty();
        Optional<String> seccompType = Optional.empty();
        boolean dropsAll;
        boolean adds;
        Optional<Boolean> allowPrivilegeEscalation = Optional.empty();
        boolean readOnlyRootFilesystem;

        private SecurityContextDraft(boolean present) {
            this.present = present;
        }

        static SecurityContextDraft begun() {
            return new SecurityContextDraft(true);
        }

        Hardening toHardening() {
            return present
                    ? new Hardening(
                            runAsNonRoot, seccompType, dropsAll, adds, allowPrivilegeEscalation, readOnlyRootFilesystem)
                    : Hardening.NONE;
        }
    }
}
