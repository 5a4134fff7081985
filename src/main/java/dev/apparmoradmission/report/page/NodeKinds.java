package dev.apparmoradmission.report.page;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.decision.ContainerVerdict;
import dev.apparmoradmission.node.ClusterNodes;
import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.NodeAppArmor;
import dev.apparmoradmission.node.NodeAppArmor.State;
import dev.apparmoradmission.node.NodeInventory;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileMode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Which profiles the nodes hold. Nodes that hold the same are of one kind: there may be thousands of nodes, of kinds a few. */
final class NodeKinds {

    /** Kinds that are shown, those of most nodes first. */
    private static final int MOST_KINDS = 300;
    /** Profiles that are shown, those first that workloads use. */
    private static final int MOST_PROFILES = 1_000;
    /** Cells of the matrix, each a byte of the page. */
    private static final int MOST_CELLS = 300_000;
    /** Profiles in use that are counted; beyond, somebody invents names. */
    private static final int MOST_USED = 2_000;
    /** Nodes of a kind that are named. */
    private static final int MOST_NAMED = 60;
    /** Longest name of a profile, in characters. */
    private static final int LONGEST_NAME = 200;

    private record Kind(boolean windows, NodeAppArmor appArmor) {}

    private final ClusterNodes nodes;
    private final Optional<Duration> maxAge;
    private final Map<String, Integer> uses = new HashMap<>();
    private final Map<Kind, List<Member>> kinds = new HashMap<>();

    /**
     * Those of a cluster. A list is believed for as long as every policy believes it.
     *
     * @param now the instant at which is judged
     */
    NodeKinds(ClusterNodes nodes, PolicySet policies, Instant now) {
        this.nodes = nodes;
        this.maxAge = policies.policies().stream()
                .map(AppArmorPolicy::localhost)
                .flatMap(terms -> terms.maxAge().stream())
                .min(Comparator.naturalOrder());
        nodes.members().stream()
                .sorted(Comparator.comparing(member -> member.node().name()))
                .forEach(member -> kinds.computeIfAbsent(
                                new Kind(member.node().isWindows(), member.appArmor(maxAge, now)),
                                any -> new ArrayList<>())
                        .add(member));
    }

    /** Counts the profiles that a workload's containers use. */
    void add(List<ContainerVerdict> containers) {
        for (ContainerVerdict container : containers) {
            String name = container.profile() instanceof Profile.Localhost localhost
                    ? localhost.name()
                    : container.confinement().profile();
            if (!name.isEmpty() && (uses.size() < MOST_USED || uses.containsKey(name))) {
                uses.merge(name, 1, Integer::sum);
            }
        }
    }

    /** Whether anything is known of what nodes hold. */
    boolean isInventoried() {
        return nodes.isInventoried();
    }

    /** How many nodes there are. */
    int size() {
        return nodes.members().size();
    }

    /** How many have AppArmor off. */
    int off() {
        return count(kind -> !kind.windows() && kind.appArmor().state() == State.DISABLED);
    }

    /** Of how many it is not known what they hold. */
    int unknown() {
        return count(kind -> !kind.windows() && kind.appArmor().isUnknown());
    }

    private int count(Predicate<Kind> wanted) {
        return kinds.entrySet().stream()
                .filter(entry -> wanted.test(entry.getKey()))
                .mapToInt(entry -> entry.getValue().size())
                .sum();
    }

    /** Writes profiles and kinds; a kind's modes are a letter a profile. */
    void write(JsonGenerator json, Texts texts) throws IOException {
        json.writeBooleanField("known", isInventoried());
        json.writeNumberField("count", size());
        json.writeNumberField("maxAge", maxAge.map(Duration::toSeconds).orElse(0L));
        List<String> loaded = loaded();
        List<String> profiles = Stream.concat(used(), loaded.stream().filter(name -> !uses.containsKey(name)))
                .limit(MOST_PROFILES)
                .toList();
        json.writeArrayFieldStart("profiles");
        for (String profile : profiles) {
            json.writeStartArray();
            json.writeNumber(name(profile, texts));
            json.writeNumber(uses.getOrDefault(profile, 0));
            json.writeEndArray();
        }
        json.writeEndArray();
        Set<String> all = new TreeSet<>(loaded);
        all.addAll(uses.keySet());
        json.writeNumberField("profilesLeft", all.size() - profiles.size());
        List<Map.Entry<Kind, List<Member>>> sorted = new ArrayList<>(kinds.entrySet());
        sorted.sort(Comparator.comparingInt((Map.Entry<Kind, List<Member>> entry) ->
                        -entry.getValue().size())
                .thenComparing(entry -> entry.getValue().get(0).node().name()));
        int shown = Math.min(MOST_KINDS, MOST_CELLS / Math.max(1, profiles.size()));
        json.writeArrayFieldStart("kinds");
        for (Map.Entry<Kind, List<Member>> entry : sorted.stream().limit(shown).toList()) {
            write(entry.getKey(), entry.getValue(), profiles, json, texts);
        }
        json.writeEndArray();
        json.writeNumberField(
                "nodesLeft",
                sorted.stream()
                        .skip(shown)
                        .mapToInt(entry -> entry.getValue().size())
                        .sum());
    }

    private Stream<String> used() {
        return uses.entrySet().stream()
                .sorted(Comparator.comparingInt((Map.Entry<String, Integer> entry) -> -entry.getValue())
                        .thenComparing(Map.Entry::getKey))
                .map(Map.Entry::getKey);
    }

    private List<String> loaded() {
        Set<String> names = new TreeSet<>();
        for (Kind kind : kinds.keySet()) {
            names.addAll(kind.appArmor().profiles().modes().keySet());
        }
        return List.copyOf(names);
    }

    private void write(Kind kind, List<Member> members, List<String> profiles, JsonGenerator json, Texts texts)
            throws IOException {
        json.writeStartArray();
        json.writeString(kind.windows() ? "WINDOWS" : kind.appArmor().state().name());
        json.writeNumber(members.size());
        json.writeStartArray();
        for (Member member : members.stream().limit(MOST_NAMED).toList()) {
            json.writeNumber(texts.of(member.node().name()));
        }
        json.writeEndArray();
        StringBuilder modes = new StringBuilder(profiles.size());
        for (String profile : profiles) {
            modes.append(kind.appArmor()
                    .profiles()
                    .mode(profile)
                    .map(NodeKinds::letter)
                    .orElse('-'));
        }
        json.writeString(modes.toString());
        json.writeNumber(kind.appArmor().profiles().modes().size());
        json.writeNumber(observed(members).map(Instant::getEpochSecond).orElse(0L));
        json.writeEndArray();
    }

    /** When the oldest list was read. */
    private static Optional<Instant> observed(Collection<Member> members) {
        return members.stream()
                .flatMap(member -> member.inventory().flatMap(NodeInventory::observedAt).stream())
                .filter(at -> !at.equals(Instant.EPOCH))
                .min(Comparator.naturalOrder());
    }

    private static char letter(ProfileMode mode) {
        return switch (mode) {
            case KILL -> 'K';
            case ENFORCE -> 'E';
            case COMPLAIN -> 'C';
            case UNCONFINED -> 'U';
            case USER, PROMPT -> 'P';
            case UNKNOWN -> '?';
        };
    }

    private static int name(String name, Texts texts) {
        boolean isLong = name.codePointCount(0, name.length()) > LONGEST_NAME;
        return texts.of(isLong ? name.substring(0, name.offsetByCodePoints(0, LONGEST_NAME)) + "..." : name);
    }
}
