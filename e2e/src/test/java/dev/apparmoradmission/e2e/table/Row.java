package dev.apparmoradmission.e2e.table;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.scene.PodDraft;
import dev.apparmoradmission.e2e.scene.Profiles;
import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.util.List;

/**
 * A row of the tables: what is created, and what becomes of it.
 *
 * @param number the row's number, which is its name in the report
 * @param object the pod, or a workload with a template
 */
record Row(String number, JsonNode object, Outcome outcome) {
    /** What the client sees. */
    sealed interface Outcome permits Stored, Denied, Refused {}

    /**
     * It is stored.
     *
     * @param profiles the stored profiles, as {@link Profiles} writes them
     * @param warnings a part of each warning that comes with it, ours and the server's
     */
    record Stored(String profiles, List<String> warnings) implements Outcome {}

    /**
     * Our webhook denies it.
     *
     * @param parts what the message says
     */
    record Denied(List<String> parts) implements Outcome {}

    /**
     * The API server itself finds it invalid, in the same words as without us.
     *
     * @param part of its message
     */
    record Refused(String part) implements Outcome {}

    static Row stored(String number, PodDraft pod, String profiles, String... warnings) {
        return new Row(number, named(number, pod), new Stored(profiles, List.of(warnings)));
    }

    static Row denied(String number, PodDraft pod, String... parts) {
        return new Row(number, named(number, pod), new Denied(List.of(parts)));
    }

    static Row refused(String number, PodDraft pod, String part) {
        return new Row(number, named(number, pod), new Refused(part));
    }

    private static JsonNode named(String number, PodDraft pod) {
        return pod.named(number.toLowerCase(java.util.Locale.ROOT)).object();
    }

    @Override
    public String toString() {
        return number;
    }

    /** Tries it without storing, then for good: both must end alike. */
    void holdsIn(Scene scene) {
        Answer attempted = scene.attempt(object);
        Answer created = scene.create(object);
        try {
            assertThat(attempted.code()).as("a server-side dry run").isEqualTo(created.code());
            assertThat(attempted.message()).as("a server-side dry run").isEqualTo(created.message());
            assertThat(attempted.warnings()).as("a server-side dry run").isEqualTo(created.warnings());
            check(scene, created);
        } finally {
            if (created.ok()) {
                scene.api()
                        .delete(dev.apparmoradmission.e2e.api.Manifest.collection(object, scene.namespace()) + "/"
                                + created.name());
            }
        }
    }

    private void check(Scene scene, Answer created) {
        if (outcome instanceof Stored stored) {
            assertThat(created.code()).as(created.message()).isEqualTo(201);
            assertThat(Profiles.of(scene.stored(created.name()).body())).isEqualTo(stored.profiles());
            assertThat(created.warnings()).hasSameSizeAs(stored.warnings());
            stored.warnings()
                    .forEach(part -> assertThat(created.warnings()).anyMatch(warning -> warning.contains(part)));
        } else if (outcome instanceof Denied denied) {
            assertThat(created.code()).as(created.message()).isEqualTo(403);
            assertThat(created.reason()).isEqualTo("Forbidden");
            assertThat(created.message())
                    .startsWith("admission webhook \"validate.apparmor-admission.dev\" denied the request: AppArmor: ")
                    .contains(denied.parts())
                    .doesNotContain("\n");
            assertThat(created.at("/details/causes").isEmpty()).isFalse();
        } else if (outcome instanceof Refused refused) {
            assertThat(created.code()).as(created.message()).isEqualTo(422);
            assertThat(created.message()).contains(refused.part());
            // The webhook's own namespace is exempt: there the API server speaks alone.
            Answer alone = scene.api().create(WebhookProcess.NAMESPACE, object, "?dryRun=All");
            assertThat(created.message()).isEqualTo(alone.message());
        }
    }
}
