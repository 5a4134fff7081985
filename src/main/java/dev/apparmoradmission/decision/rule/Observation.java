package dev.apparmoradmission.decision.rule;

import dev.apparmoradmission.decision.JudgedContainer;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.Rule;
import java.util.List;
import java.util.Optional;

/**
 * What a rule saw, before exceptions and actions.
 *
 * @param rule the rule
 * @param container the container; absent for the pod level
 * @param message what is wrong
 * @param fix the way out
 * @param nodes the nodes it comes from, sorted
 * @param ceiling the strictest action that may follow, whatever the policy says
 */
public record Observation(
        Rule rule,
        Optional<JudgedContainer> container,
        String message,
        String fix,
        List<String> nodes,
        Action ceiling) {}
