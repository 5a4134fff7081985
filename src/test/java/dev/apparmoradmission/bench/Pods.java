package dev.apparmoradmission.bench;

import dev.apparmoradmission.node.ProfileLabels;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.ContainerKind;
import dev.apparmoradmission.workload.Hardening;
import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Placement.AffinityDepth;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Requirement;
import dev.apparmoradmission.workload.Placement.Toleration;
import dev.apparmoradmission.workload.Workload;
import dev.apparmoradmission.workload.WorkloadKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Pods of three containers, as they reach the validating door. */
public final class Pods {

    private static final Hardening HARDENED =
            new Hardening(Optional.of(true), Optional.of("RuntimeDefault"), true, false, Optional.of(false), true);

    private Pods() {}

    /** What the pod declares, and with it what becomes of it. */
    public enum Declares {
        /** RuntimeDefault at pod level: allowed. */
        RUNTIME_DEFAULT,
        /** A Localhost profile that every node has: allowed. */
        LOADED,
        /** A Localhost profile that three nodes lack: denied, with their names. */
        PARTLY_LOADED,
        /** Unconfined: denied. */
        UNCONFINED;

        Profile profile() {
            return switch (this) {
                case RUNTIME_DEFAULT -> Profile.RuntimeDefault.SHARED;
                case LOADED -> new Profile.Localhost(Cluster.LOADED);
                case PARTLY_LOADED -> new Profile.Localhost(Cluster.PARTIAL);
                case UNCONFINED -> Profile.Unconfined.SHARED;
            };
        }

        boolean isAllowed() {
            return this == RUNTIME_DEFAULT || this == LOADED;
        }
    }

    /** What narrows the choice of nodes. */
    public enum Selects {
        /** Nothing but taints. */
        ANY_NODE,
        /** A nodeSelector, which every node is asked about. */
        BY_LABEL,
        /** The label of its profile, as {@code placement: Steer} adds it. */
        STEERED;

        Optional<List<NodeSelectorTerm>> requiredTerms(Profile declared) {
            if (this != STEERED) {
                return Optional.empty();
            }
            String profile = declared instanceof Profile.Localhost localhost ? localhost.name() : Cluster.LOADED;
            Requirement holds = new Requirement(ProfileLabels.keyOf(profile), "In", List.of("enforce", "kill"));
            return Optional.of(List.of(new NodeSelectorTerm(List.of(holds), List.of())));
        }
    }

    /** What becomes of it. */
    static boolean isAllowed(Declares declares, Selects selects) {
        return declares.isAllowed() || selects == Selects.STEERED && declares == Declares.PARTLY_LOADED;
    }

    /** The pod. */
    public static Workload of(Declares declares, Selects selects) {
        return of(declares.profile(), selects);
    }

    /** The pod with any profile. */
    static Workload of(Profile declared, Selects selects) {
        Map<String, String> selector = selects == Selects.BY_LABEL ? Map.of("kubernetes.io/os", "linux") : Map.of();
        List<Toleration> tolerations = List.of(
                new Toleration("node.kubernetes.io/not-ready", "Exists", "", "NoExecute"),
                new Toleration("node.kubernetes.io/unreachable", "Exists", "", "NoExecute"));
        List<Container> containers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            containers.add(new Container(
                    ContainerKind.REGULAR,
                    i,
                    "container-" + i,
                    "registry.example.com/shop/server:1.4." + i,
                    Profile.Undeclared.SHARED,
                    true,
                    false,
                    HARDENED));
        }
        return new Workload(
                WorkloadKind.POD,
                "shop",
                "web-7d9c-x2x4p",
                false,
                Map.of("app.kubernetes.io/name", "web", "pod-template-hash", "7d9c"),
                Map.of("prometheus.io/scrape", "true", "prometheus.io/port", "8080"),
                new Workload.PodSpec(
                        Optional.empty(),
                        Optional.empty(),
                        "web",
                        Workload.HostNamespaces.NONE,
                        new Placement(
                                Optional.empty(),
                                selector,
                                selects.requiredTerms(declared),
                                selects == Selects.STEERED ? AffinityDepth.REQUIRED : AffinityDepth.NONE,
                                tolerations,
                                List.of()),
                        declared,
                        true,
                        HARDENED,
                        containers));
    }
}
