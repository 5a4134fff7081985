package dev.apparmoradmission.e2e.certificates;

import dev.apparmoradmission.e2e.scene.Scene;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Webhooks that keep their certificates themselves.
 *
 * @param all in the order of their start
 */
record Replicas(List<WebhookProcess> all) {

    Replicas {
        all = List.copyOf(all);
    }

    /** A scene with two replicas that start at the same instant, with lives as given in ISO 8601. */
    static Scene set(Stage stage, String validity, String authority, String overlap) throws IOException {
        return stage.set(world -> world.policy("baseline.yaml")
                .setting("APPARMOR_ADMISSION_TLS_MODE", "self-managed")
                .setting("APPARMOR_ADMISSION_TLS_NAMESPACE", WebhookProcess.NAMESPACE)
                .setting("APPARMOR_ADMISSION_TLS_VALIDITY", validity)
                .setting("APPARMOR_ADMISSION_TLS_CA_VALIDITY", authority)
                .setting("APPARMOR_ADMISSION_TLS_OVERLAP", overlap)
                .others(1));
    }

    static Replicas of(Scene scene) {
        List<WebhookProcess> all = new ArrayList<>(List.of(scene.process()));
        all.addAll(scene.replicas());
        return new Replicas(all);
    }

    /** Registers the front, before these. */
    void register(Stage stage, Front front) throws IOException {
        front.before(all.get(0));
        all.get(0).registerBehind("https://" + stage.cluster().webhookHost() + ":" + front.port());
        // A new CA brings new connections, so that each is asked.
        front.before(all.toArray(WebhookProcess[]::new));
    }

    /** The one that leads, by what it says of itself. Where the Lease was lost, two may say so for a moment. */
    WebhookProcess leader() {
        Scene.await("one leader", () -> leaders().size() == 1);
        return leaders().get(0);
    }

    private List<WebhookProcess> leaders() {
        return all.stream()
                .filter(replica -> count(replica, "Leads: keeps the certificates")
                        > count(replica, "Keeps the certificates no longer"))
                .toList();
    }

    WebhookProcess other(WebhookProcess than) {
        return all.stream().filter(replica -> replica != than).findFirst().orElseThrow();
    }

    /** How often the Secret was written for that. */
    long did(String what) {
        return all.stream()
                .mapToLong(replica -> replica.log()
                        .lines()
                        .filter(line -> line.contains("Certificates in Secret") && line.contains(": " + what))
                        .count())
                .sum();
    }

    static long count(WebhookProcess replica, String what) {
        return replica.log().lines().filter(line -> line.contains(what)).count();
    }

    /** How often that was said, by whomever. */
    long said(String what) {
        return all.stream().mapToLong(replica -> count(replica, what)).sum();
    }

    String logs() {
        return all.stream().map(WebhookProcess::log).collect(Collectors.joining("\n"));
    }

    /** How often something of that kind was found to be wrong. */
    double problems(String matter) {
        return all.stream()
                .mapToDouble(replica -> replica.metrics()
                        .sum("apparmor_admission_certificate_problems_total", "matter=\"" + matter + "\""))
                .sum();
    }

    boolean areContent() {
        return all.stream().allMatch(replica -> replica.metrics().sum("apparmor_admission_certificate_troubles") == 0);
    }

    /** As {@link Scene#await}, four times as patiently. */
    static double await(String what, BooleanSupplier condition) {
        long begin = System.nanoTime();
        int attempts = 4;
        for (int attempt = 1; attempt < attempts; attempt++) {
            try {
                Scene.await(what, condition);
                return (System.nanoTime() - begin) / 1e9;
            } catch (IllegalStateException notYet) {
                // Once more: lives take their time.
            }
        }
        Scene.await(what, condition);
        return (System.nanoTime() - begin) / 1e9;
    }
}
