package dev.apparmoradmission.decision;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.node.ContainerRuntime;
import dev.apparmoradmission.node.Taint;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.DefaultProfile;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.LocalhostTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.Match;
import dev.apparmoradmission.policy.AppArmorPolicy.OnUnsupportedNode;
import dev.apparmoradmission.policy.AppArmorPolicy.RequiredPart;
import dev.apparmoradmission.policy.Control;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileList;
import dev.apparmoradmission.profile.ProfileMode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * Random pods, policies and clusters from a small vocabulary, so that what is declared, loaded, claimed and tolerated meets
 * often. Pods are manifests as they would come over the wire, the malformed among them too.
 */
public final class Generated {

    /** The names of profiles that pods ask for; each cluster loads some of them in some mode. */
    static final List<String> PROFILES = List.of("k8s-web", "k8s-db", "learn", "my prof");

    private static final String BETA = "container.apparmor.security.beta.kubernetes.io/";
    private static final List<String> NODES = List.of("n1", "n2", "n3", "n4");

    private Generated() {}

    /** Pods, from the harmless to those that no API server takes. */
    public static Arbitrary<ObjectNode> pods() {
        Arbitrary<List<ObjectNode>> init = container("i").list().ofMaxSize(2);
        Arbitrary<List<ObjectNode>> regular = container("c").list().ofMinSize(1).ofMaxSize(3);
        Arbitrary<Map<String, String>> beta = Arbitraries.maps(
                        Arbitraries.of("i0", "i1", "c0", "c1", "c2"),
                        Arbitraries.of(
                                "",
                                "unconfined",
                                "runtime/default",
                                "localhost/k8s-web",
                                "localhost/k8s-db",
                                "localhost/",
                                "localhost/ x",
                                "runtime/custom"))
                .ofMaxSize(2);
        Arbitrary<Map<String, String>> claims = Arbitraries.maps(
                        Arbitraries.of(ExceptionKeys.UNCONFINED, ExceptionKeys.REASON, ExceptionKeys.EXPIRES, "other"),
                        Arbitraries.of("*", "c0", "c0,c1", "needs raw sockets", "2026-12-01", "2020-01-01", "x"))
                .ofMaxSize(3);
        Arbitrary<Optional<ObjectNode>> podProfile = profile();
        return Combinators.combine(
                        init,
                        regular,
                        seldom(beta),
                        seldom(claims),
                        podProfile,
                        placement(),
                        Arbitraries.frequency(Tuple.of(19, ""), Tuple.of(1, "windows")))
                .as((inits, containers, annotations, exceptions, profile, placement, os) -> {
                    ObjectNode pod = Manifests.object().put("apiVersion", "v1").put("kind", "Pod");
                    ObjectNode metadata =
                            pod.putObject("metadata").put("name", "p").put("namespace", "shop");
                    Map<String, String> all = new HashMap<>(exceptions);
                    annotations.forEach((name, value) -> all.put(BETA + name, value));
                    if (!all.isEmpty()) {
                        ObjectNode node = metadata.putObject("annotations");
                        all.forEach(node::put);
                    }
                    ObjectNode spec = pod.putObject("spec");
                    placement.properties().forEach(e -> spec.set(e.getKey(), e.getValue()));
                    list(spec, "initContainers", "i", inits);
                    list(spec, "containers", "c", containers);
                    profile.ifPresent(p -> spec.putObject("securityContext").set("appArmorProfile", p));
                    if (!os.isEmpty()) {
                        spec.putObject("os").put("name", os);
                    }
                    return pod;
                });
    }

    private static void list(ObjectNode spec, String field, String prefix, List<ObjectNode> containers) {
        if (!containers.isEmpty()) {
            ArrayNode list = spec.putArray(field);
            // The generator may hand out one tree twice.
            containers.forEach(container -> list.add(container.deepCopy().put("name", prefix + list.size())));
        }
    }

    private static Arbitrary<ObjectNode> container(String prefix) {
        return Combinators.combine(
                        profile(),
                        Arbitraries.frequency(Tuple.of(5, false), Tuple.of(1, true)),
                        Arbitraries.of(false, false, true))
                .as((profile, privileged, hardened) -> {
                    ObjectNode container =
                            Manifests.object().put("name", prefix).put("image", "registry.example/a:1");
                    if (profile.isPresent() || privileged || hardened) {
                        ObjectNode context = container.putObject("securityContext");
                        profile.ifPresent(p -> context.set("appArmorProfile", p));
                        if (privileged) {
                            context.put("privileged", true);
                        }
                        if (hardened) {
                            context.put("runAsNonRoot", true);
                        }
                    }
                    return container;
                });
    }

    private static Arbitrary<Optional<ObjectNode>> profile() {
        return Arbitraries.frequencyOf(
                Tuple.of(8, Arbitraries.just(Optional.<ObjectNode>empty())),
                Tuple.of(4, Arbitraries.just(Optional.of(Manifests.object().put("type", "RuntimeDefault")))),
                Tuple.of(2, Arbitraries.just(Optional.of(Manifests.object().put("type", "Unconfined")))),
                Tuple.of(
                        6,
                        Arbitraries.of(PROFILES)
                                .map(name -> Optional.of(Manifests.object()
                                        .put("type", "Localhost")
                                        .put("localhostProfile", name)))),
                Tuple.of(
                        1,
                        Arbitraries.of("", " x", "unconfined", "u", "localhost/k8s-web", "k8s-web//&k8s-db", ":a:b")
                                .map(name -> Optional.of(Manifests.object()
                                        .put("type", "Localhost")
                                        .put("localhostProfile", name)))),
                Tuple.of(
                        1,
                        Arbitraries.of("", "runtime/default", "localhost")
                                .map(type -> Optional.of(Manifests.object().put("type", type)))));
    }

    private static Arbitrary<ObjectNode> placement() {
        Arbitrary<ObjectNode> none = Arbitraries.just(Manifests.object());
        Arbitrary<ObjectNode> bound =
                Arbitraries.of(NODES).map(node -> Manifests.object().put("nodeName", node));
        Arbitrary<ObjectNode> selected = Arbitraries.of(NODES).map(node -> {
            ObjectNode spec = Manifests.object();
            spec.putObject("nodeSelector").put("host", node);
            return spec;
        });
        Arbitrary<ObjectNode> tolerant =
                Arbitraries.just((ObjectNode) Manifests.yaml("{tolerations: [{key: k, operator: Exists}]}"));
        return Arbitraries.frequencyOf(
                Tuple.of(6, none), Tuple.of(1, bound), Tuple.of(2, selected), Tuple.of(2, tolerant));
    }

    /** Policies of all kinds under one name. */
    public static Arbitrary<AppArmorPolicy> policies() {
        Arbitrary<Map<Rule, Action>> rules = Arbitraries.maps(
                        Arbitraries.of(Rule.class).filter(Rule::configurable), Arbitraries.of(Action.class))
                .ofMaxSize(3);
        Arbitrary<DefaultProfile> defaults = Combinators.combine(
                        Arbitraries.of(
                                Profile.RuntimeDefault.SHARED,
                                Profile.RuntimeDefault.SHARED,
                                Profile.Undeclared.SHARED,
                                new Profile.Localhost("k8s-web")),
                        Arbitraries.of(OnUnsupportedNode.class))
                .as(DefaultProfile::new);
        Arbitrary<LocalhostTerms> localhost = Combinators.combine(
                        Arbitraries.of("*", "*", "k8s-*"),
                        Arbitraries.of(true, true, false),
                        Arbitraries.of(
                                Set.of(ProfileMode.ENFORCE, ProfileMode.KILL),
                                Set.of(ProfileMode.ENFORCE, ProfileMode.KILL, ProfileMode.COMPLAIN),
                                Set.of(ProfileMode.ENFORCE)),
                        Arbitraries.of(AppArmorPolicy.Placement.class))
                .as((allowed, every, modes, placement) -> new LocalhostTerms(
                        List.of(new Glob(allowed)), every, modes, Optional.of(Duration.ofHours(24)), placement));
        Arbitrary<ExceptionTerms> exceptions = Combinators.combine(
                        Arbitraries.of(ExceptionSource.ANNOTATION, ExceptionSource.ANNOTATION, ExceptionSource.NONE),
                        Arbitraries.of(Set.<RequiredPart>of(), Set.of(RequiredPart.REASON)),
                        Arbitraries.of(Optional.<Integer>empty(), Optional.of(30)),
                        Arbitraries.of(Set.<Control>of(), Set.of(Control.RUN_AS_NON_ROOT)))
                .as(ExceptionTerms::new);
        return Combinators.combine(
                        Arbitraries.of(Action.ENFORCE, Action.ENFORCE, Action.WARN, Action.AUDIT),
                        seldom(rules),
                        defaults,
                        localhost,
                        exceptions,
                        Arbitraries.of(Action.ENFORCE, Action.WARN, Action.IGNORE))
                .as((mode, actions, byDefault, terms, excuses, templates) -> new AppArmorPolicy(
                        "generated", mode, Match.EVERYTHING, byDefault, actions, terms, excuses, templates));
    }

    /** Clusters of up to four nodes. */
    public static Arbitrary<List<GeneratedNode>> clusters() {
        Arbitrary<Map<String, ProfileMode>> lists = Arbitraries.maps(
                Arbitraries.of("k8s-web", "k8s-db", "learn", "my prof", "cri-containerd.apparmor.d"),
                Arbitraries.of(ProfileMode.ENFORCE, ProfileMode.ENFORCE, ProfileMode.COMPLAIN, ProfileMode.UNCONFINED));
        Arbitrary<GeneratedNode> node = Combinators.combine(
                        Arbitraries.of(
                                ContainerRuntime.CONTAINERD,
                                ContainerRuntime.CONTAINERD,
                                ContainerRuntime.CRI_O,
                                ContainerRuntime.UNKNOWN),
                        Arbitraries.of(false, false, true),
                        Arbitraries.frequency(Tuple.of(6, State.ON), Tuple.of(1, State.OFF), Tuple.of(1, State.SILENT)),
                        lists)
                .as(GeneratedNode::new);
        return node.list().ofMaxSize(NODES.size());
    }

    /** Policies over clusters. */
    public static Arbitrary<Snapshot> snapshots() {
        return Combinators.combine(policies(), clusters())
                .as((policy, nodes) -> world(nodes).under(policy));
    }

    /** Whether a node reports, and what. */
    public enum State {
        ON,
        OFF,
        SILENT
    }

    /** A node before it has a name. */
    public record GeneratedNode(
            ContainerRuntime runtime, boolean tainted, State state, Map<String, ProfileMode> profiles) {

        List<Taint> taints() {
            return tainted ? List.of(new Taint("k", "v", "NoSchedule")) : List.of();
        }
    }

    /** The world of these nodes, called n1, n2, …. */
    public static World world(List<GeneratedNode> nodes) {
        World world = new World();
        for (int i = 0; i < nodes.size(); i++) {
            GeneratedNode node = nodes.get(i);
            String name = NODES.get(i);
            if (node.state() == State.OFF) {
                world.nodeWithoutAppArmor(name, node.taints());
                continue;
            }
            world.node(name, node.runtime(), node.taints()).inventory(name, ProfileList.of(node.profiles()));
            if (node.state() == State.SILENT) {
                world.withoutInventory(name);
            }
        }
        return world;
    }

    private static <K, V> Arbitrary<Map<K, V>> seldom(Arbitrary<Map<K, V>> maps) {
        return Arbitraries.frequencyOf(Tuple.of(2, Arbitraries.just(Map.of())), Tuple.of(1, maps));
    }
}
