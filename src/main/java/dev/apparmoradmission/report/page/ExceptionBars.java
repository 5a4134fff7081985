package dev.apparmoradmission.report.page;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.apparmoradmission.decision.ExceptionFault.Kind;
import dev.apparmoradmission.decision.ExceptionStanding;
import dev.apparmoradmission.policy.AppArmorException;
import dev.apparmoradmission.policy.AppArmorException.Documentation;
import dev.apparmoradmission.policy.Expiry;
import dev.apparmoradmission.policy.PolicySet;
import dev.apparmoradmission.report.History;
import dev.apparmoradmission.report.Judgement;
import dev.apparmoradmission.wire.ObjectOwner;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The exceptions, each with its time: every grant of the policies, used or not, and what pods claim by annotation, as long as it
 * is accepted and once it has expired. The command {@code exceptions} tells more of them.
 */
final class ExceptionBars {

    /** An exception that ends so soon is to be looked after now. */
    static final Duration SOON = Duration.ofDays(30);

    /** Exceptions that are shown. */
    private static final int MOST = 400;
    /** Namespaces that one names. */
    private static final int MOST_NAMESPACES = 8;
    /** Longest text of one, in characters; a reason may be as long as an annotation. */
    private static final int LONGEST = 600;

    /** How an exception stands. */
    enum Standing {
        EXPIRED,
        ENDING,
        RUNNING,
        ENDLESS
    }

    /** A grant is one wherever it is used; an annotation is one of the object that makes the pods. */
    private record Key(Optional<String> grant, String namespace, String claimant, Documentation documentation) {}

    private static final class Bar {
        private final Key key;
        private final Set<String> namespaces = new TreeSet<>();
        private Optional<Instant> begin = Optional.empty();
        private int uses;

        Bar(Key key) {
            this.key = key;
        }

        Optional<Expiry> expiry() {
            return key.documentation().end();
        }

        Standing standing(Instant now) {
            Optional<Expiry> expiry = expiry();
            if (expiry.isEmpty()) {
                return Standing.ENDLESS;
            }
            if (expiry.get().hasPassed(now)) {
                return Standing.EXPIRED;
            }
            return expiry.get().hasPassed(now.plus(SOON)) ? Standing.ENDING : Standing.RUNNING;
        }
    }

    private final Texts texts;
    private final Instant now;
    private final Map<Key, Bar> bars = new HashMap<>();
    private int left;

    /**
     * Those of these policies.
     *
     * @param now the instant at which they are looked at
     */
    ExceptionBars(PolicySet policies, Texts texts, Instant now) {
        this.texts = texts;
        this.now = now;
        policies.grants().values().stream()
                .sorted(Comparator.comparing(AppArmorException::name))
                .forEach(grant -> bar(ofGrant(grant.name(), grant.documentation())));
    }

    private static Key ofGrant(String name, Documentation documentation) {
        return new Key(Optional.of(name), "", "", documentation);
    }

    /** Adds what a workload uses, and what it would use had it not expired. */
    void add(Judgement judgement, History history) {
        Set<Key> used = new LinkedHashSet<>();
        for (ExceptionStanding standing : judgement.decision().exceptions()) {
            boolean onlyExpired = standing.faults().stream().allMatch(fault -> fault.kind() == Kind.EXPIRED);
            if (standing.need().isPresent() && onlyExpired) {
                used.add(key(standing, judgement, history));
            }
        }
        for (Key key : used) {
            bar(key).ifPresent(bar -> {
                bar.uses++;
                if (bar.namespaces.size() <= MOST_NAMESPACES) {
                    bar.namespaces.add(judgement.namespace());
                }
                history.created()
                        .filter(at -> bar.begin.isEmpty() || at.isBefore(bar.begin.get()))
                        .ifPresent(at -> bar.begin = Optional.of(at));
            });
        }
    }

    private static Key key(ExceptionStanding standing, Judgement judgement, History history) {
        if (standing.grant().isPresent()) {
            return ofGrant(standing.grant().get(), standing.documentation());
        }
        String claimant = history.controller()
                .filter(owner -> !owner.name().isEmpty())
                .map(ObjectOwner::name)
                .orElse(judgement.name());
        return new Key(Optional.empty(), judgement.namespace(), claimant, standing.documentation());
    }

    private Optional<Bar> bar(Key key) {
        Bar known = bars.get(key);
        if (known == null && bars.size() >= MOST) {
            left++;
            return Optional.empty();
        }
        return Optional.of(bars.computeIfAbsent(key, Bar::new));
    }

    /** How many stand so. */
    long count(Standing standing) {
        return bars.values().stream()
                .filter(bar -> bar.standing(now) == standing)
                .count();
    }

    /** Writes them: those that have ended, then those that end next, in the end those without an end. */
    void write(JsonGenerator json) throws IOException {
        List<Bar> sorted = new ArrayList<>(bars.values());
        sorted.sort(
                Comparator.comparing((Bar bar) -> bar.expiry().map(Expiry::end).orElse(Instant.MAX))
                        .thenComparing(bar -> bar.key.grant().orElse(""))
                        .thenComparing(bar -> bar.key.namespace())
                        .thenComparing(bar -> bar.key.claimant())
                        .thenComparing(bar -> bar.key.documentation().toString()));
        json.writeArrayFieldStart("bars");
        for (Bar bar : sorted) {
            write(bar, json);
        }
        json.writeEndArray();
        json.writeNumberField("left", left);
    }

    private void write(Bar bar, JsonGenerator json) throws IOException {
        Documentation documentation = bar.key.documentation();
        json.writeStartArray();
        json.writeString(bar.standing(now).name());
        json.writeBoolean(bar.key.grant().isPresent());
        json.writeNumber(text(bar.key.grant().orElse(bar.key.claimant())));
        json.writeNumber(bar.uses);
        json.writeNumber(bar.begin.map(Instant::getEpochSecond).orElse(0L));
        json.writeNumber(bar.expiry().map(end -> end.end().getEpochSecond()).orElse(0L));
        json.writeNumber(text(bar.expiry().map(Expiry::text).orElse("")));
        json.writeNumber(text(documentation.owner().orElse("")));
        json.writeNumber(text(documentation.ticket().orElse("")));
        json.writeNumber(text(documentation.reason().orElse("")));
        json.writeStartArray();
        for (String namespace : bar.namespaces.stream().limit(MOST_NAMESPACES).toList()) {
            json.writeNumber(text(namespace));
        }
        json.writeEndArray();
        json.writeBoolean(bar.namespaces.size() > MOST_NAMESPACES);
        json.writeEndArray();
    }

    private int text(String text) {
        boolean isLong = text.codePointCount(0, text.length()) > LONGEST;
        return texts.of(isLong ? text.substring(0, text.offsetByCodePoints(0, LONGEST)) + "..." : text);
    }
}
