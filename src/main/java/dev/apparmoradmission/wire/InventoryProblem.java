package dev.apparmoradmission.wire;

import dev.apparmoradmission.decision.Quoted;

/**
 * Something in an inventory that could not be understood. It never hides the node.
 *
 * @param configMap the ConfigMap, {@code namespace/name}
 * @param node the key, that is the node's name
 * @param line the line of the value, counted from 1; 0 for the value as a whole
 * @param problem what is wrong and what becomes of it, one line
 */
public record InventoryProblem(String configMap, String node, int line, String problem) {

    /** One line without control characters. */
    public String describe() {
        return "inventory ConfigMap " + Quoted.of(configMap) + ", node " + Quoted.of(node)
                + (line > 0 ? ", line " + line : "") + ": " + problem;
    }
}
