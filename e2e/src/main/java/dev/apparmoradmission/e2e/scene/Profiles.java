package dev.apparmoradmission.e2e.scene;

import com.fasterxml.jackson.databind.JsonNode;

/** The profiles of a pod in one line, such as {@code P=RD i=- c=LH(k8s-web)}: pod level, then each container. */
public final class Profiles {
    private Profiles() {}

    /** @param pod a pod, or a template's pod */
    public static String of(JsonNode pod) {
        JsonNode spec = pod.path("spec");
        StringBuilder line = new StringBuilder("P=").append(profile(spec));
        for (String kind : new String[] {"initContainers", "containers", "ephemeralContainers"}) {
            for (JsonNode container : spec.path(kind)) {
                line.append(' ')
                        .append(container.path("name").asText())
                        .append('=')
                        .append(profile(container));
            }
        }
        return line.toString();
    }

    private static String profile(JsonNode owner) {
        JsonNode profile = owner.path("securityContext").path("appArmorProfile");
        if (profile.isMissingNode()) {
            return "-";
        }
        String type = profile.path("type").asText();
        return switch (type) {
            case "RuntimeDefault" -> "RD";
            case "Unconfined" -> "UC";
            case "Localhost" -> "LH(" + profile.path("localhostProfile").asText() + ")";
            default -> type;
        };
    }
}
