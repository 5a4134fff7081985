package dev.apparmoradmission.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.decision.Quoted;
import dev.apparmoradmission.policy.Action;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorException.Documentation;
import dev.apparmoradmission.policy.AppArmorPolicy;
import dev.apparmoradmission.policy.AppArmorPolicy.DefaultProfile;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionSource;
import dev.apparmoradmission.policy.AppArmorPolicy.ExceptionTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.LocalhostTerms;
import dev.apparmoradmission.policy.AppArmorPolicy.Match;
import dev.apparmoradmission.policy.AppArmorPolicy.OnUnsupportedNode;
import dev.apparmoradmission.policy.AppArmorPolicy.Placement;
import dev.apparmoradmission.policy.AppArmorPolicy.RequiredPart;
import dev.apparmoradmission.policy.Control;
import dev.apparmoradmission.policy.Expiry;
import dev.apparmoradmission.policy.Glob;
import dev.apparmoradmission.policy.LabelSelector;
import dev.apparmoradmission.policy.Rule;
import dev.apparmoradmission.profile.NameForm;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.profile.ProfileMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Documents that fit their schema, as values; absent fields become the defaults that the schema names. What a schema cannot
 * say is checked here.
 */
final class PolicyMapping {

    private static final List<Glob> ANY = List.of(new Glob("*"));

    private final Located spec;
    private final String name;
    private final String file;
    private final List<PolicyProblem> problems;

    private PolicyMapping(Located document, String file, List<PolicyProblem> problems) {
        this.spec = document.field("spec").orElse(document);
        this.name = document.value().path("metadata").path("name").asText();
        this.file = file;
        this.problems = problems;
    }

    /** A document of kind AppArmorPolicy; what keeps it from being used is added to {@code problems}. */
    static AppArmorPolicy policy(Located document, String file, List<PolicyProblem> problems) {
        return new PolicyMapping(document, file, problems).policy();
    }

    /** A document of kind AppArmorException; what keeps it from being used is added to {@code problems}. */
    static AppArmorException exception(Located document, String file, List<PolicyProblem> problems) {
        return new PolicyMapping(document, file, problems).exception();
    }

    private AppArmorPolicy policy() {
        JsonNode root = spec.value();
        LocalhostTerms localhost = localhost(root.path("localhost"));
        return new AppArmorPolicy(
                name,
                action(root.path("mode"), Action.ENFORCE),
                match(root.path("match")),
                defaultProfile(root.path("defaultProfile"), localhost),
                rules(root.path("rules")),
                localhost,
                exceptions(root.path("exceptions")),
                action(root.path("templates"), Action.WARN));
    }

    private AppArmorException exception() {
        JsonNode root = spec.value();
        Optional<String> expires = text(root.path("expires"));
        if (expires.isPresent() && Expiry.parse(expires.get()).isEmpty()) {
            problem(Quoted.of(expires.get()) + " is no day of the calendar", "expires");
        }
        return new AppArmorException(
                name,
                globs(root.path("namespaces"), List.of()),
                selector(root.path("podSelector")),
                Set.copyOf(strings(root.path("serviceAccounts"))),
                globs(root.path("containers"), List.of()),
                globs(root.path("images"), List.of()),
                named(root.path("permits"), Rule::find),
                !root.path("claim").asText().equals("NotRequired"),
                new Documentation(
                        text(root.path("reason")), text(root.path("owner")), text(root.path("ticket")), expires),
                named(root.path("controls"), Control::find));
    }

    private static Match match(JsonNode match) {
        return new Match(
                globs(match.path("namespaces"), ANY),
                globs(match.path("excludeNamespaces"), List.of()),
                selector(match.path("namespaceSelector")),
                Set.copyOf(strings(match.path("runtimeClassesNotApplicable"))));
    }

    private DefaultProfile defaultProfile(JsonNode given, LocalhostTerms localhost) {
        OnUnsupportedNode unsupported = switch (given.path("onUnsupportedNode").asText()) {
            case "Skip" -> OnUnsupportedNode.SKIP;
            case "Pin" -> OnUnsupportedNode.PIN;
            default -> OnUnsupportedNode.DENY;
        };
        return switch (given.path("type").asText()) {
            case "None" -> new DefaultProfile(Profile.Undeclared.SHARED, unsupported);
            case "Localhost" -> {
                String profile = given.path("localhostProfile").asText();
                checkDefault(profile, localhost);
                yield new DefaultProfile(new Profile.Localhost(profile), unsupported);
            }
            default -> new DefaultProfile(Profile.RuntimeDefault.SHARED, unsupported);
        };
    }

    /** A default that the policy itself would deny would deny every pod that says nothing. */
    private void checkDefault(String profile, LocalhostTerms localhost) {
        NameForm form = NameForm.of(profile);
        if (form != NameForm.PLAIN) {
            problem(Quoted.of(profile) + " " + form.explanation(), "defaultProfile", "localhostProfile");
        } else if (!Glob.any(localhost.allowed(), profile)) {
            problem(Quoted.of(profile) + " is not among spec.localhost.allowed", "defaultProfile", "localhostProfile");
        }
    }

    private static Map<Rule, Action> rules(JsonNode given) {
        Map<Rule, Action> rules = new EnumMap<>(Rule.class);
        for (Map.Entry<String, JsonNode> entry : given.properties()) {
            Rule.find(entry.getKey()).ifPresent(rule -> rules.put(rule, action(entry.getValue(), rule.builtIn())));
        }
        return rules;
    }

    private LocalhostTerms localhost(JsonNode given) {
        Placement placement = switch (given.path("placement").asText()) {
            case "Steer" -> Placement.STEER;
            case "Hold" -> Placement.HOLD;
            default -> Placement.PROVE;
        };
        Optional<Duration> maxAge = text(given.path("maxAge")).map(PolicyMapping::duration);
        if (maxAge.isPresent() && maxAge.get().isZero()) {
            problem("every inventory would be too old; leave the key out for no limit", "localhost", "maxAge");
        }
        Set<ProfileMode> modes = named(given.path("modes"), ProfileMode::find);
        return new LocalhostTerms(
                globs(given.path("allowed"), ANY),
                !given.path("nodes").asText().equals("Any"),
                modes.isEmpty() ? LocalhostTerms.USUAL.modes() : modes,
                maxAge,
                placement);
    }

    private static ExceptionTerms exceptions(JsonNode given) {
        ExceptionSource source = switch (given.path("source").asText()) {
            case "Grant" -> ExceptionSource.GRANT;
            case "None" -> ExceptionSource.NONE;
            default -> ExceptionSource.ANNOTATION;
        };
        Set<RequiredPart> require = given.has("require")
                ? named(given.path("require"), part -> Optional.of(RequiredPart.valueOf(part.toUpperCase(Locale.ROOT))))
                : ExceptionTerms.USUAL.require();
        Optional<Integer> maxDays =
                given.has("maxDays") ? Optional.of(given.path("maxDays").intValue()) : Optional.empty();
        return new ExceptionTerms(source, require, maxDays, named(given.path("controls"), Control::find));
    }

    private static LabelSelector selector(JsonNode given) {
        Map<String, String> labels = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> label : given.path("matchLabels").properties()) {
            labels.put(label.getKey(), label.getValue().asText());
        }
        List<LabelSelector.Expression> expressions = new ArrayList<>();
        for (JsonNode expression : given.path("matchExpressions")) {
            LabelSelector.Operator operator =
                    switch (expression.path("operator").asText()) {
                        case "In" -> LabelSelector.Operator.IN;
                        case "NotIn" -> LabelSelector.Operator.NOT_IN;
                        case "Exists" -> LabelSelector.Operator.EXISTS;
                        default -> LabelSelector.Operator.DOES_NOT_EXIST;
                    };
            expressions.add(new LabelSelector.Expression(
                    expression.path("key").asText(), operator, strings(expression.path("values"))));
        }
        return new LabelSelector(labels, expressions);
    }

    private static Duration duration(String text) {
        return DurationText.parse(text)
                .orElseThrow(() -> new IllegalStateException("the schema lets only durations through"));
    }

    private static Action action(JsonNode given, Action absent) {
        return Action.find(given.asText()).orElse(absent);
    }

    private static Optional<String> text(JsonNode given) {
        return Optional.ofNullable(given.textValue());
    }

    private static List<Glob> globs(JsonNode given, List<Glob> absent) {
        return given.isMissingNode()
                ? absent
                : strings(given).stream().map(Glob::new).toList();
    }

    private static <T> Set<T> named(JsonNode given, Function<String, Optional<T>> find) {
        Set<T> values = new LinkedHashSet<>();
        for (String value : strings(given)) {
            find.apply(value).ifPresent(values::add);
        }
        return values;
    }

    private static List<String> strings(JsonNode given) {
        List<String> strings = new ArrayList<>();
        given.forEach(item -> strings.add(item.asText()));
        return strings;
    }

    private void problem(String text, String... path) {
        Located at = spec;
        for (String step : path) {
            at = at.field(step).orElse(at);
        }
        problems.add(new PolicyProblem(file, at.place(), "spec." + String.join(".", path), text));
    }
}
