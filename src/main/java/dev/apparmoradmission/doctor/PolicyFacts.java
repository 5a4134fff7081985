package dev.apparmoradmission.doctor;

import dev.apparmoradmission.policy.Namespaces;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.wire.PolicyFile;
import dev.apparmoradmission.wire.PolicyReader;
import dev.apparmoradmission.wire.PolicyReading;
import dev.apparmoradmission.wire.PolicySchemas;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The policies as the webhook reads them, from the ConfigMap that is mounted. */
final class PolicyFacts {

    private PolicyFacts() {}

    /** What the product's own reader makes of the ConfigMap; empty where that is not there or could not be read. */
    static Optional<PolicyReading> reading(Facts facts) {
        String name = facts.setup().policies();
        return facts.object(Source.POLICIES, name).map(configMap -> {
            List<PolicyFile> files = configMap.texts("/data").entrySet().stream()
                    // As the webhook: other files, and Kustomize's own, are none.
                    .filter(file -> file.getKey().matches(".*\\.(ya?ml|json)")
                            && !file.getKey().matches("kustomization\\.ya?ml"))
                    .map(file -> new PolicyFile(file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8)))
                    .toList();
            return new PolicyReader(new PolicySchemas()).read(files, "ConfigMap " + name);
        });
    }

    /** The policies, where they are good. */
    static Optional<PolicySet> set(Facts facts) {
        return reading(facts)
                .flatMap(reading -> reading instanceof PolicyReading.Accepted accepted
                        ? Optional.of(accepted.set())
                        : Optional.empty());
    }

    /** The namespaces of the cluster with their labels. */
    static Namespaces namespaces(Facts facts) {
        if (!facts.isRead(Source.NAMESPACES)) {
            return Namespaces.UNKNOWN;
        }
        Map<String, Map<String, String>> labels = new HashMap<>();
        facts.objects(Source.NAMESPACES).forEach(namespace -> labels.put(namespace.name(), namespace.labels()));
        return new Namespaces(labels);
    }
}
