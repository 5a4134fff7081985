package dev.apparmoradmission.decision;

import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import java.util.List;
import java.util.Optional;

/**
 * One thing that a rule found.
 *
 * @param rule the rule
 * @param action what follows from it, after all ceilings
 * @param intended what would follow without dry-run audit mode
 * @param container the container's name; empty for the pod level
 * @param path the container's, or the pod-level security context's, path in the object
 * @param declared the profile it is about, as declared
 * @param policy the policy under which the action holds
 * @param message what is wrong, one line, without the container's name
 * @param fix the way out, one line; may be empty
 * @param nodes the nodes it comes from, sorted; empty where it has nothing to do with nodes
 * @param exception the exception that was accepted for it
 */
public record Finding(
        Rule rule,
        Action action,
        Action intended,
        String container,
        String path,
        String declared,
        String policy,
        String message,
        String fix,
        List<String> nodes,
        Optional<AcceptedException> exception) {

    /** Copies the list. */
    public Finding {
        nodes = List.copyOf(nodes);
    }

    /** Where it is, for a message: {@code container "c" (spec.containers[0])} or {@code pod (spec.securityContext)}. */
    public String subject() {
        return (container.isEmpty() ? "pod" : "container " + Quoted.of(container)) + " (" + path + ")";
    }
}
