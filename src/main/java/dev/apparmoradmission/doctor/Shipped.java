package dev.apparmoradmission.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.apparmoradmission.wire.Document;
import dev.apparmoradmission.wire.DocumentLimits;
import dev.apparmoradmission.wire.Documents;
import dev.apparmoradmission.wire.MalformedDocumentException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What {@code deploy/} installs, as the files say it: the artifact carries them, so that there is no second list to be kept.
 *
 * @param hooks the webhooks of both configurations, in their order
 * @param base rights that the webhook always needs
 * @param tls rights that it needs to look after its certificate
 * @param placement rights that it needs to steer, hold or pin pods
 */
record Shipped(List<Hook> hooks, Set<Right> base, Set<Right> tls, Set<Right> placement) {

    /** How everything that we ship is called, and the namespace that the files name. */
    static final String NAME = "apparmor-admission";

    /** The names of all our webhooks end so. */
    static final String SUFFIX = ".apparmor-admission.dev";

    /** Copies the collections. */
    Shipped {
        hooks = List.copyOf(hooks);
        base = Set.copyOf(base);
        tls = Set.copyOf(tls);
        placement = Set.copyOf(placement);
    }

    /** What is shipped, for an installation in that namespace. */
    static Shipped in(String namespace) {
        List<Hook> hooks = new ArrayList<>();
        for (JsonNode configuration : documents("base/webhooks.yaml")) {
            hooks.addAll(Hook.of(ApiObject.of(moved(configuration, namespace))));
        }
        return new Shipped(
                hooks,
                rights("base/rbac.yaml", namespace),
                rights("components/self-managed-tls/rbac-self-managed-tls.yaml", namespace),
                rights("placement/rbac-placement.yaml", namespace));
    }

    /** The webhook of that name. */
    Optional<Hook> hook(String name) {
        return hooks.stream().filter(hook -> hook.name().equals(name)).findFirst();
    }

    private static Set<Right> rights(String file, String namespace) {
        Set<Right> rights = new TreeSet<>();
        for (JsonNode document : documents(file)) {
            String kind = document.path("kind").asText();
            if (kind.equals("Role") || kind.equals("ClusterRole")) {
                for (JsonNode rule : document.path("rules")) {
                    rights.addAll(rights(ApiObject.of(rule), kind.equals("Role") ? namespace : ""));
                }
            }
        }
        return rights;
    }

    /** What a rule of a role grants. */
    static List<Right> rights(ApiObject rule, String namespace) {
        List<Right> rights = new ArrayList<>();
        List<String> names = rule.list("/resourceNames");
        for (String group : rule.list("/apiGroups")) {
            for (String resource : rule.list("/resources")) {
                for (String verb : rule.list("/verbs")) {
                    (names.isEmpty() ? List.of("") : names)
                            .forEach(name -> rights.add(new Right(verb, group, resource, namespace, name)));
                }
            }
        }
        return rights;
    }

    /** The namespace of the installation in place of that of the files, wherever a value is just that. */
    private static JsonNode moved(JsonNode node, String namespace) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(field -> {
                boolean isName = field.getKey().equals("name");
                if (!isName) {
                    field.setValue(moved(field.getValue(), namespace));
                }
            });
        } else if (node instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                list.set(i, moved(list.get(i), namespace));
            }
        } else if (node.isTextual() && node.textValue().equals(NAME)) {
            return TextNode.valueOf(namespace);
        }
        return node;
    }

    private static List<JsonNode> documents(String file) {
        try (InputStream in = Shipped.class.getResourceAsStream("/shipped/" + file)) {
            if (in == null) {
                throw new IllegalStateException("the artifact lacks shipped/" + file);
            }
            Documents documents = Documents.of(in.readAllBytes(), DocumentLimits.POLICIES);
            List<JsonNode> trees = new ArrayList<>();
            for (Optional<Document> next = documents.next(); next.isPresent(); next = documents.next()) {
                trees.add(next.get().tree().value());
            }
            return trees;
        } catch (MalformedDocumentException e) {
            throw new IllegalStateException("shipped/" + file + ":" + e.place() + ": " + e.problem(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
