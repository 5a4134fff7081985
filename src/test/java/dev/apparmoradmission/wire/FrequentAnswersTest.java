package dev.apparmoradmission.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.decision.PatchOperation;
import dev.apparmoradmission.decision.PatchOperation.AddProfile;
import dev.apparmoradmission.decision.PatchOperation.RemoveAnnotation;
import dev.apparmoradmission.profile.Profile;
import dev.apparmoradmission.wire.AdmissionAnswer.Cause;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class FrequentAnswersTest {

    private static final Profile RUNTIME_DEFAULT = Profile.RuntimeDefault.SHARED;
    private static final PatchOperation DEFAULT = new AddProfile("/spec/securityContext", true, RUNTIME_DEFAULT);

    /** In whatever order they come, and whatever was kept before. */
    @Property(tries = 300)
    void a_writer_that_has_kept_answers_writes_what_a_new_one_writes(@ForAll("answers") List<AdmissionAnswer> answers) {
        AdmissionReviewWriter writer = new AdmissionReviewWriter();
        for (AdmissionAnswer answer : answers) {
            assertThat(text(writer.write(answer))).isEqualTo(text(new AdmissionReviewWriter().write(answer)));
        }
    }

    @Provide
    Arbitrary<List<AdmissionAnswer>> answers() {
        Arbitrary<String> uids = Arbitraries.of(
                "705ab4f5-6393-11e8-b7cc-42010a800002", "6f1c9f0e", "1", "a", "v1", "uid", "\"", "ü", "A B", "e");
        Arbitrary<List<PatchOperation>> patches = Arbitraries.of(
                List.of(),
                List.of(DEFAULT),
                List.of(new AddProfile("/spec/securityContext/appArmorProfile", false, RUNTIME_DEFAULT)),
                List.of(DEFAULT, new RemoveAnnotation("/metadata/annotations/a")),
                List.of(new RemoveAnnotation("/metadata/annotations/a")));
        Arbitrary<Map<String, String>> audit = Arbitraries.of(
                Map.of(),
                Map.of("policy-hash", "a"),
                Map.of("policy-hash", "b"),
                Map.of("policy-hash", "b", "findings", "c"));
        Arbitrary<List<String>> warnings = Arbitraries.of(List.of(), List.of("one"));
        return Combinators.combine(uids, Arbitraries.of(true, true, true, false), patches, warnings, audit)
                .as((uid, allowed, patch, told, keys) -> new AdmissionAnswer(
                        uid,
                        allowed,
                        allowed ? "" : "no",
                        allowed ? List.of() : List.of(new Cause("spec", "rule", "no")),
                        patch,
                        told,
                        keys))
                .list()
                .ofMinSize(2)
                .ofMaxSize(20);
    }

    @Example
    void an_answer_that_was_kept_serves_for_another_uid() {
        FrequentAnswers frequent = new FrequentAnswers();
        AdmissionAnswer first = AdmissionAnswer.allowed("705ab4f5");
        byte[] written = new AdmissionReviewWriter().write(first);
        assertThat(frequent.find(first)).isEmpty();

        frequent.keep(first, written);

        AdmissionAnswer second = AdmissionAnswer.allowed("0-9");
        assertThat(frequent.find(second).map(FrequentAnswersTest::text))
                .contains(text(new AdmissionReviewWriter().write(second)));
    }

    @Example
    void only_so_many_are_kept_and_the_latest_are_among_them() {
        FrequentAnswers frequent = new FrequentAnswers();
        for (int i = 0; i < 300; i++) {
            AdmissionAnswer answer = audited("hash-" + i);
            frequent.keep(answer, new AdmissionReviewWriter().write(answer));
        }

        assertThat(frequent.find(audited("hash-0"))).isEmpty();
        assertThat(frequent.find(audited("hash-299"))).isPresent();
    }

    private static AdmissionAnswer audited(String hash) {
        return new AdmissionAnswer("705ab4f5", true, "", List.of(), List.of(), List.of(), Map.of("policy-hash", hash));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
