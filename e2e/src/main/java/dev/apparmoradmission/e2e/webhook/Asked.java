package dev.apparmoradmission.e2e.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import java.util.function.Supplier;

/**
 * Whether the API server sends its reviews to a webhook: it learns of a registration a little later than it stores it. A
 * pod that is never stored shows it, whatever the policy makes of that pod.
 */
final class Asked {
    private static final String DECISIONS = "apparmor_admission_decisions_total";

    private Asked() {}

    /** @param webhook its metrics, at each call those of that moment */
    static boolean is(ApiServer api, Supplier<Metrics> webhook) {
        Metrics before = webhook.get();
        ObjectNode pod = Manifest.parse("""
                apiVersion: v1
                kind: Pod
                metadata: {name: is-anyone-there}
                spec: {containers: [{name: c, image: none}]}
                """);
        Answer answer = api.create("default", pod, "?dryRun=All");
        Metrics after = webhook.get();
        return answer.code() != 500 && more("mutate", before, after) && more("validate", before, after);
    }

    private static boolean more(String door, Metrics before, Metrics after) {
        String label = "door=\"" + door + "\"";
        return after.sum(DECISIONS, label) > before.sum(DECISIONS, label);
    }
}
