package dev.apparmoradmission.decision;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What an API server does to AppArmor between the mutating and the validating webhook, on the raw JSON: defaults, the sync of
 * annotations ({@code applyAppArmorVersionSkew}) and validation. Written from the server's rules, not from the product's code,
 * so that the two can be held against each other.
 */
public final class ApiServerModel {

    private static final String PREFIX = "container.apparmor.security.beta.kubernetes.io/";
    private static final String MIRROR = "kubernetes.io/config.mirror";
    private static final String GO_SPACE =
            "\t\n\u000b\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029"
                    + "\u202f\u205f\u3000";

    private ApiServerModel() {}

    /** {@code SetDefaults_PodSpec}: the pod level always has a security context. */
    public static ObjectNode withDefaults(JsonNode pod) {
        ObjectNode copy = pod.deepCopy();
        ObjectNode spec = copy.withObjectProperty("spec");
        if (!spec.hasNonNull("securityContext")) {
            spec.putObject("securityContext");
        }
        return copy;
    }

    /** From 1.34 on: a valid annotation goes into an unset field unless the pod level says the same. */
    public static ObjectNode synced(JsonNode pod) {
        ObjectNode copy = pod.deepCopy();
        if (isWindows(copy)) {
            return copy;
        }
        for (ObjectNode container : containers(copy.path("spec"))) {
            Optional<ObjectNode> translated = annotation(copy.path("metadata"), container)
                    .flatMap(ApiServerModel::translate)
                    .filter(profile -> fieldFaults("", profile).isEmpty());
            boolean unset = profile(container).isEmpty();
            if (unset
                    && translated.isPresent()
                    && !translated.equals(profile(copy.path("spec")).map(JsonNode::deepCopy))) {
                container.withObjectProperty("securityContext").set("appArmorProfile", translated.get());
            }
        }
        return copy;
    }

    /** 1.30 to 1.33 also write an annotation for each container that has or inherits a field. */
    static ObjectNode syncedBothWays(JsonNode pod) {
        ObjectNode copy = synced(pod);
        for (ObjectNode container : containers(copy.path("spec"))) {
            Optional<JsonNode> field = profile(container).or(() -> profile(copy.path("spec")));
            if (field.isPresent()
                    && annotation(copy.path("metadata"), container).isEmpty()) {
                copy.withObjectProperty("metadata")
                        .withObjectProperty("annotations")
                        .put(PREFIX + container.path("name").textValue(), annotationOf(field.get()));
            }
        }
        return copy;
    }

    private static String annotationOf(JsonNode profile) {
        return switch (profile.path("type").textValue()) {
            case "RuntimeDefault" -> "runtime/default";
            case "Unconfined" -> "unconfined";
            default -> "localhost/" + profile.path("localhostProfile").textValue();
        };
    }

    /** Why a pod that is created is refused with 422; empty where it is accepted. It has been synced. */
    public static List<String> podFaults(JsonNode pod) {
        List<String> faults = new ArrayList<>(faults(pod.path("metadata"), pod.path("spec"), isWindows(pod)));
        if (pod.path("metadata").path("annotations").has(MIRROR)
                && !pod.path("spec").hasNonNull("nodeName")) {
            faults.add("mirror pod without spec.nodeName");
        }
        return faults;
    }

    /** Why an object with this template is refused; there is no sync in templates. */
    public static List<String> templateFaults(JsonNode template) {
        return faults(template.path("metadata"), template.path("spec"), false);
    }

    private static List<String> faults(JsonNode metadata, JsonNode spec, boolean windows) {
        List<String> faults = new ArrayList<>();
        profile(spec).ifPresent(profile -> faults.addAll(fieldFaults("pod", profile)));
        profile(spec).filter(p -> windows).ifPresent(p -> faults.add("pod: cannot be set for a windows pod"));
        List<String> names = new ArrayList<>();
        for (ObjectNode container : containers(spec)) {
            String name = container.path("name").textValue();
            names.add(name);
            profile(container).ifPresent(profile -> faults.addAll(fieldFaults(name, profile)));
            profile(container)
                    .filter(p -> windows)
                    .ifPresent(p -> faults.add(name + ": cannot be set for a windows pod"));
            Optional<String> value = annotation(metadata, container);
            Optional<JsonNode> field = profile(container).or(() -> profile(spec));
            if (!windows && value.isPresent() && field.isPresent() && !agree(value.get(), field.get())) {
                faults.add(name + ": annotation and field must match");
            }
        }
        metadata.path("annotations").properties().forEach(entry -> {
            if (entry.getKey().startsWith(PREFIX)) {
                String value = entry.getValue().textValue();
                if (!names.contains(entry.getKey().substring(PREFIX.length()))) {
                    faults.add("container not found: " + entry.getKey());
                }
                if (!Set.of("", "runtime/default", "unconfined").contains(value) && !value.startsWith("localhost/")) {
                    faults.add("invalid AppArmor profile name: " + value);
                }
            }
        });
        return faults;
    }

    private static boolean agree(String annotation, JsonNode field) {
        return translate(annotation).filter(field::equals).isPresent();
    }

    /** {@code ValidateAppArmorProfileField}. */
    private static List<String> fieldFaults(String where, JsonNode profile) {
        String type = profile.path("type").asText("");
        boolean named = profile.hasNonNull("localhostProfile");
        String name = profile.path("localhostProfile").asText("");
        List<String> faults = new ArrayList<>();
        switch (type) {
            case "Localhost" -> {
                if (name.isEmpty()) {
                    faults.add(where + ".localhostProfile: required");
                } else if (GO_SPACE.indexOf(name.charAt(0)) >= 0
                        || GO_SPACE.indexOf(name.charAt(name.length() - 1)) >= 0) {
                    faults.add(where + ".localhostProfile: must not be padded with whitespace");
                }
                if (name.getBytes(StandardCharsets.UTF_8).length > 4095) {
                    faults.add(where + ".localhostProfile: too long");
                }
            }
            case "RuntimeDefault", "Unconfined" -> {
                if (named) {
                    faults.add(where + ".localhostProfile: can only be set when AppArmor type is Localhost");
                }
            }
            default -> faults.add(where + ".type: unsupported value");
        }
        return faults;
    }

    /** {@code ApparmorFieldForAnnotation}. */
    private static Optional<ObjectNode> translate(String value) {
        ObjectNode profile = Manifests.object();
        if (value.equals("unconfined")) {
            return Optional.of(profile.put("type", "Unconfined"));
        }
        if (value.equals("runtime/default")) {
            return Optional.of(profile.put("type", "RuntimeDefault"));
        }
        return value.startsWith("localhost/") && value.length() > "localhost/".length()
                ? Optional.of(profile.put("type", "Localhost")
                        .put("localhostProfile", value.substring("localhost/".length())))
                : Optional.empty();
    }

    private static Optional<JsonNode> profile(JsonNode holder) {
        JsonNode profile = holder.path("securityContext").path("appArmorProfile");
        return profile.isObject() ? Optional.of(profile) : Optional.empty();
    }

    private static Optional<String> annotation(JsonNode metadata, JsonNode container) {
        JsonNode value = metadata.path("annotations")
                .path(PREFIX + container.path("name").textValue());
        return value.isTextual() ? Optional.of(value.textValue()) : Optional.empty();
    }

    private static boolean isWindows(JsonNode pod) {
        return pod.path("spec").path("os").path("name").asText("").equals("windows");
    }

    static List<ObjectNode> containers(JsonNode spec) {
        List<ObjectNode> all = new ArrayList<>();
        for (String list : List.of("initContainers", "containers", "ephemeralContainers")) {
            spec.path(list).forEach(container -> all.add((ObjectNode) container));
        }
        return all;
    }
}
