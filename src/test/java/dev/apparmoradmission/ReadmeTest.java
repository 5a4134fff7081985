package dev.apparmoradmission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.check.CheckCommand;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.explain.ExplainCommand;
import dev.apparmoradmission.fix.FixCommand;
import dev.apparmoradmission.inventory.InventoryCommand;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.report.TextReport;
import dev.apparmoradmission.scan.ScanCommand;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README shows is what happens. What needs the packaged webhook or an API server is run in {@code e2e}. */
class ReadmeTest {

    private static final Path README = Path.of("README.md");

    @TempDir
    Path directory;

    private record Run(int code, String out, String err) {}

    private interface Command {
        int run(List<String> arguments, Surroundings surroundings);
    }

    private static Run check(List<String> arguments) throws IOException {
        return run(CheckCommand::run, arguments);
    }

    private static Run run(Command command, List<String> arguments) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Surroundings surroundings = new Surroundings(
                new ByteArrayInputStream(new byte[0]),
                out,
                err,
                Clock.systemUTC(),
                StandardCharsets.UTF_8,
                new TextReport.Style(false, false));
        int code = command.run(arguments, surroundings);
        return new Run(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static List<String> blocks(String language) throws IOException {
        return Pattern.compile("(?m)^```" + language + "\n((?s:.*?))^```$")
                .matcher(Files.readString(README))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    private static String block(String language, String beginning) throws IOException {
        List<String> found = blocks(language).stream()
                .filter(block -> block.startsWith(beginning))
                .toList();
        assertThat(found).as("blocks that begin with " + beginning).hasSize(1);
        return found.get(0);
    }

    /** The options of the one command that begins so. */
    private static List<String> options(String name) throws IOException {
        String command = block("sh", "java -jar target/quarkus-app/quarkus-run.jar " + name);
        List<String> words = Pattern.compile("\\s+")
                .splitAsStream(command.replace("\\\n", " ").strip())
                .toList();
        return words.subList(words.indexOf(name) + 1, words.size());
    }

    @Test
    void the_check_that_it_shows_prints_what_it_shows() throws Exception {
        Run run = check(options("check"));
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo(block("text", "DENIED"));
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void the_explanation_that_it_shows_is_what_the_command_prints() throws Exception {
        Run run = run(ExplainCommand::run, options("explain"));
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo(block("text", "Pod shop/restricted-nginx"));
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void the_patch_that_it_shows_is_what_fix_prints() throws Exception {
        Run run = run(FixCommand::run, options("fix"));
        assertThat(run.err()).isEqualTo("1 file to change.\n");
        assertThat(run.out()).isEqualTo(block("diff", "--- a/"));
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void the_inventory_that_it_shows_is_what_the_command_prints() throws Exception {
        Run run = run(InventoryCommand::run, options("inventory"));
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).isEqualTo(block("text", "NODE"));
        assertThat(run.code()).isEqualTo(1);
    }

    @Test
    void the_pages_that_it_shows_how_to_make_are_made() throws Exception {
        List<String> lines = block("sh", "bin/apparmor-admission scan --output html")
                .replace("\\\n", " ")
                .lines()
                .toList();
        Run check = check(page(lines.get(1), "check"));
        assertThat(check.err()).isEmpty();
        assertThat(check.out()).startsWith("<!doctype html>").contains("restricted-nginx");
        Run scan = run(
                ScanCommand::run,
                Stream.concat(page(lines.get(0), "scan").stream(), Stream.of("--snapshot", "e2e/samples/snapshot"))
                        .toList());
        assertThat(scan.err()).isEmpty();
        assertThat(scan.out()).startsWith("<!doctype html>").contains("snapshot of https://cluster.example");
    }

    /** The arguments of a command whose output goes to a file. */
    private static List<String> page(String line, String name) {
        List<String> words = List.of(line.strip().split("\\s+", -1));
        assertThat(words.get(words.size() - 2)).isEqualTo(">");
        return words.subList(words.indexOf(name) + 1, words.size() - 2);
    }

    @Test
    void the_exception_that_it_shows_is_accepted_by_the_policy_that_it_shows_until_it_expires() throws Exception {
        Path policy =
                Files.writeString(directory.resolve("shop.yaml"), block("yaml", "apiVersion: apparmor-admission"));
        String annotations = block("yaml", "metadata:");
        Path pod = Files.writeString(directory.resolve("pod.yaml"), """
                apiVersion: v1
                kind: Pod
                %s  name: profiler
                  namespace: shop-eu
                spec:
                  containers:
                    - name: profiler
                      image: perf:1
                      securityContext: {appArmorProfile: {type: Unconfined}}
                """.formatted(annotations));
        List<String> arguments = List.of("--policy", policy.toString(), pod.toString(), "--now");
        Run inForce = check(append(arguments, "2027-01-31T23:59:59Z"));
        assertThat(inForce.code()).as(inForce.toString()).isZero();
        assertThat(inForce.out()).contains("accepted by annotation", "team-observability");
        Run expired = check(append(arguments, "2027-02-01T00:00:00Z"));
        assertThat(expired.code()).isEqualTo(1);
        assertThat(expired.out()).contains("it expired on 2027-01-31", Rule.EXCEPTION_INVALID.id());
    }

    @Test
    void the_inventory_commands_that_it_shows_make_an_inventory() throws Exception {
        String commands = block("sh", "kubectl create configmap");
        assertThat(commands)
                .contains("--from-file=node-1=", "apparmor-admission.dev/inventory=true", "-n apparmor-admission");
    }

    @Test
    void every_file_that_it_links_to_is_there() throws Exception {
        List<String> missing = Pattern.compile("\\]\\(([^)#]+)\\)")
                .matcher(Files.readString(README))
                .results()
                .map(link -> link.group(1))
                .filter(link -> !link.contains("://") && !Files.exists(Path.of(link)))
                .toList();
        assertThat(missing).isEmpty();
    }

    private static List<String> append(List<String> words, String word) {
        return Stream.concat(words.stream(), Stream.of(word)).toList();
    }
}
