package dev.apparmoradmission.e2e.node;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.kernel.AppArmorKernel;
import dev.apparmoradmission.e2e.kernel.Remote;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/** The whole way, from a kernel through its agent and the API server to the webhook's verdict, and what it took. */
final class KernelStory implements AutoCloseable {
    /** How often the agent looks at what the kernel does not announce. */
    static final String POLL = "3s";

    private static final Duration BOUND = Duration.ofSeconds(60);

    private final AppArmorKernel kernel;
    private final Scene scene;
    private final KernelNode node;
    private final KernelProfiles profiles;
    private final PublishedInventory inventory;
    private final List<String> times = new ArrayList<>();
    private Agent agent;

    private KernelStory(
            AppArmorKernel kernel,
            Scene scene,
            KernelNode node,
            KernelProfiles profiles,
            PublishedInventory inventory,
            Agent agent) {
        this.kernel = kernel;
        this.scene = scene;
        this.node = node;
        this.profiles = profiles;
        this.inventory = inventory;
        this.agent = agent;
    }

    /** The restricted policy, the kernel's machine as the only node, and its agent under the profile that is shipped for it. */
    static KernelStory begin(Stage stage, AppArmorKernel kernel, String... options) throws IOException {
        Scene scene = stage.set(world -> world.policy("restricted.yaml"));
        KernelNode node = KernelNode.join(kernel, scene, stage.cluster(), stage.directory());
        KernelProfiles profiles = new KernelProfiles(kernel);
        profiles.load(AgentProfile.text(stage.directory()));
        PublishedInventory inventory = new PublishedInventory(scene.api(), KernelNode.NAME);
        long begin = System.nanoTime();
        List<String> all = new ArrayList<>(List.of("--poll=" + POLL));
        all.addAll(List.of(options));
        Agent agent = node.agent(AgentProfile.NAME, all.toArray(String[]::new));
        KernelStory story = new KernelStory(kernel, scene, node, profiles, inventory, agent);
        story.published("the first list", 0, version -> true);
        story.times.add(String.format(Locale.ROOT, "%-48s %6.2f s", "the agent's start", since(begin)));
        return story;
    }

    AppArmorKernel kernel() {
        return kernel;
    }

    Scene scene() {
        return scene;
    }

    KernelNode node() {
        return node;
    }

    KernelProfiles profiles() {
        return profiles;
    }

    PublishedInventory inventory() {
        return inventory;
    }

    Agent agent() {
        return agent;
    }

    /** Another agent takes over. */
    void agent(Agent other) {
        agent.close();
        agent = other;
    }

    /** Waits for a version that is so, the first one after so many. */
    PublishedInventory.Version published(String what, int after, Predicate<PublishedInventory.Version> isSo) {
        await(what, () -> inventory.firstSince(after, isSo).isPresent());
        return inventory.firstSince(after, isSo).orElseThrow();
    }

    /** Waits until the published list is what the kernel holds. */
    void settled() {
        await(
                "the published list is the kernel's",
                () -> inventory
                        .latest()
                        .filter(version -> version.profiles().equals(profiles.publishable()))
                        .isPresent());
    }

    /** Waits until a pod is denied with these words; without words, until it is allowed. */
    Answer verdict(PodDraft pod, String words) {
        Answer[] last = new Answer[1];
        await("the verdict on " + pod.name() + ": " + (words.isEmpty() ? "allowed" : words), () -> {
            last[0] = scene.attempt(pod);
            return words.isEmpty()
                    ? last[0].ok()
                    : last[0].code() == 403 && last[0].message().contains(words);
        });
        return last[0];
    }

    void await(String what, java.util.function.BooleanSupplier condition) {
        kernel.await(what, BOUND, () -> {
            if (!agent.runs()) {
                throw new IllegalStateException("the agent has ended:\n" + agent.log());
            }
            return condition.getAsBoolean();
        });
    }

    /**
     * Waits until a change of the kernel has reached the list and the verdict, and notes how long each took.
     *
     * @param before how often the list had been written before the change
     * @param changed the tool that changed the kernel, at its end
     */
    Answer followed(
            String what,
            int before,
            Remote changed,
            Predicate<PublishedInventory.Version> listed,
            PodDraft pod,
            String words) {
        PublishedInventory.Version version = published(what, before, listed);
        Answer answer = verdict(pod, words);
        times.add(String.format(
                Locale.ROOT,
                "%-48s %6.2f s %6.2f s",
                what,
                (version.seenAt() - changed.endedAt()) / 1e9,
                since(changed.endedAt())));
        return answer;
    }

    /** Notes how long a change took to reach the list. */
    void noted(String what, PublishedInventory.Version version, Remote changed) {
        times.add(String.format(Locale.ROOT, "%-48s %6.2f s", what, (version.seenAt() - changed.endedAt()) / 1e9));
    }

    private static double since(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    @Override
    public void close() {
        System.out.println("From the end of the tool that changed the kernel to the list that a watch shows, and to the"
                + " changed verdict:");
        times.forEach(line -> System.out.println("  " + line));
        if (!agent.runs()) {
            System.out.println("The agent's log:\n" + agent.log().indent(4));
        }
        agent.close();
        node.leave();
        inventory.close();
        profiles.clear(AgentProfile.NAME);
    }
}
