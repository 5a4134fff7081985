package dev.apparmoradmission.webhook;

import dev.apparmoradmission.cluster.SnapshotStore;
import io.quarkus.vertx.http.HttpServer;
import io.quarkus.vertx.http.HttpsServerStart;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.RequestOptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.ObservesAsync;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Sends reviews to the webhook's own port before it is ready. Without that the first real review would wait for classes to be
 * loaded, most of a second where the API server waits for few. They are neither counted nor logged.
 */
@ApplicationScoped
public class WarmUp {

    private static final Logger LOG = Logger.getLogger("apparmor-admission");
    private static final String HEADER = "Apparmor-Admission-Warm-Up";
    private static final int TIMEOUT_MILLISECONDS = 3_000;
    private static final int LOOK_MILLISECONDS = 20;
    /** On a busy machine they take seconds; being ready is worth more than being warm. */
    private static final long BUDGET_NANOSECONDS = TimeUnit.MILLISECONDS.toNanos(500);
    /** Each kind of review at each door, before the time counts. */
    private static final int AT_LEAST = 6;

    private static final String REVIEW = """
            {"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"warm-up",
            "kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},
            "namespace":"warm-up","operation":"CREATE","userInfo":{"username":"warm-up","groups":["system:authenticated"]},
            "object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"warm-up","namespace":"warm-up","labels":{"app":"a"},
            "annotations":{"container.apparmor.security.beta.kubernetes.io/b":"localhost/warm-up"}},
            "spec":{"securityContext":%s,"nodeSelector":{"kubernetes.io/os":"linux"},"initContainers":[{"name":"a","image":"a"}],
            "containers":[{"name":"b","image":"b"},{"name":"c","image":"c",
            "securityContext":{"privileged":false,"appArmorProfile":{"type":"Localhost","localhostProfile":"warm-up"}}},
            {"name":"d","image":"d"}]}},"oldObject":null,"dryRun":true,"options":{}}}
            """;

    private static final List<Buffer> REVIEWS = List.of(
            Buffer.buffer(REVIEW.formatted("{}")),
            Buffer.buffer(REVIEW.formatted("{\"appArmorProfile\":{\"type\":\"RuntimeDefault\"}}")),
            Buffer.buffer(REVIEW.formatted("{\"appArmorProfile\":{\"type\":\"Unconfined\"}}")));

    private final Vertx vertx;
    private final WebhookSettings settings;
    private final SnapshotStore snapshots;
    private final WebhookState state;
    /** Nobody else knows it, so nobody else can have reviews answered unrecorded. */
    private final String token;

    WarmUp(Vertx vertx, WebhookSettings settings, SnapshotStore snapshots, WebhookState state) {
        this.vertx = vertx;
        this.settings = settings;
        this.snapshots = snapshots;
        this.state = state;
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        this.token = HexFormat.of().formatHex(random);
    }

    /** Whether a request is one of our own. */
    boolean isOwn(HttpServerRequest request) {
        return !state.isWarm() && token.equals(request.getHeader(HEADER));
    }

    void start(@ObservesAsync HttpsServerStart started, HttpServer server) {
        state.listening();
        if (settings.warmUpReviews() == 0) {
            state.warm();
            return;
        }
        HttpClient client = vertx.createHttpClient(new HttpClientOptions()
                .setSsl(true)
                .setTrustAll(true)
                .setVerifyHost(false)
                .setMaxPoolSize(1)
                .setConnectTimeout(TIMEOUT_MILLISECONDS));
        String host = started.options().getHost();
        boolean anywhere = host == null || host.equals("0.0.0.0") || host.equals("::");
        RequestOptions target = new RequestOptions()
                .setHost(anywhere ? "127.0.0.1" : host)
                .setPort(server.getSecurePort())
                .setMethod(HttpMethod.POST)
                .setTimeout(TIMEOUT_MILLISECONDS)
                .putHeader(HEADER, token);
        awaitSnapshot(client, target);
    }

    private void awaitSnapshot(HttpClient client, RequestOptions target) {
        if (snapshots.current().isEmpty()) {
            vertx.setTimer(LOOK_MILLISECONDS, timer -> awaitSnapshot(client, target));
            return;
        }
        giveBack();
        long start = System.nanoTime();
        send(client, target, 0, start).onComplete(done -> {
            client.close();
            state.warm();
            if (done.failed()) {
                // Warmth is a courtesy; a webhook that stays away for the lack of it would be worse than a slow first
                // answer.
                LOG.warnf("The first reviews may take a second: warming up failed: %s", done.cause());
            } else {
                LOG.debugf("Warm after %d ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
            }
        });
    }

    /**
     * Gives back what reading a big cluster took. Hardly anything that reviews leave behind lives long enough to bring the next
     * full collection about, which may be days away. It takes as long as a look at all that lives, while nobody is served yet.
     */
    private static void giveBack() {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        if (heap.getCommitted() > heap.getInit()) {
            System.gc();
        }
    }

    private Future<Void> send(HttpClient client, RequestOptions target, int sent, long start) {
        boolean late = sent >= AT_LEAST && System.nanoTime() - start > BUDGET_NANOSECONDS;
        if (sent == settings.warmUpReviews() || late) {
            return Future.succeededFuture();
        }
        Door door = sent % 2 == 0 ? Door.MUTATE : Door.VALIDATE;
        return client.request(new RequestOptions(target).setURI(door.path()))
                .compose(request -> request.send(REVIEWS.get(sent % REVIEWS.size())))
                .compose(response -> response.body())
                .compose(body -> send(client, target, sent + 1, start));
    }
}
