package dev.apparmoradmission.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.LocalhostTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.Match;
import dev.apparmoradmission.policy.AppArmorPolicy.OnUnsupportedNode;
import dev.apparmoradmission.policy.AppArmorPolicy.RequiredPart;
import dev.apparmoradmission.policy.Control;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.LabelSelector;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileMode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyReaderTest {

    private static final String HEAD = """
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorPolicy
            metadata: {name: p}
            spec:
            """;

    private static final String GRANT = """
            apiVersion: apparmor-admission.dev/v1alpha1
            kind: AppArmorException
            metadata: {name: g}
            spec:
              namespaces: [monitoring]
              containers: ["node-*"]
              permits: [unconfined]
            """;

    private final PolicyReader reader = new PolicyReader(new PolicySchemas());

    // ---- values

    @Test
    void every_knob_of_a_policy_is_read() {
        AppArmorPolicy policy = policy("""
                  mode: Warn
                  match:
                    namespaces: ["team-*"]
                    excludeNamespaces: [team-a]
                    namespaceSelector:
                      matchLabels: {tier: gold}
                      matchExpressions:
                        - {key: env, operator: NotIn, values: [dev, test]}
                        - {key: owner, operator: Exists}
                    runtimeClassesNotApplicable: [kata]
                  defaultProfile: {type: Localhost, localhostProfile: k8s-default, onUnsupportedNode: Skip}
                  rules: {privileged: Enforce, unconfined: Audit, no-eligible-node: Ignore}
                  localhost:
                    placement: Prove
                    allowed: ["k8s-*"]
                    nodes: Any
                    modes: [enforce, complain]
                    maxAge: 1d12h
                  exceptions:
                    source: Grant
                    require: [reason, ticket, owner, expires]
                    maxDays: 90
                    controls: [SeccompProfile, ReadOnlyRootFilesystem]
                  templates: Enforce
                """);
        assertThat(policy)
                .isEqualTo(new AppArmorPolicy(
                        "p",
                        Action.WARN,
                        new Match(
                                List.of(new Glob("team-*")),
                                List.of(new Glob("team-a")),
                                new LabelSelector(
                                        Map.of("tier", "gold"),
                                        List.of(
                                                new LabelSelector.Expression(
                                                        "env", LabelSelector.Operator.NOT_IN, List.of("dev", "test")),
                                                new LabelSelector.Expression(
                                                        "owner", LabelSelector.Operator.EXISTS, List.of()))),
                                Set.of("kata")),
                        new AppArmorPolicy.DefaultProfile(new Profile.Localhost("k8s-default"), OnUnsupportedNode.SKIP),
                        Map.of(
                                Rule.PRIVILEGED, Action.ENFORCE,
                                Rule.UNCONFINED, Action.AUDIT,
                                Rule.NO_ELIGIBLE_NODE, Action.IGNORE),
                        new LocalhostTerms(
                                List.of(new Glob("k8s-*")),
                                false,
                                Set.of(ProfileMode.ENFORCE, ProfileMode.COMPLAIN),
                                Optional.of(Duration.ofHours(36)),
                                AppArmorPolicy.Placement.PROVE),
                        new ExceptionTerms(
                                ExceptionSource.GRANT,
                                Set.of(RequiredPart.values()),
                                Optional.of(90),
                                Set.of(Control.SECCOMP_PROFILE, Control.READ_ONLY_ROOT_FILESYSTEM)),
                        Action.ENFORCE));
    }

    @Test
    void what_a_policy_leaves_out_takes_the_default() {
        AppArmorPolicy policy =
                set(file("p.yaml", HEAD.strip() + " {}\n")).policies().get(0);
        assertThat(policy)
                .isEqualTo(new AppArmorPolicy(
                        "p",
                        Action.ENFORCE,
                        Match.EVERYTHING,
                        new AppArmorPolicy.DefaultProfile(Profile.RuntimeDefault.SHARED, OnUnsupportedNode.DENY),
                        Map.of(),
                        LocalhostTerms.USUAL,
                        ExceptionTerms.USUAL,
                        Action.WARN));
    }

    @Test
    void an_explicit_null_profile_and_an_empty_list_of_allowed_names_are_what_they_say() {
        AppArmorPolicy policy =
                policy("  defaultProfile: {type: None, localhostProfile: null}\n  localhost: {allowed: []}\n");
        assertThat(policy.defaultProfile().profile()).isEqualTo(Profile.Undeclared.SHARED);
        assertThat(policy.localhost().allowed()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"24h, PT24H", "1d12h, PT36H", "90s, PT1M30S", "5m, PT5M", "500ms, PT0.5S", "1d2h3m4s5ms, PT26H3M4.005S"
    })
    void a_duration_is_read_by_its_units(String written, Duration read) {
        assertThat(policy("  localhost: {maxAge: " + written + "}\n")
                        .localhost()
                        .maxAge())
                .contains(read);
    }

    @Test
    void keys_that_are_there_but_empty_say_no_more_than_absent_ones() {
        AppArmorPolicy policy = policy("""
                  match:
                    namespaces: ["*"]
                    excludeNamespaces: []
                    namespaceSelector: {matchLabels: {}, matchExpressions: []}
                    runtimeClassesNotApplicable: []
                  defaultProfile: {type: RuntimeDefault, localhostProfile: null, onUnsupportedNode: Deny}
                  rules: {}
                  localhost: {}
                  exceptions: {controls: []}
                """);
        assertThat(policy).isEqualTo(policy("  mode: Enforce\n"));
    }

    @Test
    void every_knob_of_a_grant_is_read() {
        String text = GRANT + """
                  podSelector: {matchLabels: {app: node-exporter}}
                  serviceAccounts: [exporter]
                  images: ["quay.io/*"]
                  claim: NotRequired
                  reason: reads host /proc
                  owner: team
                  ticket: SEC-1
                  expires: 2027-03-01
                  controls: [DropAllCapabilities]
                """;
        assertThat(set(file("p.yaml", HEAD + "  mode: Audit\n"), file("g.yaml", text))
                        .grants())
                .containsExactly(Map.entry(
                        "g",
                        new AppArmorException(
                                "g",
                                List.of(new Glob("monitoring")),
                                new LabelSelector(Map.of("app", "node-exporter"), List.of()),
                                Set.of("exporter"),
                                List.of(new Glob("node-*")),
                                List.of(new Glob("quay.io/*")),
                                Set.of(Rule.UNCONFINED),
                                false,
                                new AppArmorException.Documentation(
                                        Optional.of("reads host /proc"),
                                        Optional.of("team"),
                                        Optional.of("SEC-1"),
                                        Optional.of("2027-03-01")),
                                Set.of(Control.DROP_ALL_CAPABILITIES))));
    }

    @Test
    void a_grant_asks_for_a_claim_unless_it_says_otherwise() {
        assertThat(set(file("p.yaml", HEAD + "  mode: Audit\n---\n" + GRANT))
                        .grants()
                        .get("g")
                        .claimRequired())
                .isTrue();
    }

    // ---- errors

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    rules: {privileged: off}          | 5:23: spec.rules.privileged: "off" is not one of Enforce, Warn, Audit, Ignore; YAML reads off as false, and the action is called Ignore
                    rules: {privileged: No}           | 5:23: spec.rules.privileged: "No" is not one of Enforce, Warn, Audit, Ignore; YAML reads No as false, and the action is called Ignore
                    rules: {privileged: false}        | 5:23: spec.rules.privileged: "false" is not one of Enforce, Warn, Audit, Ignore; the action is called Ignore
                    rules: {privileged: on}           | 5:23: spec.rules.privileged: "on" is not one of Enforce, Warn, Audit, Ignore; YAML reads on as true
                    rules: {privileged: "Off"}        | 5:23: spec.rules.privileged: "Off" is not one of Enforce, Warn, Audit, Ignore; the action is called Ignore
                    rules: {privileged: enforce}      | 5:23: spec.rules.privileged: "enforce" is not one of Enforce, Warn, Audit, Ignore; did you mean Enforce?
                    rules: {privileged: Enfroce}      | 5:23: spec.rules.privileged: "Enfroce" is not one of Enforce, Warn, Audit, Ignore; did you mean Enforce?
                    rules: {privileged: Deny}         | 5:23: spec.rules.privileged: "Deny" is not one of Enforce, Warn, Audit, Ignore
                    rules: {privileged: 1}            | 5:23: spec.rules.privileged: 1 is not one of Enforce, Warn, Audit, Ignore
                    rules: {privileged: [Warn]}       | 5:23: spec.rules.privileged: a list is not one of Enforce, Warn, Audit, Ignore
                    rules: {privelged: Warn}          | 5:11: spec.rules.privelged: unknown field; did you mean privileged?
                    rules: {profile-invalid: Warn}    | 5:11: spec.rules.profile-invalid: this rule is always Enforce; only the mode of the policy caps it
                    rules:                            | 5:9: spec.rules: has no value; give it one, or take the key out
                    Mode: Warn                        | 5:3: spec.Mode: unknown field; did you mean mode?
                    "a b": Warn                       | 5:3: spec."a b": unknown field
                    mode: Ignore                      | 5:9: spec.mode: "Ignore" is not one of Enforce, Warn, Audit
                    match: {namespaces: default}      | 5:23: spec.match.namespaces: expected a list, found "default"
                    match: {namespaces: []}           | 5:23: spec.match.namespaces: an empty list; name at least one, or take the key out
                    match: {namespaces: [no]}         | 5:24: spec.match.namespaces[0]: expected text, found "no"; put it in quotes
                    match: {namespaces: [""]}         | 5:24: spec.match.namespaces[0]: is empty
                    match: {namespaceSelector: {matchExpressions: [{key: a, operator: In}]}}               | 5:50: spec.match.namespaceSelector.matchExpressions[0]: field "values" is missing
                    match: {namespaceSelector: {matchExpressions: [{key: a, operator: Exists, values: [x]}]}} | 5:85: spec.match.namespaceSelector.matchExpressions[0].values: takes no values with this operator
                    match: {namespaceSelector: {matchLabels: {a: 1}}} | 5:48: spec.match.namespaceSelector.matchLabels.a: expected text, found 1; put it in quotes
                    defaultProfile: RuntimeDefault    | 5:19: spec.defaultProfile: expected a mapping, found "RuntimeDefault"
                    defaultProfile: {type: Localhost} | 5:3: spec.defaultProfile: field "localhostProfile" is missing
                    defaultProfile: {type: Localhost, localhostProfile: null} | 5:55: spec.defaultProfile.localhostProfile: has no value; give it one, or take the key out
                    defaultProfile: {type: Localhost, localhostProfile: unconfined} | 5:55: spec.defaultProfile.localhostProfile: "unconfined" is reserved: the kernel takes it for unconfined
                    defaultProfile: {localhostProfile: k8s}  | 5:38: spec.defaultProfile.localhostProfile: expected nothing, found "k8s"
                    localhost: {maxAge: 24}           | 5:23: spec.localhost.maxAge: expected text, found 24; put it in quotes
                    localhost: {maxAge: "24"}         | 5:23: spec.localhost.maxAge: "24" is not a duration such as 24h, 1d12h or 90s
                    localhost: {maxAge: 1h1d}         | 5:23: spec.localhost.maxAge: "1h1d" is not a duration such as 24h, 1d12h or 90s
                    localhost: {maxAge: 0h}           | 5:23: spec.localhost.maxAge: every inventory would be too old; leave the key out for no limit
                    localhost: {modes: [kill, kill]}  | 5:22: spec.localhost.modes: lists a value twice
                    localhost: {modes: [enforced]}    | 5:23: spec.localhost.modes[0]: "enforced" is not one of enforce, kill, complain, prompt, user, unconfined; did you mean enforce?
                    exceptions: {maxDays: 0}          | 5:25: spec.exceptions.maxDays: 0 is less than 1
                    exceptions: {maxDays: 1.5}        | 5:25: spec.exceptions.maxDays: expected a whole number, found 1.5
                    exceptions: {maxDays: 99999}      | 5:25: spec.exceptions.maxDays: 99999 is more than 36500
                    exceptions: {require: [reasons]}  | 5:26: spec.exceptions.require[0]: "reasons" is not one of reason, ticket, owner, expires; did you mean reason?
                    """)
    void an_error_names_the_place_the_field_and_the_way_out(String spec, String message) {
        assertThat(problems(file("p.yaml", HEAD + "  " + spec + "\n"))).containsExactly("p.yaml:" + message);
    }

    @Test
    void all_errors_of_all_files_are_listed() {
        assertThat(problems(
                        file(
                                "b.yaml",
                                HEAD + "  mode: Off\n  templates: x\n  rules: {a: Warn}\n---\nkind: [\n---\n"
                                        + GRANT.replace("unconfined", "all")),
                        file("a.yaml", "kind: AppArmorPolicies\n---\njust text\n---\nname: x\n"),
                        file("c.json", "{\"kind\": \"AppArmorPolicy\",}")))
                .containsExactly(
                        "a.yaml:1:7: kind: \"AppArmorPolicies\" is not one of AppArmorPolicy, AppArmorException, AppArmorPolicyTest; did you mean AppArmorPolicy?",
                        "a.yaml:3:1: not a mapping with apiVersion, kind and spec",
                        "a.yaml:5:1: field \"kind\" is missing",
                        "b.yaml:5:9: spec.mode: \"Off\" is not one of Enforce, Warn, Audit; YAML reads Off as false",
                        "b.yaml:6:14: spec.templates: \"x\" is not one of Warn, Enforce, Ignore",
                        "b.yaml:7:11: spec.rules.a: unknown field",
                        "b.yaml:10:1: expected the node content, but found '<stream end>' (while parsing a flow node that begins at line 10)",
                        "b.yaml:17:13: spec.permits[0]: \"all\" is not one of unconfined, privileged, localhost-mode, apparmor-unavailable",
                        "c.json:1:1: field \"apiVersion\" is missing",
                        "c.json:1:1: field \"metadata\" is missing",
                        "c.json:1:1: field \"spec\" is missing");
    }

    @Test
    void duplicate_names_are_refused_with_both_places() {
        String policy = HEAD + "  mode: Audit\n";
        assertThat(problems(file("b.yaml", policy), file("a.yaml", policy), file("g.yaml", GRANT + "---\n" + GRANT)))
                .containsExactly(
                        "b.yaml:3:18: metadata.name: there is another AppArmorPolicy named \"p\" in a.yaml:3:18",
                        "g.yaml:11:18: metadata.name: there is another AppArmorException named \"g\" in g.yaml:3:18");
    }

    @Test
    void a_policy_and_a_grant_may_share_a_name() {
        PolicySet set = set(file("p.yaml", HEAD + "  mode: Audit\n---\n" + GRANT.replace("name: g", "name: p")));
        assertThat(set.policies()).hasSize(1);
        assertThat(set.grants()).containsOnlyKeys("p");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Base", "a b", "-a", "a-", "\"a\\n\"", "ä"})
    void a_name_is_a_lower_case_dns_name(String name) {
        assertThat(problems(file("p.yaml", HEAD.replace("{name: p}", "{name: " + name + "}") + "  mode: Audit\n")))
                .singleElement()
                .asString()
                .startsWith("p.yaml:3:18: metadata.name: ")
                .endsWith(" is not a lower-case DNS name: letters, digits, - and .");
    }

    @Test
    void another_version_is_refused() {
        assertThat(problems(file("p.yaml", HEAD.replace("v1alpha1", "v1") + "  mode: Audit\n")))
                .containsExactly(
                        "p.yaml:1:13: apiVersion: \"apparmor-admission.dev/v1\" is not apparmor-admission.dev/v1alpha1");
    }

    @Test
    void a_grant_without_bounds_is_refused() {
        assertThat(problems(
                        file("p.yaml", HEAD + "  mode: Audit\n"),
                        file(
                                "g.yaml",
                                GRANT.replace("  containers: [\"node-*\"]\n", "")
                                        .replace("[unconfined]", "[]"))))
                .containsExactly(
                        "g.yaml:4:1: spec: field \"containers\" is missing",
                        "g.yaml:6:12: spec.permits: an empty list; name at least one, or take the key out");
    }

    @ParameterizedTest
    @CsvSource({
        "tomorrow, is not a date such as 2027-03-01 or an instant such as 2027-03-01T12:00:00Z",
        "2027-02-30, is no day of the calendar",
        "2027-03-01T25:00:00Z, is no day of the calendar"
    })
    void a_grant_with_an_impossible_end_is_refused(String expires, String problem) {
        assertThat(problems(
                        file("p.yaml", HEAD + "  mode: Audit\n"),
                        file("g.yaml", GRANT + "  expires: " + expires + "\n")))
                .containsExactly("g.yaml:8:12: spec.expires: \"" + expires + "\" " + problem);
    }

    @Test
    void a_default_that_the_policy_itself_would_deny_is_refused() {
        assertThat(
                        problems(
                                file(
                                        "p.yaml",
                                        HEAD
                                                + "  defaultProfile: {type: Localhost, localhostProfile: web}\n  localhost: {allowed: [k8s-*]}\n")))
                .containsExactly(
                        "p.yaml:5:55: spec.defaultProfile.localhostProfile: \"web\" is not among spec.localhost.allowed");
    }

    @Test
    void a_set_without_a_policy_is_refused() {
        assertThat(reader.read(List.of(), "policies"))
                .isEqualTo(new PolicyReading.Refused(
                        List.of(new PolicyProblem("policies", Place.START, "", "holds no AppArmorPolicy"))));
        assertThat(problems(file("g.yaml", GRANT))).containsExactly("here:1:1: holds grants, but no AppArmorPolicy");
    }

    // ---- bad bytes

    @Test
    void nul_bytes_bombs_and_other_encodings_are_refused_with_their_place() {
        StringBuilder bomb = new StringBuilder("x0: &x0 [a, a, a, a, a, a, a, a, a]\n");
        for (int i = 1; i < 12; i++) {
            bomb.append("x%d: &x%d [%s]\n".formatted(i, i, ("*x" + (i - 1) + ", ").repeat(9)));
        }
        byte[] latin = (HEAD + "  mode: Audit # für\n").getBytes(StandardCharsets.ISO_8859_1);
        assertThat(problems(
                        file("bomb.yaml", bomb.toString()),
                        file("deep.yaml", "{a: ".repeat(5000)),
                        file("large.yaml", "#".repeat(10 * 1024 * 1024 + 1)),
                        new PolicyFile("latin.yaml", latin),
                        file("nul.yaml", HEAD + "  mode: Au\0dit\n")))
                .satisfiesExactly(
                        p -> assertThat(p).startsWith("bomb.yaml:").contains("more than 20000 values"),
                        p -> assertThat(p).isEqualTo("deep.yaml:1:401: nested more than 100 deep"),
                        p -> assertThat(p).isEqualTo("large.yaml:1:1: 10485761 bytes; at most 10485760 are read"),
                        p -> assertThat(p).isEqualTo("latin.yaml:5:18: byte 0xfc is not UTF-8; save the file as UTF-8"),
                        p -> assertThat(p).isEqualTo("nul.yaml:5:11: control character U+0000; YAML allows none"));
    }

    @Test
    void ten_mebibytes_of_comments_around_a_policy_are_read() {
        String comments = ("#" + "x".repeat(1022) + "\n").repeat(10 * 1024);
        String text = HEAD + "  mode: Audit\n" + comments;
        assertThat(set(file("p.yaml", text.substring(0, 10 * 1024 * 1024))).policies())
                .hasSize(1);
    }

    @Test
    void a_policy_cut_off_anywhere_is_refused_or_still_says_what_it_says() {
        String text = HEAD + """
                  mode: Enforce
                  match:
                    excludeNamespaces: [kube-system]
                  rules:
                    privileged: Enforce
                """;
        for (int end = 0; end < text.length(); end++) {
            PolicyReading reading = reader.read(List.of(file("p.yaml", text.substring(0, end))), "here");
            if (reading instanceof PolicyReading.Accepted accepted) {
                // Cut between two keys it is a policy of its own; cut inside of one it never is.
                String line = text.substring(text.lastIndexOf('\n', end - 1) + 1, end);
                assertThat(line.isBlank() || text.charAt(end) == '\n')
                        .as("cut after " + line)
                        .isTrue();
                assertThat(accepted.set().policies().get(0).mode()).isEqualTo(Action.ENFORCE);
            }
        }
    }

    @Test
    void a_file_with_flipped_cut_and_doubled_bytes_is_read_or_refused_but_never_fails() {
        byte[] good = (HEAD
                        + "  mode: &m Enforce\n  match: {namespaces: [\"a*\", 'b']}\n  rules: {privileged: *m}\n  localhost:\n"
                        + "    maxAge: 24h # hours\n    allowed:\n    - >-\n      k8s\n---\n" + GRANT)
                .getBytes(StandardCharsets.UTF_8);
        Random random = new Random(42);
        int refused = 0;
        for (int round = 0; round < 3000; round++) {
            byte[] bad = good.clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--) {
                bad[random.nextInt(bad.length)] = (byte)
                        (random.nextBoolean()
                                ? "\n\t :-[]{}&*!|>'\"%@,?#<~".charAt(random.nextInt(23))
                                : random.nextInt(256));
            }
            int end = random.nextBoolean() ? bad.length : random.nextInt(bad.length);
            PolicyReading reading = reader.read(
                    List.of(new PolicyFile("p.yaml", Arrays.copyOf(bad, random.nextInt(10) == 0 ? end * 2 : end))),
                    "here");
            if (reading instanceof PolicyReading.Refused problems) {
                refused++;
                assertThat(problems.problems())
                        .isNotEmpty()
                        .allSatisfy(problem -> assertThat(problem.toString())
                                .doesNotContainPattern("\\p{Cntrl}")
                                .matches("(p.yaml|here):[0-9]+:[0-9]+: .+"));
            }
        }
        assertThat(refused).isGreaterThan(1500);
    }

    @Test
    void a_file_of_errors_does_not_fill_the_log() {
        StringBuilder rules = new StringBuilder(HEAD).append("  rules:\n");
        for (int i = 0; i < 1000; i++) {
            rules.append("    x").append(i).append(": Warn\n");
        }
        assertThat(problems(file("p.yaml", rules.toString())))
                .hasSize(201)
                .last()
                .asString()
                .endsWith("and 800 more problems");
    }

    @Test
    void what_the_file_says_cannot_forge_a_line_of_the_log() {
        assertThat(problems(file("p.yaml", HEAD + "  \"a\\nERROR b\": 1\n  mode: \"x\\e[31m\"\n")))
                .containsExactly(
                        "p.yaml:5:3: spec.\"a\\nERROR b\": unknown field",
                        "p.yaml:6:9: spec.mode: \"x\\u001b[31m\" is not one of Enforce, Warn, Audit");
    }

    // ---- what is skipped

    @Test
    void schemas_and_policy_tests_are_skipped() {
        String test =
                "apiVersion: apparmor-admission.dev/v1alpha1\nkind: AppArmorPolicyTest\nmetadata: {name: p}\nspec: {}\n";
        PolicySet set = set(
                file("p.yaml", HEAD + "  mode: Audit\n---\n" + test),
                file("p.test.yaml", test),
                file("x.schema.json", "{\"kind\": \"nothing of ours\"}"));
        assertThat(set.policies()).hasSize(1);
    }

    // ---- the hash

    @Test
    void the_hash_is_about_what_is_said_and_not_how() {
        String hash = set(
                        file("a.yaml", HEAD + "  mode: Audit\n  localhost: {nodes: Any, allowed: [a, b]}\n"),
                        file("b.yaml", GRANT))
                .hash();
        String json = """
                {"spec": {"localhost": {"allowed": ["a", "b"], "nodes": "Any"}, "mode": "Audit",
                          "defaultProfile": {"localhostProfile": null}},
                 "metadata": {"name": "p", "labels": {"x": "y"}},
                 "kind": "AppArmorPolicy", "apiVersion": "apparmor-admission.dev/v1alpha1"}
                """;
        assertThat(hash).matches("[0-9a-f]{12}");
        assertThat(set(file(
                                "z.yaml",
                                "# a comment\n" + GRANT + "---\n"
                                        + json.replace(
                                                ",\n          \"defaultProfile\": {\"localhostProfile\": null}", "")))
                        .hash())
                .isEqualTo(hash);
        assertThat(set(file("a.yaml", HEAD + "  mode: Warn\n  localhost: {nodes: Any, allowed: [a, b]}\n---\n" + GRANT))
                        .hash())
                .isNotEqualTo(hash);
        assertThat(set(file("a.yaml", HEAD + "  mode: Audit\n  localhost: {nodes: Any, allowed: [a, b]}\n"))
                        .hash())
                .isNotEqualTo(hash);
    }

    @Test
    void the_order_of_files_makes_no_difference() {
        List<PolicyFile> files = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            files.add(file("f" + (9 - i) + ".yaml", HEAD.replace("name: p", "name: p" + i) + "  mode: Audit\n"));
        }
        PolicySet first = set(files.toArray(PolicyFile[]::new));
        Collections.reverse(files);
        assertThat(set(files.toArray(PolicyFile[]::new))).isEqualTo(first);
        assertThat(first.policies()).extracting(AppArmorPolicy::name).isSorted();
    }

    private AppArmorPolicy policy(String spec) {
        return set(file("p.yaml", HEAD + spec)).policies().get(0);
    }

    private PolicySet set(PolicyFile... files) {
        PolicyReading reading = reader.read(List.of(files), "here");
        assertThat(reading).isInstanceOf(PolicyReading.Accepted.class);
        return ((PolicyReading.Accepted) reading).set();
    }

    private List<String> problems(PolicyFile... files) {
        PolicyReading reading = reader.read(List.of(files), "here");
        assertThat(reading).isInstanceOf(PolicyReading.Refused.class);
        return ((PolicyReading.Refused) reading)
                .problems().stream().map(PolicyProblem::toString).toList();
    }

    private static PolicyFile file(String name, String text) {
        return new PolicyFile(name, text.getBytes(StandardCharsets.UTF_8));
    }
}
