package dev.apparmoradmission.doctor;

import dev.apparmoradmission.cluster.ClusterFiles;
import java.util.List;
import java.util.Map;

/**
 * The nodes and what they reported.
 *
 * @param view both
 * @param speakers the ConfigMaps that speak of a node, by its name
 */
record Nodes(ClusterFiles.View view, Map<String, List<String>> speakers) {

    /** Copies the map. */
    Nodes {
        speakers = Map.copyOf(speakers);
    }
}
