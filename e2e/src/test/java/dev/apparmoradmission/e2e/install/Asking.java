package dev.apparmoradmission.e2e.install;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;

import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.scene.Profiles;
import java.util.Locale;

/** What becomes of pods in the cluster; none is stored. */
record Asking(ApiServer api) implements AutoCloseable {
    /** A pod that wants to be unconfined. */
    Answer loose() {
        return api.create("default", pod("loose").field(unconfined()).object(), "?dryRun=All");
    }

    /** Whether the webhook denied it. */
    static boolean denied(Answer answer) {
        return answer.code() == 403
                && answer.message().startsWith("admission webhook \"validate.apparmor-admission.dev\" denied");
    }

    /** A pod that says nothing. */
    Answer plain() {
        return api.create("default", pod("plain").object(), "?dryRun=All");
    }

    /** Whether a pod that says nothing is given the runtime's default profile. */
    boolean plainIsDefaulted() {
        Answer answer = plain();
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        return Profiles.of(answer.body()).equals("P=RD c=-");
    }

    /** Pods, one after the other, until it is ended. */
    Creations stream() {
        return new Creations(api, "default");
    }

    /** Ends the stream, prints what became of it, and wants nothing wrong. */
    static void settled(Creations stream, String what) {
        stream.end();
        System.out.printf(
                Locale.ROOT,
                "install: %s: %d pods allowed, %d denied, %d wrong%n",
                what,
                stream.allowed(),
                stream.denied(),
                stream.wrong().size());
        assertThat(stream.wrong()).isEmpty();
        assertThat(stream.allowed()).isPositive();
        assertThat(stream.denied()).isPositive();
    }

    @Override
    public void close() {
        api.close();
    }
}
