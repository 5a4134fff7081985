package dev.apparmoradmission.e2e.install;

import static dev.apparmoradmission.e2e.scene.PodDraft.pod;
import static dev.apparmoradmission.e2e.scene.PodDraft.unconfined;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.apparmoradmission.e2e.api.Answer;
import dev.apparmoradmission.e2e.api.ApiServer;
import dev.apparmoradmission.e2e.api.Manifest;
import dev.apparmoradmission.e2e.cluster.Settings;
import dev.apparmoradmission.e2e.stage.RealApiServer;
import dev.apparmoradmission.e2e.stage.Stage;
import dev.apparmoradmission.e2e.webhook.WebhookProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The objects of {@code deploy/overlays/cert-manager} under cert-manager's own controllers: it signs, the webhook serves what is
 * mounted, its injector puts the CA into both configurations, and renewals fail no creation. The webhook is a process, for which
 * the Service is but another name of this machine.
 */
@ExtendWith(RealApiServer.class)
class CertManagerTest {
    private static final String NAMESPACE = Renderers.NAMESPACE;
    private static final String SECRETS = "/api/v1/namespaces/" + NAMESPACE + "/secrets/";
    private static final String SERVING = SECRETS + "apparmor-admission-certificate";
    private static final String MOUNTED = "/etc/apparmor-admission/tls";

    private final List<String> made = new ArrayList<>();

    @Test
    void certManagerSignsAnnouncesAndRenewsWhatTheWebhookServes(Stage stage) throws Exception {
        Settings settings = Settings.ofProcess();
        assumeTrue(
                settings.executable("go").isPresent(), "could not run: no go on the PATH, which builds cert-manager");
        List<ObjectNode> overlay = Renderers.objects(
                Renderers.find().kustomized(Renderers.DEPLOY.resolve("overlays").resolve("cert-manager")));
        try (ApiServer api = ApiServer.of(stage.cluster().kubeconfig());
                CertManager certManager = CertManager.start(api, stage.cluster().kubeconfig(), settings);
                MountedSecret mounted = new MountedSecret()) {
            try {
                api.create(
                        "",
                        Manifest.parse("{apiVersion: v1, kind: Namespace, metadata: {name: %s}}".formatted(NAMESPACE)));
                long begin = System.nanoTime();
                for (String kind : List.of("Issuer", "Certificate")) {
                    of(kind, overlay)
                            .forEach(object ->
                                    make(api, CertManager.GROUP + kind.toLowerCase(Locale.ROOT) + "s", object));
                }
                mounted.show(Awaited.of("a certificate", () -> api.get(SERVING).at("/data"), CertManagerTest::isWhole));
                System.out.printf(
                        Locale.ROOT, "cert-manager: signed after %.1f s%n", (System.nanoTime() - begin) / 1e9);

                try (WebhookProcess webhook = WebhookProcess.launch(
                        stage.cluster(),
                        api,
                        settings,
                        stage.directory(),
                        List.of(stage.directory().resolveSibling("policies").resolve("baseline.yaml")),
                        environment(overlay, mounted))) {
                    serves(stage, api, overlay, webhook);
                    renewals(api, certManager, mounted, webhook);
                    breakages(api, mounted);
                }
            } catch (IOException | RuntimeException | AssertionError failure) {
                System.out.println("cert-manager's log ends with:\n" + certManager.tail(60));
                throw failure;
            } finally {
                made.forEach(api::delete);
                api.delete(SERVING);
                api.delete(SECRETS + "apparmor-admission-ca");
            }
        }
    }

    private void serves(Stage stage, ApiServer api, List<ObjectNode> overlay, WebhookProcess webhook)
            throws IOException {
        make(api, "/api/v1/namespaces/" + NAMESPACE + "/services", Manifest.parse("""
                apiVersion: v1
                kind: Service
                metadata: {name: apparmor-admission}
                spec: {type: ExternalName, externalName: "%s"}
                """.formatted(
                        stage.cluster().webhookHost())));
        for (String kind : List.of("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")) {
            for (ObjectNode configuration : of(kind, overlay)) {
                configuration
                        .findValues("service")
                        .forEach(service -> ((ObjectNode) service).put("port", webhook.port()));
                make(api, Manifest.collection(configuration, ""), configuration);
            }
        }
        long begin = System.nanoTime();
        Awaited.of("the CA in each webhook", () -> bundles(api), bundles -> allTrust(bundles, ca(api)));
        Awaited.of("a denial", () -> attempt(api, true), CertManagerTest::isDenied);
        assertThat(attempt(api, false).ok()).isTrue();
        System.out.printf(
                Locale.ROOT,
                "cert-manager: CA in both configurations and pods judged through the Service's name after %.1f s%n",
                (System.nanoTime() - begin) / 1e9);
    }

    private static void renewals(ApiServer api, CertManager certManager, MountedSecret mounted, WebhookProcess webhook)
            throws IOException {
        try (Creations stream = new Creations(api, "default")) {
            String authority = ca(api);
            renewed(api, certManager, mounted, webhook);
            assertThat(ca(api)).as("signed by the same CA").isEqualTo(authority);

            String before = api.get(SECRETS + "apparmor-admission-ca")
                    .at("/data/tls.crt")
                    .asText();
            certManager.renew("apparmor-admission-ca");
            Awaited.of(
                    "another CA",
                    () -> api.get(SECRETS + "apparmor-admission-ca")
                            .at("/data/tls.crt")
                            .asText(),
                    now -> !now.equals(before));
            renewed(api, certManager, mounted, webhook);
            assertThat(ca(api)).isNotEqualTo(authority);
            Awaited.of("the new CA in each webhook", () -> bundles(api), bundles -> allTrust(bundles, ca(api)));
            // On new connections too, which a new bundle brings.
            Awaited.of("a denial", () -> attempt(api, true), CertManagerTest::isDenied);
            stream.end();

            System.out.printf(
                    Locale.ROOT,
                    "cert-manager: certificate renewed twice, CA once: %d pods allowed, %d denied, %d wrong%n",
                    stream.allowed(),
                    stream.denied(),
                    stream.wrong().size());
            assertThat(stream.wrong()).isEmpty();
            assertThat(stream.allowed()).isPositive();
            assertThat(stream.denied()).isPositive();
        }
    }

    /** Until the webhook serves the next one. */
    private static void renewed(ApiServer api, CertManager certManager, MountedSecret mounted, WebhookProcess webhook)
            throws IOException {
        // It is known by its end, which is told in seconds: two of one second cannot be told apart.
        Instant begin = Instant.now();
        Awaited.of("another second", Instant::now, now -> now.isAfter(begin.plusSeconds(1)));
        String before = api.get(SERVING).at("/data/tls.crt").asText();
        double expiry = webhook.metrics().sum("apparmor_admission_certificate_expiry_seconds");
        certManager.renew("apparmor-admission");
        mounted.show(Awaited.of(
                "another certificate",
                () -> api.get(SERVING).at("/data"),
                data -> isWhole(data) && !data.path("tls.crt").asText().equals(before)));
        Awaited.of(
                "the webhook to serve it",
                () -> webhook.metrics().sum("apparmor_admission_certificate_expiry_seconds"),
                now -> now > expiry);
    }

    /** It repairs what is broken by hand, as the webhook does where it keeps its certificates itself. */
    private static void breakages(ApiServer api, MountedSecret mounted) throws IOException {
        for (String patch :
                List.of("{\"data\": {\"tls.crt\": \"Z2FyYmFnZQ==\"}}", "{\"data\": {\"tls.key\": \"Z2FyYmFnZQ==\"}}")) {
            assertThat(api.patch(SERVING, ApiServer.MERGE_PATCH, patch).ok()).isTrue();
            mounted.show(
                    Awaited.of("a certificate again", () -> api.get(SERVING).at("/data"), CertManagerTest::isWhole));
        }
        String configuration =
                "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/apparmor-admission";
        assertThat(api.patch(
                                configuration,
                                ApiServer.JSON_PATCH,
                                "[{\"op\": \"remove\", \"path\": \"/webhooks/0/clientConfig/caBundle\"}]")
                        .ok())
                .isTrue();
        Awaited.of("the CA is back", () -> bundles(api), bundles -> allTrust(bundles, ca(api)));
        Awaited.of("a denial", () -> attempt(api, true), CertManagerTest::isDenied);
    }

    private static Answer attempt(ApiServer api, boolean bad) {
        return api.create(
                "default",
                bad ? pod("asked").field(unconfined()).object() : pod("asked").object(),
                "?dryRun=All");
    }

    private static boolean isDenied(Answer answer) {
        return answer.code() == 403 && answer.message().contains("unconfined");
    }

    /** What the Deployment of the overlay says, with the mounted files where they are here, and a reload that need not be waited for. */
    private static Map<String, String> environment(List<ObjectNode> overlay, MountedSecret mounted) {
        Map<String, String> environment = new HashMap<>(Map.of("APPARMOR_ADMISSION_TLS_MODE", "files"));
        of("Deployment", overlay)
                .get(0)
                .at("/spec/template/spec/containers/0/env")
                .forEach(variable -> {
                    String name = variable.path("name").asText();
                    if (name.startsWith("QUARKUS_TLS_")) {
                        environment.put(
                                name,
                                variable.path("value")
                                        .asText()
                                        .replace(MOUNTED, mounted.directory().toString()));
                    }
                });
        assertThat(environment).containsKey("QUARKUS_TLS__ADMISSION__RELOAD_PERIOD");
        environment.put("QUARKUS_TLS__ADMISSION__RELOAD_PERIOD", "1S");
        return environment;
    }

    private static List<ObjectNode> of(String kind, List<ObjectNode> objects) {
        return objects.stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
    }

    private void make(ApiServer api, String collection, ObjectNode object) {
        String path = collection + "/" + object.at("/metadata/name").asText();
        api.delete(path);
        Answer answer = api.post(collection, object.toString());
        assertThat(answer.ok()).as(path + ": " + answer.message()).isTrue();
        made.add(path);
    }

    private static boolean isWhole(JsonNode data) {
        return List.of("tls.crt", "tls.key", "ca.crt").stream()
                .allMatch(key -> data.path(key).asText().length() > 100);
    }

    private static String ca(ApiServer api) {
        return api.get(SERVING).at("/data/ca.crt").asText();
    }

    /** A bundle may hold an earlier CA as well: the injector joins them, so that what that one signed is trusted to its end. */
    private static boolean allTrust(Set<String> bundles, String ca) {
        return !bundles.isEmpty()
                && bundles.stream()
                        .allMatch(bundle -> decoded(bundle).contains(decoded(ca).strip()));
    }

    private static String decoded(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.US_ASCII);
    }

    private static Set<String> bundles(ApiServer api) {
        Set<String> bundles = new HashSet<>();
        for (String kind : List.of("mutating", "validating")) {
            api.get("/apis/admissionregistration.k8s.io/v1/" + kind + "webhookconfigurations/apparmor-admission")
                    .at("/webhooks")
                    .forEach(hook ->
                            bundles.add(hook.at("/clientConfig/caBundle").asText()));
        }
        return bundles;
    }
}
