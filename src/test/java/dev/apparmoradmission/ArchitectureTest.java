package dev.apparmoradmission;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The shape of the code: which package may know which, and why. A rule about a package that is empty waits for its first class. */
class ArchitectureTest {

    private static final String ROOT = "dev.apparmoradmission";

    /** What decides. Everything else carries bytes to it and answers away from it. */
    private static final List<String> CORE = List.of("profile", "workload", "node", "policy", "decision");

    /** The lines of the house, lowest first. A line uses those before it; packages of one line do not use each other. */
    private static final List<List<String>> LINES = List.of(
            List.of("profile"),
            List.of("workload"),
            List.of("node"),
            List.of("policy"),
            List.of("decision"),
            List.of("wire"),
            List.of("ledger"),
            List.of("cluster", "report"),
            List.of("command"),
            List.of("manifest", "observed"),
            List.of("openreports"),
            List.of(
                    "webhook",
                    "check",
                    "explain",
                    "scan",
                    "agent",
                    "inventory",
                    "export",
                    "fix",
                    "snapshot",
                    "exceptions",
                    "policytest",
                    "policylint",
                    "policydiff"),
            // It looks at the nodes as inventory does.
            List.of("doctor"));

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    @Test
    void every_class_lives_in_a_package_that_has_a_place_in_the_order() {
        String[] known = Stream.concat(
                        Stream.of(ROOT), LINES.stream().flatMap(List::stream).map(ArchitectureTest::tree))
                .toArray(String[]::new);
        check(classes()
                .should()
                .resideInAnyPackage(known)
                .because("a package without a place in LINES would escape every rule of this test: give it one there"));
    }

    @ParameterizedTest
    @MethodSource("packages")
    void a_package_uses_only_packages_of_the_lines_below_it(String name) {
        String[] allowed = ownPackagesFor(name).toArray(String[]::new);
        check(classes()
                .that()
                .resideInAPackage(tree(name))
                .should()
                .onlyDependOnClassesThat(describe(
                        "are foreign, in " + name + " or below it",
                        target -> !isOurs(target) || resideInAnyPackage(allowed).test(target)))
                .because("imports go one way, so that a newcomer can read the code from the bottom up"
                        + " and a change above never breaks what decides"));
    }

    @ParameterizedTest
    @MethodSource("corePackages")
    void what_decides_imports_only_the_jdk_and_jspecify(String name) {
        check(classes()
                .that()
                .resideInAPackage(tree(name))
                .should()
                .onlyDependOnClassesThat(describe(
                        "are in java.., org.jspecify.. or ours",
                        target -> isOurs(target)
                                || target.isPrimitive()
                                || resideInAnyPackage("java..", "org.jspecify..")
                                        .test(target.getBaseComponentType())))
                .because("one decision stands behind every door: no framework, format or client may leak into it,"
                        + " and it must be testable and measurable alone"));
    }

    @Test
    void what_decides_reads_no_clock_no_file_and_no_network() {
        check(noClasses()
                .that()
                .resideInAnyPackage(coreTrees())
                .should()
                .dependOnClassesThat(resideInAnyPackage("java.nio.file..", "java.net..", "java.nio.channels..")
                        .or(simpleName("File").or(describe("read or write files", ArchitectureTest::isFileStream))))
                .orShould()
                .callMethodWhere(describe("the wall clock is read", ArchitectureTest::readsWallClock))
                .because("the same inputs at the same instant must give the same findings at every door, and any answer"
                        + " must be open to replay: time is an argument"));
    }

    @Test
    void the_webhook_never_meets_the_kubernetes_client() {
        check(
                noClasses()
                        .that()
                        .resideInAPackage(tree("webhook"))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("io.fabric8..")
                        .because(
                                "a review is answered from a snapshot in memory; a call to the API server from inside an admission"
                                        + " request can dead-lock a cluster, and the typed model is too slow for the hot path"));
    }

    @ParameterizedTest
    @MethodSource("frameworkless")
    void what_the_short_commands_are_made_of_knows_no_framework(String name) {
        check(noClasses()
                .that()
                .resideInAPackage(tree(name))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.quarkus..", "jakarta..")
                .because("check and agent must start in a fraction of a second, stay small and open no port:"
                        + " booting Quarkus costs two seconds and port 9000"));
    }

    @Test
    void only_cluster_and_the_doors_to_a_cluster_talk_to_kubernetes() {
        check(
                noClasses()
                        .that()
                        .resideInAnyPackage(trees(
                                "wire",
                                "ledger",
                                "report",
                                "command",
                                "manifest",
                                "check",
                                "fix",
                                "explain",
                                "export",
                                "policytest",
                                "policylint"))
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage("io.fabric8..")
                        .because(
                                "these work offline, on raw JSON and YAML: the typed model would drop the fields that it does not know"));
    }

    @Test
    void packages_form_no_cycle() {
        check(slices().matching(ROOT + ".(*)..")
                .should()
                .beFreeOfCycles()
                .because("a cycle has no bottom to start reading at"));
    }

    @Test
    void nothing_but_the_entry_point_lives_in_the_root_and_nobody_uses_it() {
        check(classes()
                .that()
                .resideInAPackage(ROOT)
                .and()
                .areTopLevelClasses()
                .and()
                .doNotHaveSimpleName("package-info")
                .should()
                .haveSimpleName("Main")
                .andShould()
                .onlyBeAccessed()
                .byClassesThat()
                .resideInAPackage(ROOT)
                .because("Main is the only class that knows every mode"));
    }

    @Test
    void every_package_is_null_marked() {
        Set<String> unmarked = new TreeSet<>();
        for (JavaClass type : PRODUCT) {
            if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                unmarked.add(type.getPackageName());
            }
        }
        assertThat(unmarked)
                .as("packages whose package-info lacks @NullMarked: null must not be a value unless a type says so")
                .isEmpty();
    }

    @Test
    void no_class_is_named_after_nothing_in_particular() {
        check(noClasses()
                .should()
                .haveNameMatching(".*(Manager|Helper|Helpers|Util|Utils|Impl)")
                .because("such a name says nothing of what the class is for, and collects whatever has no place"));
    }

    @Test
    void no_static_field_can_be_reassigned() {
        check(fields().that()
                .areStatic()
                .should()
                .beFinal()
                .because("shared mutable state would let one decision see half of another's world"));
    }

    @Test
    void no_code_of_ours_uses_reflection() {
        check(noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.reflect..")
                .because("a native image stays possible only while every call is visible to the compiler"));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(PRODUCT);
    }

    private static boolean isOurs(JavaClass type) {
        return resideInAnyPackage(ROOT + "..").test(type.getBaseComponentType());
    }

    private static boolean isFileStream(JavaClass type) {
        return type.getPackageName().equals("java.io")
                && (type.getSimpleName().startsWith("File")
                        || type.getSimpleName().equals("RandomAccessFile"));
    }

    private static boolean readsWallClock(JavaMethodCall call) {
        String owner = call.getTargetOwner().getFullName();
        String method = call.getTarget().getName();
        boolean takesClock = call.getTarget().getRawParameterTypes().stream()
                .anyMatch(parameter -> parameter.getFullName().equals("java.time.Clock"));
        return (owner.startsWith("java.time.") && method.equals("now") && !takesClock)
                || (owner.equals("java.time.Clock") && method.startsWith("system"))
                || (owner.equals("java.lang.System") && method.matches("currentTimeMillis|nanoTime"));
    }

    private static Stream<String> packages() {
        return LINES.stream().flatMap(List::stream);
    }

    private static Stream<String> corePackages() {
        return CORE.stream();
    }

    private static Stream<String> frameworkless() {
        return Stream.of(
                "wire",
                "ledger",
                "report",
                "command",
                "manifest",
                "check",
                "fix",
                "explain",
                "exceptions",
                "agent",
                "inventory",
                "export",
                "policytest",
                "policylint",
                "doctor",
                "snapshot",
                "policydiff");
    }

    /** The package itself and those of every line below its own. */
    private static List<String> ownPackagesFor(String name) {
        List<String> allowed = new ArrayList<>(List.of(tree(name)));
        LINES.stream()
                .takeWhile(line -> !line.contains(name))
                .flatMap(List::stream)
                .map(ArchitectureTest::tree)
                .forEach(allowed::add);
        return allowed;
    }

    private static String tree(String name) {
        return ROOT + "." + name + "..";
    }

    private static String[] trees(String... names) {
        return Stream.of(names).map(ArchitectureTest::tree).toArray(String[]::new);
    }

    private static String[] coreTrees() {
        return CORE.stream().map(ArchitectureTest::tree).toArray(String[]::new);
    }
}
