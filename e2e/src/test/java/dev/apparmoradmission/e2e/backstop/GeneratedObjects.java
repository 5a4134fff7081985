package dev.apparmoradmission.e2e.backstop;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Manifest;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Pods and templates from a fixed seed and a small vocabulary, so that what is declared, annotated and claimed meets often. Some
 * of them no API server takes.
 */
final class GeneratedObjects {
    private static final String BETA = "container.apparmor.security.beta.kubernetes.io/";
    private static final String OURS = "apparmor-admission.dev/";
    private static final List<String> KINDS = List.of(
            "Deployment",
            "StatefulSet",
            "DaemonSet",
            "ReplicaSet",
            "Job",
            "CronJob",
            "ReplicationController",
            "PodTemplate");

    private final Random random;
    /** Whether the object in the making is meant for an exception: claimed and hardened in all but a few points. */
    private boolean excusable;

    GeneratedObjects(long seed) {
        this.random = new Random(seed);
    }

    /** Pods named p-0, p-1, …. */
    List<ObjectNode> pods(int count) {
        List<ObjectNode> pods = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ObjectNode pod = object().put("apiVersion", "v1").put("kind", "Pod");
            excusable = chance(3);
            pod.set("metadata", metadata().put("name", "p-" + i));
            pod.set("spec", spec(true));
            annotate(pod);
            pods.add(pod);
        }
        return pods;
    }

    /** Objects of the eight kinds of template in turn, named t-0, t-1, …. */
    List<ObjectNode> templates(int count) {
        List<ObjectNode> templates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String kind = KINDS.get(i % KINDS.size());
            excusable = chance(3);
            ObjectNode template = object();
            template.set("metadata", metadata());
            template.withObjectProperty("metadata").putObject("labels").put("app", "a");
            template.set("spec", spec(false));
            if (kind.equals("Job") || kind.equals("CronJob")) {
                template.withObjectProperty("spec").put("restartPolicy", "Never");
            }
            annotate(template);
            templates.add(around(kind, "t-" + i, template));
        }
        return templates;
    }

    private static ObjectNode around(String kind, String name, ObjectNode template) {
        String selector = "{selector: {matchLabels: {app: a}}}";
        ObjectNode object = object();
        ObjectNode spec = switch (kind) {
            case "Job", "CronJob", "PodTemplate" -> object();
            case "ReplicationController" -> Manifest.parse("{selector: {app: a}}");
            case "StatefulSet" -> Manifest.parse("{serviceName: s, selector: {matchLabels: {app: a}}}");
            default -> Manifest.parse(selector);
        };
        String group = switch (kind) {
            case "Job", "CronJob" -> "batch/v1";
            case "ReplicationController", "PodTemplate" -> "v1";
            default -> "apps/v1";
        };
        object.put("apiVersion", group).put("kind", kind).putObject("metadata").put("name", name);
        if (kind.equals("PodTemplate")) {
            object.set("template", template);
            return object;
        }
        spec.set("template", template);
        if (kind.equals("CronJob")) {
            ObjectNode cron = Manifest.parse("{schedule: 0 0 1 1 *, jobTemplate: {}}");
            cron.withObjectProperty("jobTemplate").set("spec", spec);
            object.set("spec", cron);
        } else {
            object.set("spec", spec);
        }
        return object;
    }

    private ObjectNode metadata() {
        ObjectNode metadata = object();
        if (excusable || chance(3)) {
            metadata.putObject("labels").put("app", pick("node-exporter", "other"));
        }
        return metadata;
    }

    private ObjectNode spec(boolean ofPod) {
        ObjectNode spec = object();
        int init = random.nextInt(3);
        for (int i = 0; i < init; i++) {
            container(spec, "initContainers", "i" + i);
        }
        int regular = 1 + random.nextInt(3);
        for (int i = 0; i < regular; i++) {
            container(spec, "containers", "c" + i);
        }
        profile(spec.putObject("securityContext"), 10);
        if (chance(6)) {
            spec.withObjectProperty("securityContext").put("runAsNonRoot", true);
        }
        if (chance(6)) {
            spec.withObjectProperty("securityContext")
                    .putObject("seccompProfile")
                    .put("type", pick("RuntimeDefault", "Unconfined"));
        }
        if (chance(25)) {
            spec.putObject("os").put("name", "windows");
            // Whatever is for Linux the API server refuses there.
            spec.remove("securityContext");
            spec.findParents("securityContext").forEach(parent -> ((ObjectNode) parent).remove("securityContext"));
        } else if (chance(25)) {
            spec.putObject("nodeSelector").put("kubernetes.io/os", pick("windows", "linux"));
        }
        if (ofPod && chance(15)) {
            spec.put("nodeName", "n1");
        }
        return spec;
    }

    private void container(ObjectNode spec, String list, String name) {
        ObjectNode container = spec.withArrayProperty(list)
                .addObject()
                .put("name", name)
                .put(
                        "image",
                        pick("registry.example/a:1", "quay.io/prometheus/node-exporter@sha256:" + "0".repeat(64)));
        ObjectNode context = object();
        profile(context, 12);
        if (excusable) {
            harden(context);
        } else if (chance(6)) {
            context.put("privileged", true);
        } else if (chance(3)) {
            context.put("allowPrivilegeEscalation", false);
        }
        if (!excusable) {
            restrain(context);
        }
        if (!context.isEmpty() || chance(4)) {
            container.set("securityContext", context);
        }
    }

    /** Every control, but for one now and then. */
    private void harden(ObjectNode context) {
        if (!chance(12)) {
            context.putObject("seccompProfile").put("type", "RuntimeDefault");
        }
        if (!chance(12)) {
            ObjectNode capabilities = context.putObject("capabilities");
            capabilities.putArray("drop").add("ALL");
            if (chance(3)) {
                capabilities.putArray("add").add(pick("NET_BIND_SERVICE", "SYS_TIME"));
            }
        }
        if (!chance(12)) {
            context.put("readOnlyRootFilesystem", true);
        }
        if (!chance(12)) {
            context.put("runAsNonRoot", true);
        }
        if (chance(8)) {
            context.put("privileged", true);
        } else if (!chance(12)) {
            context.put("allowPrivilegeEscalation", false);
        }
    }

    /** This and that. */
    private void restrain(ObjectNode context) {
        if (chance(3)) {
            context.put("readOnlyRootFilesystem", true);
        }
        if (chance(4)) {
            ArrayNode drop = context.putObject("capabilities").putArray("drop").add(pick("ALL", "ALL", "NET_RAW"));
            if (chance(2) && drop.size() == 1) {
                context.withObjectProperty("capabilities").putArray("add").add(pick("NET_BIND_SERVICE", "SYS_TIME"));
            }
        }
        if (chance(5)) {
            context.put("runAsNonRoot", random.nextBoolean());
        }
        if (chance(4)) {
            context.putObject("seccompProfile").put("type", pick("RuntimeDefault", "RuntimeDefault", "Unconfined"));
        }
    }

    /** One of the profiles, or none in half of the cases. */
    private void profile(ObjectNode context, int localhost) {
        int what = random.nextInt(40);
        if (what < 20) {
            return;
        }
        ObjectNode profile = context.putObject("appArmorProfile");
        if (what < 26) {
            profile.put("type", "RuntimeDefault");
        } else if (what < 30) {
            profile.put("type", "Unconfined");
        } else if (what == 39 && random.nextInt(4) == 0) {
            profile.put("type", pick("", "runtime/default", "localhost"));
        } else if (what < 28 + localhost) {
            profile.put("type", "Localhost")
                    .put(
                            "localhostProfile",
                            pick(
                                    "k8s-web",
                                    "k8s-db",
                                    "my prof",
                                    "learn",
                                    "a.b+c",
                                    "unconfined",
                                    "u",
                                    "unconfine",
                                    "unconfinedx",
                                    "localhost/k8s-web",
                                    "k8s-web//&k8s-db",
                                    "web//hat",
                                    ":ns:prof",
                                    "&a",
                                    "=a",
                                    "@a",
                                    "^a",
                                    "a\nb",
                                    "a\u0085b",
                                    "a\u001f",
                                    "K8S-WEB",
                                    "\u00e9t\u00e9",
                                    "a'b\"c\\d",
                                    "",
                                    " x",
                                    "x\u00a0",
                                    "n".repeat(4095)));
        } else {
            context.remove("appArmorProfile");
        }
    }

    private void annotate(ObjectNode pod) {
        ObjectNode annotations = object();
        if (chance(3)) {
            List<String> names = new ArrayList<>();
            pod.path("spec").findValues("name").forEach(name -> names.add(name.asText()));
            // Hardly ever one that is not there: no API server takes that.
            names.add(chance(8) ? "nobody" : names.get(0));
            for (int i = 0; i < 1 + random.nextInt(2); i++) {
                annotations.put(
                        BETA + pick(names.toArray(String[]::new)),
                        pick(
                                "",
                                "",
                                "unconfined",
                                "unconfined",
                                "runtime/default",
                                "localhost/k8s-web",
                                "localhost/u",
                                "localhost/",
                                "localhost/ x",
                                "localhost/x\u00a0",
                                "localhost/localhost/x",
                                "runtime/custom"));
            }
        }
        if (excusable) {
            annotations
                    .put(OURS + "unconfined", pick("*", "*", "c0,c1,i0"))
                    .put(OURS + "reason", "needs raw sockets")
                    .put(OURS + "owner", "team-a")
                    .put(OURS + "exception", pick("raw-sockets", "node-exporter", "node-exporter", "over", "too-long"));
        } else if (chance(2)) {
            annotations.put(OURS + "unconfined", pick("*", "*", "c0", "c0,c1", " c0 , i0", "c0,", "", ",", "c"));
            if (!chance(4)) {
                annotations.put(
                        OURS + "reason",
                        pick(
                                "needs raw sockets",
                                "needs raw sockets",
                                "short",
                                "   ",
                                "\u00e9\u00e8\u00ea\u00eb\u00e9\u00e8\u00ea\u00eb\u00e9\u00e8"));
            }
        }
        if (chance(4)) {
            annotations.put(
                    OURS + "exception",
                    pick(
                            "node-exporter",
                            " node-exporter ",
                            "raw-sockets",
                            "raw-sockets",
                            "over",
                            "too-long",
                            "nobody"));
        }
        if (!excusable && !chance(4)) {
            annotations.put(OURS + "owner", pick("team-a", "team-a", ""));
        }
        if (chance(3)) {
            annotations.put(
                    OURS + "expires",
                    pick(
                            day(0),
                            day(30),
                            day(30) + "T12:00:00.5+02:00",
                            " " + day(30) + " ",
                            day(30) + "t12:00:00z",
                            day(-1),
                            day(-1) + "T00:00:00Z",
                            day(400),
                            day(400) + "T00:00:00Z",
                            "soon",
                            day(30) + "x"));
        }
        if (!annotations.isEmpty()) {
            ((ObjectNode) pod.path("metadata")).set("annotations", annotations);
        }
    }

    /** A date so many days from today. */
    static String day(int ahead) {
        return LocalDate.now(ZoneOffset.UTC).plusDays(ahead).toString();
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    private String pick(String... words) {
        return words[random.nextInt(words.length)];
    }

    private static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }
}
