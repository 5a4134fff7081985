package dev.apparmoradmission.doctor;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether the API server knows what the webhook needs, and all replicas are of one make. */
final class VersionCheck implements Check {

    /** The first one with the field appArmorProfile (KEP-24). */
    private static final int OLDEST_MINOR = 30;

    private static final String IMAGES =
            "get pods -l app.kubernetes.io/name=apparmor-admission -o custom-columns=POD:.metadata.name,IMAGE:.status.containerStatuses[*].imageID";

    @Override
    public Area area() {
        return Area.VERSIONS;
    }

    @Override
    public void examine(Facts facts, Sheet.Column sheet) {
        facts.objects(Source.VERSION).stream().findFirst().ifPresent(version -> {
            int minor = minor(version);
            if (minor >= 0 && minor < OLDEST_MINOR) {
                sheet.error(
                        "kubernetes-too-old",
                        "API server " + version.text("/gitVersion"),
                        "is older than 1." + OLDEST_MINOR
                                + ": it drops the field appArmorProfile, so that pods run without the"
                                + " profile that they were given",
                        "upgrade the control plane to Kubernetes 1." + OLDEST_MINOR + " or later");
            }
        });
        if (facts.isRead(Source.ADMISSION_API) && !serves(facts, "validatingadmissionpolicies")) {
            sheet.warning(
                    "no-admission-policies",
                    "API server",
                    "does not serve ValidatingAdmissionPolicy (admissionregistration.k8s.io/v1): neither a backstop nor the policies"
                            + " that keep agents to their own nodes can work",
                    "start kube-apiserver without --runtime-config=admissionregistration.k8s.io/v1=false, or upgrade it");
        }
        skew(facts, sheet);
    }

    /** Whether there is such a resource. */
    private static boolean serves(Facts facts, String resource) {
        return facts.objects(Source.ADMISSION_API).stream()
                .flatMap(list -> list.items("/resources").stream())
                .anyMatch(found -> found.text("/name").equals(resource));
    }

    /** Providers write {@code 30+}. */
    private static int minor(ApiObject version) {
        Optional<String> digits = version.given("/minor").map(text -> text.replaceAll("[^0-9].*", ""));
        return digits.filter(text -> !text.isEmpty() && text.length() < 5)
                .map(Integer::parseInt)
                .orElse(-1);
    }

    private static void skew(Facts facts, Sheet.Column sheet) {
        List<String> images = running(facts)
                .map(pod -> pod.text("/spec/containers/0/image"))
                .distinct()
                .toList();
        List<String> digests = running(facts)
                .flatMap(pod -> pod.given("/status/containerStatuses/0/imageID").stream())
                .distinct()
                .toList();
        if (images.size() > 1) {
            sheet.warning(
                    "replicas-differ",
                    "Deployment " + Shipped.NAME,
                    "replicas run different images: " + Words.list(images)
                            + "; the same pod may be judged in two ways. That passes if a roll-out is under way",
                    Fix.kubectl(facts.namespace(), "rollout status deployment/" + Shipped.NAME));
        } else if (digests.size() > 1) {
            sheet.warning(
                    "replicas-differ",
                    "Deployment " + Shipped.NAME,
                    "replicas run different images under the one name " + Words.list(images)
                            + ": somebody moved the tag",
                    Fix.kubectl(facts.namespace(), IMAGES));
        }
    }

    private static Stream<ApiObject> running(Facts facts) {
        return facts.webhookPods().stream()
                .filter(pod -> pod.text("/status/phase").equals("Running"))
                .filter(pod -> !pod.has("/metadata/deletionTimestamp"));
    }
}
