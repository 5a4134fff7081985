package dev.apparmoradmission.node;

import dev.apparmoradmission.workload.Placement.Toleration;
import java.util.List;

/**
 * A taint of a node.
 *
 * @param key its key
 * @param value its value; may be empty
 * @param effect {@code NoSchedule}, {@code NoExecute} or {@code PreferNoSchedule}
 */
public record Taint(String key, String value, String effect) {

    /** Whether the taint keeps pods away at all: {@code PreferNoSchedule} never does. */
    public boolean isHard() {
        return effect.equals("NoSchedule") || effect.equals("NoExecute");
    }

    /**
     * Whether one of these tolerates the taint ({@code api/core/v1/toleration.go}, {@code ToleratesTaint}).
     * {@code tolerationSeconds} plays no part in placement.
     */
    public boolean isToleratedBy(List<Toleration> tolerations) {
        for (Toleration toleration : tolerations) {
            if (isToleratedBy(toleration)) {
                return true;
            }
        }
        return false;
    }

    private boolean isToleratedBy(Toleration toleration) {
        if (!toleration.effect().isEmpty() && !toleration.effect().equals(effect)
                || !toleration.key().isEmpty() && !toleration.key().equals(key)) {
            return false;
        }
        return switch (toleration.operator()) {
            case "Exists" -> true;
            // An empty key means all keys with Exists only; the API refuses it otherwise.
            case "", "Equal" ->
                !toleration.key().isEmpty() && toleration.value().equals(value);
            // Alpha and off through 1.37. Where somebody switched them on the node counts as eligible: at worst too
            // strict.
            case "Lt", "Gt" -> true;
            default -> false;
        };
    }

    /** As {@code kubectl taint} takes it: {@code key=value:effect}. */
    public String written() {
        return key + (value.isEmpty() ? "" : "=" + value) + ":" + effect;
    }
}
