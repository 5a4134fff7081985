package dev.apparmoradmission.policytest;

import dev.apparmoradmission.cluster.InputFile;
import dev.apparmoradmission.cluster.PolicyDirectories;
import dev.apparmoradmission.cluster.UnreadableInputException;
import dev.apparmoradmission.command.CommandFrame;
import dev.apparmoradmission.command.Surroundings;
import dev.apparmoradmission.manifest.ManifestFiles;
import dev.apparmoradmission.manifest.ManifestFiles.ManifestFile;
import dev.apparmoradmission.report.Printable;
import dev.apparmoradmission.wire.PolicyFile;
import dev.apparmoradmission.wire.PolicyProblem;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The command {@code policy test}: runs the cases that are kept beside policies. It reads files and nothing else. */
public final class TestCommand {

    private static final int PASSED = 0;
    private static final int FAILED = 1;

    private static final Pattern TEST_FILE = Pattern.compile(".*\\.test\\.(yaml|yml|json)", Pattern.DOTALL);

    private final CommandFrame frame;
    private final Surroundings surroundings;
    private final CaseReader reader = new CaseReader();
    private boolean badInput;

    private TestCommand(Surroundings surroundings) {
        this.frame = CommandFrame.of("policy test", surroundings);
        this.surroundings = surroundings;
    }

    /**
     * Runs the command.
     *
     * @param arguments what follows {@code policy test}
     * @param surroundings where it runs
     * @return the exit code: 0 all cases came out as expected; 1 one did not; 2 bad usage, no case, or a file that cannot be
     *     read
     */
    public static int run(List<String> arguments, Surroundings surroundings) {
        TestCommand command = new TestCommand(surroundings);
        return command.frame.run(() -> command.run(arguments));
    }

    private int run(List<String> arguments) throws IOException {
        TestOptions options = TestOptions.parse(arguments);
        return options.help() ? frame.usage(TestOptions.usage()) : test(options);
    }

    private int test(TestOptions options) throws IOException {
        BufferedOutputStream out = new BufferedOutputStream(surroundings.out(), 1 << 16);
        TestReport report = report(options, out);
        Coverage coverage = new Coverage();
        int passed = 0;
        int failed = 0;
        for (ManifestFile file : testFiles(options.paths(), report)) {
            for (PolicyCase test : cases(file, report)) {
                if (options.wants(test)) {
                    CaseResult result = CaseResult.of(test);
                    report.add(result);
                    coverage.add(result);
                    passed += result.passed() ? 1 : 0;
                    failed += result.passed() ? 0 : 1;
                }
            }
        }
        if (passed + failed == 0 && !badInput) {
            tell(
                    options.wanted().isEmpty()
                            ? "policy test: no *.test.yaml, *.test.yml or *.test.json in "
                                    + String.join(", ", options.paths())
                            : "policy test: no case has such a name; put * around a part of one");
        }
        boolean all = !badInput && options.wanted().isEmpty();
        if (all) {
            policyFiles(options.paths()).forEach(coverage::file);
        }
        report.end(passed, failed, all ? coverage.untouched() : List.of());
        out.flush();
        return badInput ? CommandFrame.BAD_INPUT : failed > 0 ? FAILED : PASSED;
    }

    private TestReport report(TestOptions options, OutputStream out) throws IOException {
        return switch (options.output()) {
            case TEXT ->
                new TextTests(
                        new OutputStreamWriter(out, surroundings.charset()), surroundings.style(), options.verbose());
            case JSON -> new JsonTests(out);
            case JUNIT -> new JunitTests(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        };
    }

    /** What is named itself, whatever its name, and the test files of directories. */
    private List<ManifestFile> testFiles(List<String> paths, TestReport report) throws IOException {
        List<String> problems = new ArrayList<>();
        List<ManifestFile> files = ManifestFiles.find(paths, List.of(), problems::add);
        for (String line : problems) {
            tell(line);
            report.problem(line);
        }
        return files.stream()
                .filter(file -> file.named() || TEST_FILE.matcher(file.path()).matches())
                .toList();
    }

    private List<PolicyCase> cases(ManifestFile file, TestReport report) throws IOException {
        boolean standardInput = file.path().equals(ManifestFiles.STANDARD_INPUT);
        try {
            byte[] content = standardInput
                    ? InputFile.read(surroundings.in(), file.path())
                    : InputFile.read(Path.of(file.path()));
            Path directory =
                    Optional.ofNullable(Path.of(file.path()).getParent()).orElse(Path.of(""));
            CaseFile read = reader.read(content, directory, file.path());
            for (PolicyProblem problem : read.problems()) {
                tell(problem.toString());
                report.problem(problem.toString());
            }
            return read.cases();
        } catch (UnreadableInputException e) {
            tell(e.line());
            report.problem(e.line());
            return List.of();
        }
    }

    /** The policies that stand in the directories of the command, tested or not. */
    private static List<String> policyFiles(List<String> paths) {
        List<Path> directories = paths.stream()
                .filter(path -> !path.equals(ManifestFiles.STANDARD_INPUT))
                .map(Path::of)
                .filter(Files::isDirectory)
                .toList();
        return new PolicyDirectories(directories)
                .found().files().stream()
                        .map(PolicyFile::name)
                        .filter(name -> !TEST_FILE.matcher(name).matches())
                        .toList();
    }

    private void tell(String line) {
        badInput = true;
        frame.err().println(Printable.of(line));
    }
}
