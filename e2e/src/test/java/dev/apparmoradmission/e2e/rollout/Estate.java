package dev.apparmoradmission.e2e.rollout;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.named;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static dev.apparmoradmission.e2e.scene.PodDraft.type;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.TestNode;
import dev.apparmoradmission.e2e.scene.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * What is there when a roll-out begins: pods of four teams, right and wrong in every way that a rule knows, and templates. The
 * same each time, but for dates, which lie as far ahead as they always do.
 */
final class Estate {
    static final int PODS = 500;
    static final int TEMPLATES = 60;

    /** Where they are; the last has exceptions by grant only. */
    static final List<String> NAMESPACES = List.of("shop", "data", "legacy", "monitoring");

    /** Nodes with AppArmor; one with it off and one that says nothing, both behind a taint. */
    static final TestNode[] NODES = {
        TestNode.N1, TestNode.N2, TestNode.N3, TestNode.containerd("n4").tainted("inventory", "none", "NoSchedule")
    };

    static final Map<String, String> INVENTORY = Map.of(
            "n1",
            "# apparmor: enabled\ncri-containerd.apparmor.d (enforce)\nk8s-web (enforce)\nk8s-db (enforce)\nlearn (complain)\n",
            "n2",
            "# apparmor: enabled\ncri-containerd.apparmor.d (enforce)\nk8s-web (enforce)\nlearn (complain)\n",
            "n3",
            "# apparmor: disabled\n");

    private static final long SEED = 20261122;
    private static final String OURS = "apparmor-admission.dev/";

    /** Each way to be right or wrong, by name. */
    private static final Map<String, UnaryOperator<PodDraft>> SHAPES = new LinkedHashMap<>();

    static {
        SHAPES.put("plain", draft -> draft);
        SHAPES.put("plain-again", draft -> draft);
        SHAPES.put("default", draft -> draft.level(runtimeDefault()));
        SHAPES.put("default-container", draft -> draft.field(runtimeDefault()));
        SHAPES.put("unconfined", draft -> draft.field(unconfined()));
        SHAPES.put("unconfined-pod", draft -> draft.level(unconfined()));
        SHAPES.put("unconfined-overridden", draft -> draft.level(unconfined()).field(runtimeDefault()));
        SHAPES.put("beta-default", draft -> draft.beta("c", "runtime/default"));
        SHAPES.put("beta-unconfined", draft -> draft.beta("c", "unconfined"));
        SHAPES.put("beta-localhost", draft -> draft.beta("c", "localhost/k8s-web"));
        SHAPES.put("beta-empty", draft -> draft.beta("c", ""));
        SHAPES.put("beta-nameless", draft -> draft.beta("c", "localhost/"));
        SHAPES.put("beta-padded", draft -> draft.beta("c", "localhost/ k8s-web"));
        SHAPES.put("loaded", draft -> draft.field(localhost("k8s-web")));
        SHAPES.put("loaded-pod", draft -> draft.level(localhost("k8s-web")));
        SHAPES.put("partly-loaded", draft -> draft.field(localhost("k8s-db")));
        SHAPES.put("loaded-there", draft -> draft.field(localhost("k8s-db")).selecting("host", "n1"));
        SHAPES.put("bound-there", draft -> draft.field(localhost("k8s-db")).on("n1"));
        SHAPES.put("bound-elsewhere", draft -> draft.field(localhost("k8s-db")).on("n2"));
        SHAPES.put("not-loaded", draft -> draft.field(localhost("k8s-nowhere")));
        SHAPES.put("complain", draft -> draft.field(localhost("learn")));
        SHAPES.put("reserved-name", draft -> draft.field(localhost("unconfined")));
        SHAPES.put("privileged", PodDraft::privileged);
        SHAPES.put(
                "privileged-localhost",
                draft -> draft.field(localhost("k8s-web")).privileged());
        SHAPES.put("no-apparmor", draft -> draft.level(runtimeDefault()).tolerating("lsm", "selinux"));
        SHAPES.put("no-apparmor-plain", draft -> draft.tolerating("lsm", "selinux"));
        SHAPES.put("unreported", draft -> draft.field(localhost("k8s-web")).tolerating("inventory", "none"));
        SHAPES.put("nowhere", draft -> draft.field(localhost("k8s-web")).selecting("pool", "gone"));
        SHAPES.put("excused", draft -> excused(draft.field(unconfined()), 30));
        SHAPES.put("excused-complain", draft -> excused(draft.field(localhost("learn")), 30));
        SHAPES.put(
                "excused-at-length",
                draft -> excused(draft.field(unconfined()), 60)
                        .annotation(
                                OURS + "reason",
                                "the page cache is profiled on every node until the kernel that leaks it has been replaced, which is planned"
                                        + " with the next image of the nodes; see the runbook of the storage team"));
        SHAPES.put("expired", draft -> excused(draft.field(unconfined()), -1));
        SHAPES.put("too-long", draft -> excused(draft.field(unconfined()), 400));
        SHAPES.put(
                "without-owner", draft -> draft.field(unconfined()).excused("c").annotation(OURS + "expires", day(30)));
        SHAPES.put("excused-in-vain", draft -> excused(draft.field(runtimeDefault()), -1));
        SHAPES.put("excused-other", draft -> excused(draft.field(unconfined()).container("other", unconfined()), 30));
        SHAPES.put("granted", draft -> granted(draft.field(unconfined()), "node-exporter"));
        SHAPES.put("granted-nothing", draft -> granted(draft.field(unconfined()), "nobody-wrote-it"));
        SHAPES.put("refused-type", draft -> draft.field(type("runtime/default")));
        SHAPES.put("refused-name", draft -> draft.field(named("RuntimeDefault", "k8s-web")));
        SHAPES.put("refused-annotation", draft -> draft.field(runtimeDefault()).beta("c", "unconfined"));
    }

    private final List<ObjectNode> pods = new ArrayList<>();
    private final List<ObjectNode> templates = new ArrayList<>();

    Estate() {
        Random random = new Random(SEED);
        List<String> shapes = List.copyOf(SHAPES.keySet());
        for (int i = 0; i < PODS; i++) {
            String shape = shapes.get(i % shapes.size());
            pods.add(placed(draft(shape, i, random).object(), i / shapes.size()));
        }
        for (int i = 0; i < TEMPLATES; i++) {
            String shape = shapes.get(random.nextInt(shapes.size()));
            templates.add(placed(template(i, shape + "-" + i, draft(shape, i, random)), i));
        }
    }

    /** The pods, in the order in which they are made. */
    List<ObjectNode> pods() {
        return pods;
    }

    /** The templates, none of which makes a pod. */
    List<ObjectNode> templates() {
        return templates;
    }

    /** All of it. */
    List<ObjectNode> objects() {
        List<ObjectNode> all = new ArrayList<>(pods);
        all.addAll(templates);
        return all;
    }

    /** Writes all of it as manifests, a file a namespace. */
    void write(Path directory) throws IOException {
        YAMLMapper yaml = new YAMLMapper();
        Files.createDirectories(directory);
        for (String namespace : NAMESPACES) {
            StringBuilder text = new StringBuilder();
            for (ObjectNode object : objects()) {
                if (object.at("/metadata/namespace").asText().equals(namespace)) {
                    text.append(yaml.writeValueAsString(object));
                }
            }
            Files.writeString(directory.resolve(namespace + ".yaml"), text);
        }
    }

    private static PodDraft draft(String shape, int number, Random random) {
        PodDraft draft = SHAPES.get(shape).apply(pod(shape + "-" + number));
        // Hardly a pod in the field has one container; what is beside it must not hide what is wrong with it.
        if (random.nextInt(3) == 0) {
            draft = draft.container("beside", beside(random));
        }
        if (random.nextInt(4) == 0) {
            draft = random.nextBoolean() ? draft.init("before") : draft.init("before", beside(random));
        }
        return random.nextInt(6) == 0 ? draft.sidecar("along", beside(random)) : draft;
    }

    private static JsonNode beside(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> unconfined();
            case 1 -> localhost("k8s-nowhere");
            case 2 -> localhost("k8s-web");
            default -> runtimeDefault();
        };
    }

    private static PodDraft excused(PodDraft draft, int days) {
        return draft.excused("c")
                .annotation(OURS + "owner", "team-observability")
                .annotation(OURS + "expires", day(days));
    }

    private static PodDraft granted(PodDraft draft, String grant) {
        return draft.annotation(OURS + "exception", grant).metadata("labels: {app: node-exporter}");
    }

    /** A date so many days from today. */
    static String day(int ahead) {
        return LocalDate.now(ZoneOffset.UTC).plusDays(ahead).toString();
    }

    /** Of a kind that makes no pod as it stands here, with or without controllers. */
    private static ObjectNode template(int number, String name, PodDraft pod) {
        return switch (number % 7) {
            case 0 -> with(Workloads.deployment(name, pod), "paused: true");
            case 1 -> with(Workloads.statefulSet(name, pod), "replicas: 0");
            case 2 -> with(Workloads.replicaSet(name, pod), "replicas: 0");
            case 3 -> Workloads.job(name, pod);
            case 4 -> Workloads.cronJob(name, pod);
            case 5 -> Workloads.replicationController(name, pod);
            default -> Workloads.podTemplate(name, pod);
        };
    }

    private static ObjectNode with(ObjectNode object, String spec) {
        ((ObjectNode) object.path("spec")).setAll(Manifest.parse(spec));
        return object;
    }

    private static ObjectNode placed(ObjectNode object, int turn) {
        object.withObjectProperty("metadata").put("namespace", NAMESPACES.get(turn % NAMESPACES.size()));
        return object;
    }
}
