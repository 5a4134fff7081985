package dev.apparmoradmission.e2e.table;

import static dev.apparmoradmission.e2e.scene.PodDraft.localhost;
import static dev.apparmoradmission.e2e.scene.PodDraft.named;
import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.runtimeDefault;
import static dev.apparmoradmission.e2e.scene.PodDraft.type;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static dev.apparmoradmission.e2e.table.Row.denied;
import static dev.apparmoradmission.e2e.table.Row.refused;
import static dev.apparmoradmission.e2e.table.Row.stored;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rows A, H15 and those of N that the server refuses: pods are created with profiles in fields. */
@ExtendWith(RealApiServer.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PodFieldRowsTest {
    private static final String PADDED = "must not be padded with whitespace";
    private static final String TOO_LONG = "may not be more than 4095 bytes";
    private static final String NEEDS_LOCALHOST = "can only be set when AppArmor type is Localhost";
    private static final String NEEDS_NAME = "must be set when AppArmor type is Localhost";
    private static final String WINDOWS = "cannot be set for a windows pod";

    private Scene scene;

    @BeforeAll
    void begin(Stage stage) throws IOException {
        scene = FixedWorld.set(stage);
    }

    private static PodDraft none() {
        return pod("");
    }

    private static PodDraft field(com.fasterxml.jackson.databind.JsonNode profile) {
        return pod("").field(profile);
    }

    private static PodDraft lh(String name) {
        return field(localhost(name));
    }

    private static PodDraft onN1(String profile) {
        return lh(profile).selecting("host", "n1");
    }

    static Stream<Row> defaultsAndPrecedence() {
        return Stream.of(
                stored("A01", none(), "P=RD c=-"),
                stored("A02", none().level(runtimeDefault()), "P=RD c=-"),
                stored("A03", field(runtimeDefault()), "P=- c=RD"),
                stored(
                        "A04",
                        PodDraft.empty("").container("c1", runtimeDefault()).container("c2"),
                        "P=RD c1=RD c2=-"),
                stored(
                        "A05",
                        PodDraft.empty("").container("c1", localhost("k8s-web")).container("c2"),
                        "P=RD c1=LH(k8s-web) c2=-"),
                denied("A06", none().level(unconfined()), "[unconfined]"),
                denied(
                        "A07",
                        field(runtimeDefault()).level(unconfined()),
                        "pod (spec.securityContext)",
                        "[unconfined]"),
                denied(
                        "A08",
                        field(unconfined()).level(runtimeDefault()),
                        "\"c\" (spec.containers[0])",
                        "[unconfined]"),
                denied(
                        "A09",
                        field(runtimeDefault()).init("i", unconfined()),
                        "container \"i\" (spec.initContainers[0])",
                        "[unconfined]"),
                denied(
                        "A10",
                        field(runtimeDefault()).sidecar("i", unconfined()),
                        "container \"i\" (spec.initContainers[0])",
                        "[unconfined]"),
                stored("A11", field(unconfined()).excused("c"), "P=- c=UC", "[unconfined]"),
                denied(
                        "A12",
                        field(unconfined())
                                .annotation("apparmor-admission.dev/unconfined", "c")
                                .annotation("apparmor-admission.dev/reason", "because"),
                        "[unconfined]",
                        "[exception-invalid]"),
                denied(
                        "A13",
                        PodDraft.empty("")
                                .container("c1", unconfined())
                                .container("c2", unconfined())
                                .excused("c1"),
                        "container \"c2\" (spec.containers[1])",
                        "[unconfined]"));
    }

    static Stream<Row> namedProfiles() {
        return Stream.of(
                stored("A14", lh("k8s-web"), "P=- c=LH(k8s-web)"),
                denied("A15", lh("k8s-db"), "[localhost-not-loaded]", "(n2)"),
                stored("A16", onN1("k8s-db"), "P=- c=LH(k8s-db)"),
                stored("A17", lh("k8s-db").on("n1"), "P=- c=LH(k8s-db)"),
                denied("A18", lh("k8s-db").on("n2"), "[localhost-not-loaded]", "(n2)"),
                stored("A19", onN1("k8s-db").level(localhost("k8s-web")), "P=LH(k8s-web) c=LH(k8s-db)"),
                denied("A20", onN1("learn"), "[localhost-mode]", "complain", "(n1)"),
                denied("A21", onN1("chrome"), "[localhost-mode]", "unconfined", "(n1)"),
                stored("A22", onN1("killer"), "P=- c=LH(killer)"),
                stored("A23", onN1("my prof"), "P=- c=LH(my prof)"),
                denied("A24", onN1("my"), "[localhost-not-loaded]"),
                denied("A25", onN1("MongoDB Compass"), "[localhost-mode]"),
                stored("A26", onN1("web//hat"), "P=- c=LH(web//hat)"),
                denied("A27", onN1("web"), "[localhost-not-loaded]"),
                denied("A28", lh("unconfined"), "[localhost-not-allowed]"),
                denied("A29", lh("unc"), "[localhost-not-allowed]"),
                denied("A30", lh("localhost/k8s-web"), "[localhost-not-allowed]"),
                denied("A31", lh(":ns:prof"), "[localhost-not-allowed]"),
                denied("A32", lh("k8s-web//&k8s-db"), "[localhost-not-allowed]"),
                denied("A33", lh("a\nb"), "a\\nb"),
                denied("A34", lh("K8S-WEB"), "[localhost-not-loaded]"),
                denied("A37-unit-separator", lh("a\u001f"), "AppArmor"),
                denied("A37-byte-order-mark", lh("a\ufeff"), "AppArmor"),
                denied("A41-4095-bytes", lh("x".repeat(4095)), "AppArmor"));
    }

    static Stream<Row> whatTheServerRefuses() {
        return Stream.of(
                refused("A35", lh("k8s-web "), PADDED),
                refused("A36-nbsp", lh("a\u00a0"), PADDED),
                refused("A36-figure-space", lh("a\u2007"), PADDED),
                refused("A36-next-line", lh("a\u0085"), PADDED),
                refused("A38-empty", lh(""), NEEDS_NAME),
                refused("A38-absent", field(type("Localhost")), NEEDS_NAME),
                refused("A39-empty", field(named("RuntimeDefault", "")), NEEDS_LOCALHOST),
                refused("A39-name", field(named("RuntimeDefault", "x")), NEEDS_LOCALHOST),
                refused("A39-unconfined", field(named("Unconfined", "x")), NEEDS_LOCALHOST),
                refused("A40-empty", field(type("")), "type is required when appArmorProfile is set"),
                refused("A40-unknown", field(type("runtime/default")), "Unsupported value: \"runtime/default\""),
                refused("A40-case", none().level(type("runtimedefault")), "Unsupported value: \"runtimedefault\""),
                refused("A41-4096-bytes", lh("x".repeat(4096)), TOO_LONG),
                refused("A41-2048-two-byte-letters", lh("é".repeat(2048)), TOO_LONG),
                refused("A51-pod", windows().level(runtimeDefault()), WINDOWS),
                refused("A51-container", windows().field(runtimeDefault()), WINDOWS));
    }

    private static PodDraft windows() {
        return none().with("os: {name: windows}");
    }

    static Stream<Row> nodesAndKindsOfPods() {
        return Stream.of(
                denied("A42", none().privileged(), "[privileged]"),
                denied("A43", field(runtimeDefault()).privileged(), "[privileged]"),
                stored("A44", lh("k8s-web").privileged(), "P=- c=LH(k8s-web)"),
                denied("A45", lh("k8s-web").privileged().tolerating("rt", "crio"), "[privileged]", "c1"),
                stored("A46", none().privileged().excused("c"), "P=RD c=-", "[privileged]"),
                denied("A47", none().tolerating("lsm", "selinux"), "[apparmor-unavailable]", "n3"),
                denied("A48", none().level(runtimeDefault()).on("n3"), "[apparmor-unavailable]", "n3"),
                stored("A49", field(unconfined()).on("n3").excused("c"), "P=- c=UC", "[unconfined]"),
                stored("A50", windows(), "P=- c=-"),
                stored(
                        "A52",
                        none().selecting("kubernetes.io/os", "windows").tolerating("os", "windows"),
                        "P=- c=-",
                        "set spec.os.name"),
                stored("A53", none().with("{hostPID: true, hostNetwork: true}"), "P=RD c=-"),
                stored(
                        "A55",
                        lh("k8s-web").selecting("host", "no-such-node"),
                        "P=- c=LH(k8s-web)",
                        "[no-eligible-node]"));
    }

    static Stream<Row> constraintsThatTheServerRefuses() {
        return Stream.of(
                refused("N05", requiring("[{matchExpressions: [{key: n, operator: Gt, values: [\"-10\"]}]}]"), "-10"),
                refused("N10", requiring("[]"), "must have at least one node selector term"),
                refused(
                        "N13",
                        requiring("[{matchFields: [{key: metadata.name, operator: In, values: [a, b]}]}]"),
                        "must be only one value"),
                refused(
                        "N22",
                        none().with("tolerations: [{key: k, operator: Gt, value: \"1\", effect: NoSchedule}]"),
                        "tolerations[0].operator"));
    }

    private static PodDraft requiring(String terms) {
        return none().with("""
                        affinity:
                          nodeAffinity:
                            requiredDuringSchedulingIgnoredDuringExecution:
                              nodeSelectorTerms: %s
                        """.formatted(terms));
    }

    @ParameterizedTest
    @MethodSource({
        "defaultsAndPrecedence",
        "namedProfiles",
        "whatTheServerRefuses",
        "nodesAndKindsOfPods",
        "constraintsThatTheServerRefuses"
    })
    void aPodEndsAsTheTableSays(Row row) {
        row.holdsIn(scene);
    }

    @Test
    void h15APodWhoseNameTheServerChoosesIsDefaultedAndDeniedAlike() {
        Answer stored = scene.create(pod("").generated("h15-"));
        Answer first = scene.create(field(unconfined()).generated("h15-"));
        Answer second = scene.create(field(unconfined()).generated("h15-"));

        assertThat(stored.code()).as(stored.message()).isEqualTo(201);
        assertThat(Profiles.of(stored.body())).isEqualTo("P=RD c=-");
        assertThat(first.code()).isEqualTo(403);
        assertThat(first.message()).doesNotContain("h15-").isEqualTo(second.message());
    }

    @Test
    void a56WithoutAnInventoryOfANodeNamedProfilesAreDenied() {
        Map<String, String> withoutN2 = new HashMap<>(FixedWorld.INVENTORY);
        withoutN2.remove("n2");
        scene.inventory(FixedWorld.CONFIG_MAP, withoutN2);
        try {
            Scene.await(
                    "a denial", () -> scene.attempt(lh("k8s-web").named("a56")).code() == 403);
            denied("A56", lh("k8s-web"), "[inventory-unknown]", "(n2: no inventory)")
                    .holdsIn(scene);
        } finally {
            scene.inventory(FixedWorld.CONFIG_MAP, FixedWorld.INVENTORY);
            Scene.await(
                    "admission", () -> scene.attempt(lh("k8s-web").named("a56")).ok());
        }
    }
}
