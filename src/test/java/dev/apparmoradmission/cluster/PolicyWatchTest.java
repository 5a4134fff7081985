package dev.apparmoradmission.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.wire.PolicyProblem;
import dev.apparmoradmission.wire.PolicyReading;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyWatchTest {

    private static final ContentWatch.Pace FAST =
            new ContentWatch.Pace(Duration.ofMillis(200), Duration.ofMillis(20), Duration.ofSeconds(2));

    @TempDir
    private Path directory;

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    private PolicyWatch watch;
    private String first;

    @AfterEach
    void close() {
        if (watch != null) {
            watch.close();
        }
    }

    @Test
    void an_edit_counts_without_a_restart() throws Exception {
        write("a.yaml", policy("a", "Audit"));
        start(directory);
        assertThat(inForce()).isEqualTo("a:Audit");
        assertThat(first).isEqualTo("a:Audit");
        write("a.yaml", policy("a", "Warn"));
        assertThat(event()).isEqualTo("accepted a:Warn");
        assertThat(inForce()).isEqualTo("a:Warn");
    }

    @Test
    void the_file_by_which_kustomize_makes_a_configmap_of_the_policies_is_none() throws Exception {
        write("a.yaml", policy("a", "Audit"));
        write("kustomization.yaml", "kind: Kustomization\nconfigMapGenerator: []\n");
        start(directory);
        assertThat(inForce()).isEqualTo("a:Audit");
    }

    @Test
    void files_and_directories_that_come_and_go_count() throws Exception {
        write("a.yaml", policy("a", "Audit"));
        start(directory);
        write("b.json", policy("b", "Warn"));
        assertThat(event()).isEqualTo("accepted a:Audit b:Warn");
        Files.createDirectory(directory.resolve("sub"));
        write("sub/c.yml", policy("c", "Enforce"));
        assertThat(event()).isEqualTo("accepted a:Audit b:Warn c:Enforce");
        write("sub/c.yml", policy("c", "Warn"));
        assertThat(event()).isEqualTo("accepted a:Audit b:Warn c:Warn");
        Files.delete(directory.resolve("a.yaml"));
        assertThat(event()).isEqualTo("accepted b:Warn c:Warn");
    }

    @Test
    void a_broken_edit_changes_nothing_and_says_where_it_is_broken() throws Exception {
        write("a.yaml", policy("a", "Enforce"));
        write("b.yaml", policy("b", "Enforce"));
        start(directory);
        PolicySet before = watch.current();
        write("a.yaml", policy("a", "Audit"));
        write("b.yaml", policy("b", "Off"));
        String refused = event();
        // Two edits may be seen one by one; then the first is accepted before the second is refused.
        if (refused.startsWith("accepted")) {
            before = watch.current();
            refused = event();
        }
        assertThat(refused)
                .startsWith("refused " + directory.resolve("b.yaml") + ":5:9: spec.mode: \"Off\" is not one of");
        assertThat(watch.current()).isSameAs(before);
        write("b.yaml", policy("b", "Warn"));
        assertThat(event()).isEqualTo("accepted a:Audit b:Warn");
    }

    @Test
    void a_file_that_is_written_slowly_counts_once_it_is_whole() throws Exception {
        write("a.yaml", policy("a", "Enforce"));
        start(directory);
        String text = policy("a", "Warn") + "  rules:\n    privileged: Enforce\n";
        try (OutputStream out =
                Files.newOutputStream(directory.resolve("a.yaml"), StandardOpenOption.TRUNCATE_EXISTING)) {
            for (String piece : Pattern.compile("(?<= )").splitAsStream(text).toList()) {
                out.write(piece.getBytes(StandardCharsets.UTF_8));
                out.flush();
                assertThat(inForce()).isIn("a:Enforce", "a:Warn");
                Thread.sleep(7);
            }
        }
        String last = event();
        while (!last.equals("accepted a:Warn")
                || !watch.current().policies().get(0).rules().containsValue(Action.ENFORCE)) {
            last = event();
        }
        assertThat(inForce()).isEqualTo("a:Warn");
    }

    @Test
    void a_mounted_configmap_is_read_once_and_followed_through_its_symlink_swap() throws Exception {
        configMapGeneration("..2026_11_22_1", policy("a", "Audit"), policy("b", "Audit"));
        Files.createSymbolicLink(directory.resolve("..data"), Path.of("..2026_11_22_1"));
        Files.createSymbolicLink(directory.resolve("a.yaml"), Path.of("..data/a.yaml"));
        Files.createSymbolicLink(directory.resolve("b.yaml"), Path.of("..data/b.yaml"));
        start(directory);
        assertThat(inForce()).isEqualTo("a:Audit b:Audit");
        for (int generation = 2; generation < 6; generation++) {
            String mode = generation % 2 == 0 ? "Warn" : "Audit";
            swap("..2026_11_22_" + generation, "..2026_11_22_" + (generation - 1), mode);
            assertThat(event()).isEqualTo("accepted a:" + mode + " b:" + mode);
        }
    }

    @Test
    void a_path_that_is_itself_a_link_is_followed_when_it_turns() throws Exception {
        Path one = Files.createDirectory(directory.resolve("one"));
        Path two = Files.createDirectory(directory.resolve("two"));
        Files.writeString(one.resolve("p.yaml"), policy("p", "Audit"));
        Files.writeString(two.resolve("p.yaml"), policy("p", "Warn"));
        Path link = Files.createSymbolicLink(directory.resolve("link"), one);
        start(link);
        Path next = Files.createSymbolicLink(directory.resolve("next"), two);
        Files.move(next, link, StandardCopyOption.ATOMIC_MOVE);
        assertThat(event()).isEqualTo("accepted p:Warn");
    }

    @Test
    void a_single_file_is_watched_through_being_replaced() throws Exception {
        write("policy.conf", policy("p", "Audit"));
        start(directory.resolve("policy.conf"));
        write("new", policy("p", "Enforce"));
        Files.move(directory.resolve("new"), directory.resolve("policy.conf"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(event()).isEqualTo("accepted p:Enforce");
    }

    @Test
    void a_directory_that_empties_or_vanishes_does_not_switch_the_policies_off() throws Exception {
        Path inner = Files.createDirectory(directory.resolve("policies"));
        Files.writeString(inner.resolve("p.yaml"), policy("p", "Enforce"));
        start(inner);
        Files.delete(inner.resolve("p.yaml"));
        assertThat(event()).isEqualTo("refused " + inner + ":1:1: holds no AppArmorPolicy");
        Files.delete(inner);
        assertThat(event()).isEqualTo("refused " + inner + ":1:1: there is no such file or directory");
        assertThat(inForce()).isEqualTo("p:Enforce");
        Files.createDirectory(inner);
        Files.writeString(inner.resolve("p.yaml"), policy("p", "Warn"));
        String event = event();
        assertThat(event.startsWith("refused") ? event() : event).isEqualTo("accepted p:Warn");
    }

    @Test
    void nobody_ever_sees_a_mixed_set() throws Exception {
        configMapGeneration("..1", policy("a", "Audit"), policy("b", "Audit"));
        Files.createSymbolicLink(directory.resolve("..data"), Path.of("..1"));
        Files.createSymbolicLink(directory.resolve("a.yaml"), Path.of("..data/a.yaml"));
        Files.createSymbolicLink(directory.resolve("b.yaml"), Path.of("..data/b.yaml"));
        start(directory);
        Set<String> seen = ConcurrentHashMap.newKeySet();
        AtomicBoolean done = new AtomicBoolean();
        Thread observer = new Thread(() -> {
            while (!done.get()) {
                seen.add(inForce());
            }
        });
        observer.start();
        for (int generation = 2; generation < 12; generation++) {
            swap(
                    "..." + generation,
                    generation == 2 ? "..1" : "..." + (generation - 1),
                    generation % 2 == 0 ? "Warn" : "Audit");
            assertThat(event()).startsWith("accepted");
        }
        done.set(true);
        observer.join();
        assertThat(seen).containsExactlyInAnyOrder("a:Audit b:Audit", "a:Warn b:Warn");
    }

    @Test
    void only_the_content_counts_not_that_a_file_was_touched() throws Exception {
        write("a.yaml", policy("a", "Audit"));
        start(directory);
        write("a.yaml", policy("a", "Audit"));
        write("notes.txt", "not a policy");
        write(".a.yaml.swp.yaml", "not: [a policy");
        write("a.yaml", policy("a", "Warn"));
        assertThat(event()).isEqualTo("accepted a:Warn");
        assertThat(events).isEmpty();
    }

    @Test
    void a_listener_that_fails_does_not_end_the_watch() throws Exception {
        write("a.yaml", policy("a", "Audit"));
        AtomicBoolean failed = new AtomicBoolean();
        watch = PolicyWatch.start(
                new PolicyDirectories(List.of(directory)),
                new PolicyListener() {
                    @Override
                    public void accepted(PolicySet set) {
                        if (failed.compareAndSet(false, true)) {
                            events.add("failing");
                            throw new IllegalStateException("as the test wants it");
                        }
                        events.add("accepted " + said(set));
                    }

                    @Override
                    public void refused(List<PolicyProblem> problems, PolicySet inForce) {
                        events.add("refused");
                    }
                },
                FAST);
        write("a.yaml", policy("a", "Warn"));
        assertThat(event()).isEqualTo("failing");
        write("a.yaml", policy("a", "Enforce"));
        assertThat(event()).isEqualTo("accepted a:Enforce");
    }

    @Test
    void broken_policies_at_the_start_are_fatal_and_all_named() throws Exception {
        write("a.yaml", policy("a", "Off"));
        write("b.yaml", "kind: [");
        assertThatThrownBy(() -> start(directory, directory.resolve("nowhere")))
                .isInstanceOf(RefusedPoliciesException.class)
                .hasMessageContaining("nowhere:1:1: there is no such file or directory\n")
                .hasMessageContaining("a.yaml:5:9: spec.mode: ")
                .hasMessageContaining("b.yaml:1:8: ");
    }

    // ---- what is read

    @Test
    void the_same_file_by_two_paths_is_one_file() throws IOException {
        write("a.yaml", policy("a", "Audit"));
        Files.createSymbolicLink(directory.resolve("again.yaml"), directory.resolve("a.yaml"));
        Files.createSymbolicLink(directory.resolve("loop"), directory);
        assertThat(read(directory, directory.resolve("a.yaml"))).isEqualTo("a:Audit");
    }

    @Test
    void a_dangling_link_is_an_error_and_not_a_missing_policy() throws IOException {
        write("a.yaml", policy("a", "Audit"));
        Files.createSymbolicLink(directory.resolve("b.yaml"), directory.resolve("gone.yaml"));
        assertThat(read(directory)).isEqualTo(directory.resolve("b.yaml") + ":1:1: there is no such file or directory");
    }

    @Test
    void a_file_over_ten_mebibytes_is_refused_unread() throws IOException {
        write("a.yaml", policy("a", "Audit"));
        byte[] large = new byte[10 * 1024 * 1024 + 1];
        Arrays.fill(large, (byte) '#');
        Files.write(directory.resolve("b.yaml"), large);
        assertThat(read(directory))
                .isEqualTo(directory.resolve("b.yaml") + ":1:1: 10485761 bytes; at most 10485760 are read");
    }

    @Test
    void what_is_no_regular_file_is_refused_instead_of_waited_for() throws Exception {
        Path pipe = directory.resolve("pipe.yaml");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        assertThat(read(directory)).isEqualTo(pipe + ":1:1: is neither a file nor a directory");
    }

    private static String read(Path... paths) {
        PolicyReading reading = new PolicyDirectories(List.of(paths)).read();
        return reading instanceof PolicyReading.Accepted accepted
                ? said(accepted.set())
                : said(((PolicyReading.Refused) reading).problems());
    }

    private void start(Path... paths) throws RefusedPoliciesException {
        watch = PolicyWatch.start(
                new PolicyDirectories(List.of(paths)),
                new PolicyListener() {
                    @Override
                    public void started(PolicySet set) {
                        first = said(set);
                    }

                    @Override
                    public void accepted(PolicySet set) {
                        events.add("accepted " + said(set));
                    }

                    @Override
                    public void refused(List<PolicyProblem> problems, PolicySet inForce) {
                        events.add("refused " + said(problems));
                    }
                },
                FAST);
    }

    /** As the kubelet does it: a new directory, a new link beside the old one, and one rename. */
    private void swap(String next, String old, String mode) throws IOException {
        configMapGeneration(next, policy("a", mode), policy("b", mode));
        Files.createSymbolicLink(directory.resolve("..data_tmp"), Path.of(next));
        Files.move(directory.resolve("..data_tmp"), directory.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        Files.delete(directory.resolve(old).resolve("a.yaml"));
        Files.delete(directory.resolve(old).resolve("b.yaml"));
        Files.delete(directory.resolve(old));
    }

    private void configMapGeneration(String name, String a, String b) throws IOException {
        Path generation = Files.createDirectory(directory.resolve(name));
        Files.writeString(generation.resolve("a.yaml"), a);
        Files.writeString(generation.resolve("b.yaml"), b);
    }

    private String inForce() {
        return said(watch.current());
    }

    private String event() throws InterruptedException {
        String event = events.poll(30, TimeUnit.SECONDS);
        assertThat(event).as("something is noticed").isNotNull();
        return event;
    }

    private static String said(PolicySet set) {
        return set.policies().stream()
                .map((AppArmorPolicy policy) ->
                        policy.name() + ":" + policy.mode().policyName())
                .collect(Collectors.joining(" "));
    }

    private static String said(List<PolicyProblem> problems) {
        return problems.stream().map(PolicyProblem::toString).collect(Collectors.joining("\n"));
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(directory.resolve(name), text);
    }

    private static String policy(String name, String mode) {
        return "apiVersion: apparmor-admission.dev/v1alpha1\nkind: AppArmorPolicy\nmetadata: {name: " + name
                + "}\nspec:\n  mode: " + mode + "\n";
    }
}
