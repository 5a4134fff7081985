package dev.apparmoradmission.node;

import dev.apparmoradmission.node.EligibleNodes.Member;
import dev.apparmoradmission.node.EligibleNodes.Part;
import dev.apparmoradmission.node.NodeAffinity.ExpectedLabels;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.workload.Container;
import dev.apparmoradmission.workload.Placement;
import dev.apparmoradmission.workload.Placement.NodeSelectorTerm;
import dev.apparmoradmission.workload.Placement.Requirement;
import dev.apparmoradmission.workload.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Every known node with its inventory. Nodes with the same hard taints that are alike to AppArmor are grouped once, and by the
 * labels of a selector when one asks for them, so that a decision costs as much as there are kinds of node, not nodes.
 */
public final class ClusterNodes {

    /** Nothing is known: neither nodes nor inventory were given. */
    public static final ClusterNodes UNKNOWN =
            new ClusterNodes(List.of(), List.of(), Map.of(), false, TransientTaints.WELL_KNOWN);

    /** What a few hundred workloads ask that differ in their constraints. */
    private static final int MOST_ANSWERS = 64;
    /** Combined kinds of group that are worth to be told apart. */
    private static final int MOST_NUMBERS = 10_000;

    private record Group(int tainting, Part part) {}

    private record GroupKey(int tainting, NodeAppArmor appArmor) {}

    private final List<Group> groups;
    /** The hard taints of the groups, each list once: pods tolerate them or not, however many nodes have them. */
    private final List<List<Taint>> taintings;

    /** All groups, in their order. */
    private final EligibleNodes all;

    private final Map<String, Member> members;
    private final boolean inventoried;
    private final TransientTaints transientTaints;
    private final SelectorKinds selectorKinds;
    private final Recent<Question, Lasting<EligibleNodes>> answers = new Recent<>(MOST_ANSWERS);

    private ClusterNodes(
            List<Group> groups,
            List<List<Taint>> taintings,
            Map<String, Member> members,
            boolean inventoried,
            TransientTaints transientTaints) {
        this.groups = groups;
        this.taintings = taintings;
        this.members = members;
        this.inventoried = inventoried;
        this.transientTaints = transientTaints;
        this.all = new EligibleNodes(groups.stream().map(Group::part).toList());
        this.selectorKinds = new SelectorKinds(all.parts());
    }

    /**
     * The nodes of a cluster.
     *
     * @param nodes the nodes
     * @param inventories what each reported, by its name; entries for other nodes are left out
     * @param inventoried whether there is an inventory at all; without one nothing can be said of any node
     * @param transientTaints the taints to look through
     */
    public static ClusterNodes of(
            Collection<Node> nodes,
            Map<String, NodeInventory> inventories,
            boolean inventoried,
            TransientTaints transientTaints) {
        Map<String, Member> members = new HashMap<>();
        Map<List<Taint>, Integer> taintings = new LinkedHashMap<>();
        Map<GroupKey, List<Member>> grouped = new LinkedHashMap<>();
        // In the order of their names, so that messages need not sort thousands of them.
        for (Node node : nodes.stream().sorted(Comparator.comparing(Node::name)).toList()) {
            Member member = new Member(node, Optional.ofNullable(inventories.get(node.name())));
            members.put(node.name(), member);
            // A Linux pod cannot start on a Windows node, whatever it tolerates.
            if (!node.isWindows()) {
                int tainting = taintings.computeIfAbsent(hardTaints(node, transientTaints), first -> taintings.size());
                GroupKey key = new GroupKey(tainting, member.appArmor());
                grouped.computeIfAbsent(key, first -> new ArrayList<>()).add(member);
            }
        }
        List<Group> groups = new ArrayList<>();
        grouped.forEach(
                (key, alike) -> groups.add(new Group(key.tainting(), new Part(key.appArmor(), List.copyOf(alike)))));
        return new ClusterNodes(
                List.copyOf(groups),
                List.copyOf(taintings.keySet()),
                Map.copyOf(members),
                inventoried,
                transientTaints);
    }

    private static List<Taint> hardTaints(Node node, TransientTaints transientTaints) {
        return node.taints().isEmpty()
                ? List.of()
                : node.taints().stream()
                        .filter(taint -> taint.isHard() && !transientTaints.contains(taint))
                        .sorted(Comparator.comparing(Taint::toString))
                        .toList();
    }

    /** Whether an inventory was given at all. */
    public boolean isInventoried() {
        return inventoried;
    }

    /** All nodes with their inventories, in no order. */
    public Collection<Member> members() {
        return members.values();
    }

    /**
     * The nodes on which this pod, or a pod of this template, may be started now or later. What only narrows the choice for
     * the moment (resources, pod affinity, spreading, preferred affinity) is ignored, which is at worst too strict.
     */
    public EligibleNodes eligibleFor(Workload workload) {
        return eligibleFor(workload, Optional.empty(), Instant.EPOCH);
    }

    /**
     * The same for a workload that may have requirements on the labels of {@link ProfileLabels}: these count as they are, and
     * as the leader is about to write them from an inventory that is believed for {@code maxAge} (absent: for ever).
     */
    public EligibleNodes eligibleFor(Workload workload, Optional<Duration> maxAge, Instant now) {
        Placement placement = workload.spec().placement();
        if (placement.nodeName().isPresent()) {
            return bound(placement.nodeName().get());
        }
        Set<String> asked = ownLabels(placement);
        Map<String, String> profiles = profilesByLabel(workload, asked);
        Optional<String> named = NodeAffinity.onlyName(placement);
        if (named.isPresent()) {
            return named(placement, named.get(), appArmor -> LabelForecast.of(asked, appArmor, profiles, maxAge, now));
        }
        // Only what the leader is about to write depends on the age of lists.
        Question question = new Question(
                placement.nodeSelector(),
                placement.requiredTerms(),
                tolerated(placement),
                profiles,
                asked.isEmpty() ? Optional.empty() : maxAge);
        Optional<Lasting<EligibleNodes>> known = answers.find(question);
        if (known.isPresent() && known.get().holdsAt(now)) {
            return known.get().answer();
        }
        EligibleNodes found = find(placement, question, asked, now);
        if (!question.isShort()) {
            return found;
        }
        Lasting<EligibleNodes> answer = question.maxAge().isEmpty()
                ? Lasting.always(found)
                : Lasting.beginning(now, all.steadyFor(question.maxAge().get(), now), found);
        return answers.keep(question, answer).answer();
    }

    /** All of a workload on which depends where it may land, unless it is bound to a node or for one by its name. */
    private record Question(
            Map<String, String> nodeSelector,
            Optional<List<NodeSelectorTerm>> requiredTerms,
            BitSet tolerated,
            Map<String, String> profiles,
            Optional<Duration> maxAge) {

        /** More than the constraints of real workloads, in characters. */
        private static final int LONGEST = 2000;
        /** What a requirement or a term takes besides its characters. */
        private static final int EACH = 32;

        /** Whether it is short enough to be kept. */
        boolean isShort() {
            int length = length(nodeSelector) + length(profiles);
            for (NodeSelectorTerm term : requiredTerms.orElse(List.of())) {
                length += EACH + length(term.matchExpressions()) + length(term.matchFields());
            }
            return length <= LONGEST;
        }

        private static int length(Map<String, String> texts) {
            int length = 0;
            for (Map.Entry<String, String> text : texts.entrySet()) {
                length += EACH + text.getKey().length() + text.getValue().length();
            }
            return length;
        }

        private static int length(List<Requirement> requirements) {
            int length = 0;
            for (Requirement requirement : requirements) {
                length += EACH
                        + requirement.key().length()
                        + requirement.operator().length();
                for (String value : requirement.values()) {
                    length += EACH + value.length();
                }
            }
            return length;
        }
    }

    /** The numbers of the lists of taints that a pod tolerates as a whole. */
    private BitSet tolerated(Placement placement) {
        BitSet tolerated = new BitSet(taintings.size());
        for (int i = 0; i < taintings.size(); i++) {
            tolerated.set(i, tolerates(placement, taintings.get(i)));
        }
        return tolerated;
    }

    private EligibleNodes find(Placement placement, Question question, Set<String> asked, Instant now) {
        List<Part> parts = new ArrayList<>();
        Optional<LabelKinds> kinds = selectorKinds.of(placement);
        List<ProfileKinds> alike = profileKinds(asked, question.profiles());
        Map<Integer, Expected> expected = new HashMap<>();
        for (int i = 0; i < groups.size(); i++) {
            Group group = groups.get(i);
            if (!question.tolerated().get(group.tainting())) {
                continue;
            }
            int number = 0;
            for (ProfileKinds profile : alike) {
                number = number * profile.count() + profile.of(i);
            }
            Expected own = expected.get(number);
            if (own == null) {
                LabelForecast forecast =
                        LabelForecast.of(asked, group.part().appArmor(), question.profiles(), question.maxAge(), now);
                own = new Expected(
                        forecast,
                        kinds.map(known -> known.allowed(placement, forecast.fresh()))
                                .orElse(0L));
                expected.put(number, own);
            }
            if (kinds.isPresent() && own.forecast().isOneFor(group.part())) {
                kinds.get().of(i, own.allowed()).ifPresent(parts::add);
            } else {
                oneByOne(placement, group.part(), own.forecast()).ifPresent(parts::add);
            }
        }
        return new EligibleNodes(parts);
    }

    /**
     * What holds for all groups that are alike in the profiles whose labels are asked for.
     *
     * @param forecast the labels to come
     * @param allowed the kinds of node, by their labels, that they allow
     */
    private record Expected(LabelForecast forecast, long allowed) {}

    /** The kinds of group that the profiles make whose labels are asked for; where these are too many, each by itself. */
    private List<ProfileKinds> profileKinds(Set<String> asked, Map<String, String> profiles) {
        List<ProfileKinds> kinds = new ArrayList<>();
        long numbers = 1;
        for (String key : asked) {
            ProfileKinds own = all.by(Optional.of(profiles.getOrDefault(key, "")));
            numbers *= own.count();
            if (numbers > MOST_NUMBERS) {
                return List.of(all.each());
            }
            kinds.add(own);
        }
        return kinds;
    }

    private static Optional<Part> oneByOne(Placement placement, Part part, LabelForecast forecast) {
        List<Member> allowed = new ArrayList<>();
        for (Member member : part.members()) {
            if (NodeAffinity.allows(placement, member.node(), forecast.of(member))) {
                allowed.add(member);
            }
        }
        if (allowed.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                allowed.size() == part.members().size() ? part : new Part(part.appArmor(), List.copyOf(allowed)));
    }

    /** The one node that the pod's terms name, as those of a DaemonSet's pod do, without asking all others. */
    private EligibleNodes named(Placement placement, String name, Function<NodeAppArmor, LabelForecast> forecast) {
        Member member = members.get(name);
        if (member == null
                || member.node().isWindows()
                || !tolerates(placement, hardTaints(member.node(), transientTaints))) {
            return EligibleNodes.NONE;
        }
        NodeAppArmor appArmor = member.appArmor();
        return NodeAffinity.allows(
                        placement, member.node(), forecast.apply(appArmor).of(member))
                ? new EligibleNodes(List.of(new Part(appArmor, List.of(member))))
                : EligibleNodes.NONE;
    }

    /**
     * A node, and what keeps a pod off it.
     *
     * @param member the node
     * @param barrier what keeps the pod off; absent where it may land there
     */
    public record Standing(Member member, Optional<Barrier> barrier) {}

    /**
     * How every known node stands to a workload, by name: those without a barrier are the ones that
     * {@link #eligibleFor(Workload, Optional, Instant)} gives for the same arguments.
     */
    public List<Standing> standings(Workload workload, Optional<Duration> maxAge, Instant now) {
        Placement placement = workload.spec().placement();
        List<Standing> standings = new ArrayList<>(members.size());
        if (placement.nodeName().isPresent()) {
            String bound = placement.nodeName().get();
            members.values().stream()
                    .filter(member -> !member.node().name().equals(bound))
                    .forEach(member ->
                            standings.add(new Standing(member, Optional.of(new Barrier.BoundElsewhere(bound)))));
            bound(bound)
                    .parts()
                    .forEach(part ->
                            part.members().forEach(member -> standings.add(new Standing(member, Optional.empty()))));
        } else {
            members.values().stream()
                    .filter(member -> member.node().isWindows())
                    .forEach(member -> standings.add(new Standing(member, Optional.of(new Barrier.RunsWindows()))));
            Set<String> asked = ownLabels(placement);
            Map<String, String> profiles = profilesByLabel(workload, asked);
            for (Group group : groups) {
                Optional<Barrier> taint = taintings.get(group.tainting()).stream()
                        .filter(candidate -> !candidate.isToleratedBy(placement.tolerations()))
                        .<Barrier>map(Barrier.Untolerated::new)
                        .findFirst();
                LabelForecast forecast = LabelForecast.of(asked, group.part().appArmor(), profiles, maxAge, now);
                for (Member member : group.part().members()) {
                    standings.add(new Standing(
                            member,
                            taint.or(() -> NodeAffinity.barrier(placement, member.node(), forecast.of(member)))));
                }
            }
        }
        standings.sort(Comparator.comparing(standing -> standing.member().node().name()));
        return standings;
    }

    /**
     * The labels that our leader is about to write on nodes that are alike to AppArmor.
     *
     * @param fresh the labels, on nodes whose list is believed
     * @param isEmpty whether there are none
     * @param maxAge how old a list is believed
     * @param now the instant
     */
    private record LabelForecast(ExpectedLabels fresh, boolean isEmpty, Optional<Duration> maxAge, Instant now) {

        static LabelForecast of(
                Set<String> asked,
                NodeAppArmor appArmor,
                Map<String, String> profiles,
                Optional<Duration> maxAge,
                Instant now) {
            // Only nodes with a list that is believed get labels.
            boolean none = asked.isEmpty() || appArmor.state() != NodeAppArmor.State.ENABLED;
            ExpectedLabels fresh = none
                    ? ExpectedLabels.NONE
                    : key -> ProfileLabels.expected(key, appArmor, profiles.getOrDefault(key, ""));
            return new LabelForecast(fresh, none, maxAge, now);
        }

        ExpectedLabels of(Member member) {
            boolean stale = !isEmpty && maxAge.isPresent() && member.isStale(maxAge.get(), now);
            return stale ? ExpectedLabels.NONE : fresh;
        }

        /** Whether {@link #fresh} holds for all members. */
        boolean isOneFor(Part part) {
            return isEmpty || maxAge.isEmpty() || !part.mayBeStale(maxAge.get(), now);
        }
    }

    /** The keys of ours that the workload's affinity asks for; few workloads have any. */
    private static Set<String> ownLabels(Placement placement) {
        if (placement.requiredTerms().isEmpty()) {
            return Set.of();
        }
        Set<String> keys = new HashSet<>();
        for (NodeSelectorTerm term : placement.requiredTerms().get()) {
            for (Requirement requirement : term.matchExpressions()) {
                if (ProfileLabels.isOwn(requirement.key())) {
                    keys.add(requirement.key());
                }
            }
        }
        return keys;
    }

    /** The workload's profiles by their labels: a hash in a key does not tell of which profile it is. */
    private static Map<String, String> profilesByLabel(Workload workload, Set<String> asked) {
        if (asked.isEmpty()) {
            return Map.of();
        }
        Set<String> names = new HashSet<>();
        for (Container container : workload.spec().containers()) {
            if (workload.effective(container).profile() instanceof Profile.Localhost localhost) {
                names.add(localhost.name());
            }
        }
        Map<String, String> profiles = new HashMap<>();
        for (String name : names) {
            String key = ProfileLabels.keyOf(name);
            if (asked.contains(key)) {
                profiles.put(key, name);
            }
        }
        return profiles;
    }

    private static boolean tolerates(Placement placement, List<Taint> taints) {
        for (Taint taint : taints) {
            if (!taint.isToleratedBy(placement.tolerations())) {
                return false;
            }
        }
        return true;
    }

    /** {@code spec.nodeName} bypasses the scheduler: exactly that node, even one that is not known (yet). */
    private EligibleNodes bound(String nodeName) {
        Member known = members.get(nodeName);
        Member member = known == null ? new Member(Node.named(nodeName), Optional.empty()) : known;
        return new EligibleNodes(List.of(new Part(member.appArmor(), List.of(member))));
    }
}
