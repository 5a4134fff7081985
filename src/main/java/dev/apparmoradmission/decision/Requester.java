package dev.apparmoradmission.decision;

import dev.apparmoradmission.workload.Workload;
import java.util.Set;

/**
 * Who sends a request.
 *
 * @param username the authenticated user
 * @param groups the user's groups
 */
public record Requester(String username, Set<String> groups) {

    /** Nobody in particular. */
    public static final Requester ANYONE = new Requester("", Set.of());

    /** Copies the groups. */
    public Requester {
        groups = Set.copyOf(groups);
    }

    /**
     * Whether the workload is the API's shadow of a static pod, written by the very node on which that pod runs
     * ({@code plugin/pkg/admission/noderestriction}). Anybody can forge the annotation, nobody the user.
     */
    boolean mirrors(Workload workload) {
        return workload.annotations().containsKey(Workload.MIRROR_ANNOTATION)
                && groups.contains("system:nodes")
                && workload.spec()
                        .placement()
                        .nodeName()
                        .filter(node -> username.equals("system:node:" + node))
                        .isPresent();
    }
}
